"""Events, made with OpenLineage's own library and sent with its own transports.

Belongs here: everything that imports the library. Does not belong here: when something is told
(`observe.py`).
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import NAMESPACE_URL, uuid5

import yaml
from openlineage.client.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, OutputDataset, Run, RunEvent, RunState
from openlineage.client.event_v2 import Job as ToldJob
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    OutputDatasetFacet,
    RunFacet,
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
from openlineage.client.transport.file import FileConfig, FileTransport

from penstock.errors import PenstockError
from penstock.openlineage.work import Dataset, Job, Work
from penstock.settings import Settings

EVENTS_FILE = "openlineage.jsonl"
NAMESPACE = "penstock"
State = Literal["START", "COMPLETE", "FAIL"]
_log = logging.getLogger(__name__)
_Facet = TypeVar("_Facet")


class LineageError(PenstockError):
    """Events that cannot be kept, or a configuration that names no place for them."""


class Teller:
    """Tells of one job: into its run's file, and to the collector that the settings name.

    Raises: LineageError when the configuration of the collector cannot be used.
    """

    def __init__(self, settings: Settings, job: Job) -> None:
        self._job = job
        self._path = settings.runs_dir / job.run_id / EVENTS_FILE
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = FileTransport(FileConfig(log_file_path=str(self._path), append=True))
        self._config = settings.openlineage_config
        self._collector = None if self._config is None else _collector(self._config)

    def tell(self, state: State, work: Work, error: BaseException | None = None) -> None:
        """Tell one event. Raises: LineageError when the run's file cannot be written."""
        event = event_of(self._job, state, work, error)
        try:
            self._file.emit(event)
        except RuntimeError as lost:
            message = f"{self._path}: cannot be written ({lost}): free the disk or mend its rights"
            raise LineageError(message) from lost
        if self._collector is None:
            return
        try:
            self._collector.emit(event)
        except Exception as lost:  # noqa: BLE001 - whatever a transport raises, the work goes on
            _log.warning(
                "%s of %s was not taken by the collector that %s names (%s); it is kept in %s",
                state,
                event.job.name,
                self._config,
                lost,
                self._path,
            )

    def close(self) -> None:
        """Wait until the collector has everything."""
        if self._collector is not None:
            self._collector.close()


def uuid_of(product: str, run_id: str, room: str) -> str:
    """The UUID that OpenLineage asks of a run: the same for the same product, run and room."""
    return str(uuid5(NAMESPACE_URL, f"urn:penstock:{product}:{run_id}:{room}"))


def event_of(job: Job, state: State, work: Work, error: BaseException | None = None) -> RunEvent:
    """One event, at this moment."""
    # Facets learn of the producer in no other way.
    set_producer(f"urn:penstock:{version('penstock')}")
    kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="PENSTOCK")
    return RunEvent(
        eventType=RunState(state),
        eventTime=datetime.now(UTC).isoformat(),
        run=Run(uuid_of(job.product, job.run_id, job.room), _run_facets(job, error)),
        job=ToldJob(NAMESPACE, f"{job.product}.{job.room}", {"jobType": kind}),
        inputs=[_input(one) for one in work.inputs],
        outputs=[_output(one) for one in work.outputs],
    )


def _run_facets(job: Job, error: BaseException | None) -> dict[str, RunFacet]:
    told: dict[str, RunFacet] = {
        "parent": parent_run.ParentRunFacet(
            parent_run.Run(uuid_of(job.product, job.run_id, "run")),
            parent_run.Job(NAMESPACE, f"{job.product}.run"),
        ),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
            version("penstock"), "Penstock"
        ),
        "tags": tags_run.TagsRunFacet(
            [tags_run.TagsRunFacetFields("run_id", job.run_id, "PENSTOCK")]
        ),
    }
    if error is not None:
        reason = str(error) or type(error).__name__
        told["errorMessage"] = error_message_run.ErrorMessageRunFacet(reason, "python")
    return told


def _input(one: Dataset) -> InputDataset:
    kind = input_statistics_input_dataset.InputStatisticsInputDatasetFacet
    counted: dict[str, InputDatasetFacet] = _statistics("inputStatistics", kind, one)
    return InputDataset(NAMESPACE, one.name, counted, facets=_facets(one))


def _output(one: Dataset) -> OutputDataset:
    kind = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet
    counted: dict[str, OutputDatasetFacet] = _statistics("outputStatistics", kind, one)
    return OutputDataset(NAMESPACE, one.name, counted, facets=_facets(one))


def _statistics(name: str, kind: Callable[..., _Facet], one: Dataset) -> dict[str, _Facet]:
    counts = (one.rows, one.bytes, one.files)
    return {} if counts == (None, None, None) else {name: kind(*counts)}


def _facets(one: Dataset) -> dict[str, DatasetFacet]:
    told: dict[str, DatasetFacet] = {}
    if one.columns:
        told["schema"] = schema_dataset.SchemaDatasetFacet(
            [
                schema_dataset.SchemaDatasetFacetFields(name, kind)
                for name, kind in one.columns.items()
            ]
        )
    if one.version is not None:
        told["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(one.version)
    return told


def _collector(config: Path) -> OpenLineageClient:
    try:
        return OpenLineageClient(config=_read_config(config))
    except Exception as error:
        message = (
            f"{config}: does not say where events go ({error}); expected OpenLineage's own "
            "configuration, with `transport:` and its `type:`. Mend it, or unset "
            "PENSTOCK_OPENLINEAGE_CONFIG"
        )
        raise LineageError(message) from error


def _read_config(config: Path) -> dict[str, Any]:
    facts = yaml.safe_load(config.read_text(encoding="utf-8"))
    if not isinstance(facts, dict) or not isinstance(facts.get("transport"), dict):
        # The library would print every event to the terminal instead.
        raise LineageError("it names no transport")
    return facts
