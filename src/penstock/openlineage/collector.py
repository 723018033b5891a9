"""A collector, reached with OpenLineage's own library and its transports.

Belongs here: everything that imports the library. Does not belong here: what is told (`events.py`).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from openlineage.client.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    dataset_version_dataset,
    error_message_run,
    input_statistics_input_dataset,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
    set_producer,
    tags_run,
)

from penstock.errors import PenstockError


class NoTransportError(PenstockError):
    """A configuration without a transport."""


class Collector:
    """Whoever else hears of the work.

    Raises: whatever the library or the file does when the configuration cannot be used.
    """

    def __init__(self, config: Path) -> None:
        self.config = config
        self._client = OpenLineageClient(config=_read_config(config))

    def hear(self, event: Mapping[str, Any]) -> None:
        """Send one event. Raises: whatever the transport does."""
        self._client.emit(run_event(event))

    def close(self) -> None:
        """Wait until everything is sent."""
        self._client.close()


def run_event(event: Mapping[str, Any]) -> RunEvent:
    """A plain event in the library's classes. Raises: TypeError for a fact they do not know."""
    # What the library adds of its own learns of the producer in no other way.
    set_producer(event["producer"])
    return RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        run=Run(event["run"]["runId"], _facets(event["run"]["facets"])),
        job=Job(**{**event["job"], "facets": _facets(event["job"]["facets"])}),
        inputs=[InputDataset(**_dataset(one)) for one in event["inputs"]],
        outputs=[OutputDataset(**_dataset(one)) for one in event["outputs"]],
    )


def _dataset(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _facets(fact) if name.lower().endswith("facets") else fact
        for name, fact in facts.items()
    }


def _facets(facets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: _KINDS[name](
            **{fact: value for fact, value in facts.items() if not fact.startswith("_")}
        )
        for name, facts in facets.items()
    }


def _parent(run: Mapping[str, Any], job: Mapping[str, Any]) -> parent_run.ParentRunFacet:
    return parent_run.ParentRunFacet(parent_run.Run(**run), parent_run.Job(**job))


def _tags(tags: list[Mapping[str, Any]]) -> tags_run.TagsRunFacet:
    return tags_run.TagsRunFacet([tags_run.TagsRunFacetFields(**one) for one in tags])


def _schema(fields: list[Mapping[str, Any]]) -> schema_dataset.SchemaDatasetFacet:
    kind = schema_dataset.SchemaDatasetFacetFields
    return schema_dataset.SchemaDatasetFacet([kind(**one) for one in fields])


_KINDS: Mapping[str, Callable[..., Any]] = {
    "parent": _parent,
    "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    "tags": _tags,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
    "schema": _schema,
    "version": dataset_version_dataset.DatasetVersionDatasetFacet,
}


def _read_config(config: Path) -> dict[str, Any]:
    facts = yaml.safe_load(config.read_text(encoding="utf-8"))
    if not isinstance(facts, dict) or not isinstance(facts.get("transport"), dict):
        # The library would print every event to the terminal instead.
        raise NoTransportError("it names no transport")
    return facts
