"""Events read back as OpenLineage's own library knows them."""

import json
from pathlib import Path
from typing import Any

import attr
from openlineage.client import facet_v2
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.serde import Serde

_FACETS: dict[str, Any] = {
    name: found
    for module in vars(facet_v2).values()
    if getattr(module, "__name__", "").startswith("openlineage.client.generated.")
    for name, found in vars(module).items()
    if isinstance(found, type)
}


def read_events(path: Path) -> list[RunEvent]:
    """Every event of a file, made again with the library's classes and proved to be the same.

    A field they do not have, one that is missing, no UUID, no time: each raises.
    """
    return [_event(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def told(events: list[RunEvent]) -> list[tuple[str, str]]:
    """Job and state of every event, in their order."""
    return [(one.job.name, _state(one)) for one in events]


def facets(of: Any) -> dict[str, Any]:
    """The facets of a run, a job or a data set, those of reading and writing among them."""
    both = (getattr(of, name, None) or {} for name in ("facets", "inputFacets", "outputFacets"))
    return {name: facet for found in both for name, facet in found.items()}


def _state(event: RunEvent) -> str:
    assert event.eventType is not None
    return event.eventType.value


def _event(facts: dict[str, Any]) -> RunEvent:
    event = RunEvent(
        eventType=RunState(facts["eventType"]),
        eventTime=facts["eventTime"],
        producer=facts["producer"],
        run=Run(facts["run"]["runId"], _facets(facts["run"]["facets"])),
        job=Job(**{**facts["job"], "facets": _facets(facts["job"]["facets"])}),
        inputs=[_dataset(InputDataset, one) for one in facts["inputs"]],
        outputs=[_dataset(OutputDataset, one) for one in facts["outputs"]],
    )
    assert Serde.to_dict(event) == facts
    return event


def _dataset(kind: Any, facts: dict[str, Any]) -> Any:
    own = {name: _facets(found) for name, found in facts.items() if name.lower().endswith("facets")}
    return kind(**{**facts, **own})


def _facets(told_facets: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: _facet(one) for name, one in told_facets.items()}


def _facet(facts: dict[str, Any]) -> Any:
    kind = _FACETS[facts["_schemaURL"].rpartition("/")[2]]
    fields = {name: value for name, value in facts.items() if not name.startswith("_")}
    assert fields.keys() <= {one.name for one in attr.fields(kind)}
    return kind(producer=facts["_producer"], **fields)
