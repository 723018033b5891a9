"""Events: what OpenLineage's specification asks of one, as plain JSON.

Belongs here: every word of an event, and the run's own file. Does not belong here: when something
is told (`observe.py`), who else hears of it (`collector.py`). Importing OpenLineage's library takes
a fifth of a second, however little of it is asked for: a run that no collector hears does without.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal
from uuid import NAMESPACE_URL, uuid5

from penstock.errors import PenstockError
from penstock.openlineage.work import Dataset, Job, Work
from penstock.settings import Settings

if TYPE_CHECKING:
    from penstock.openlineage.collector import Collector

EVENTS_FILE = "openlineage.jsonl"
NAMESPACE = "penstock"
State = Literal["START", "COMPLETE", "FAIL"]
Facts = dict[str, Any]
_SPECIFICATION = "https://openlineage.io/spec"
_RUN_EVENT = f"{_SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS: Mapping[str, tuple[str, str]] = {
    "parent": ("1-2-0", "ParentRunFacet"),
    "processing_engine": ("1-1-1", "ProcessingEngineRunFacet"),
    "tags": ("1-0-0", "TagsRunFacet"),
    "errorMessage": ("1-0-1", "ErrorMessageRunFacet"),
    "jobType": ("2-0-4", "JobTypeJobFacet"),
    "inputStatistics": ("1-0-0", "InputStatisticsInputDatasetFacet"),
    "outputStatistics": ("1-0-2", "OutputStatisticsOutputDatasetFacet"),
    "schema": ("1-2-0", "SchemaDatasetFacet"),
    "version": ("1-0-1", "DatasetVersionDatasetFacet"),
}
"""Name of a facet -> version of its specification, and its name there."""
_log = logging.getLogger(__name__)


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
        self._collector = _collector_of(settings)

    def tell(self, state: State, work: Work, error: BaseException | None = None) -> None:
        """Tell one event. Raises: LineageError when the run's file cannot be written."""
        event = event_of(self._job, state, work, error)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(event, sort_keys=True) + "\n")
        except OSError as lost:
            message = f"{self._path}: cannot be written ({lost}): free the disk or mend its rights"
            raise LineageError(message) from lost
        if self._collector is None:
            return
        try:
            self._collector.hear(event)
        except Exception as lost:  # noqa: BLE001 - whatever a transport raises, the work goes on
            _log.warning(
                "%s of %s was not taken by the collector that %s names (%s); it is kept in %s",
                state,
                event["job"]["name"],
                self._collector.config,
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


def event_of(job: Job, state: State, work: Work, error: BaseException | None = None) -> Facts:
    """One event, at this moment."""
    kind = _facet("jobType", processingType="BATCH", integration="PENSTOCK")
    return {
        "eventType": state,
        "eventTime": datetime.now(UTC).isoformat(),
        "producer": _producer(),
        "schemaURL": _RUN_EVENT,
        "run": {"runId": uuid_of(job.product, job.run_id, job.room), "facets": _run(job, error)},
        "job": {
            "namespace": NAMESPACE,
            "name": f"{job.product}.{job.room}",
            "facets": {"jobType": kind},
        },
        "inputs": [_dataset(one, "input") for one in work.inputs],
        "outputs": [_dataset(one, "output") for one in work.outputs],
    }


def _run(job: Job, error: BaseException | None) -> Facts:
    told = {
        "parent": _facet(
            "parent",
            run={"runId": uuid_of(job.product, job.run_id, "run"), "facets": {}},
            job={"namespace": NAMESPACE, "name": f"{job.product}.run", "facets": {}},
        ),
        "processing_engine": _facet("processing_engine", version=_version(), name="Penstock"),
        "tags": _facet("tags", tags=[{"key": "run_id", "value": job.run_id, "source": "PENSTOCK"}]),
    }
    if error is not None:
        reason = str(error) or type(error).__name__
        told["errorMessage"] = _facet("errorMessage", message=reason, programmingLanguage="python")
    return told


def _dataset(one: Dataset, side: Literal["input", "output"]) -> Facts:
    counts = {"rowCount": one.rows, "size": one.bytes, "fileCount": one.files}
    known = {name: count for name, count in counts.items() if count is not None}
    statistics = f"{side}Statistics"
    facets: Facts = {}
    if one.columns:
        columns = [{"name": name, "type": kind, "fields": []} for name, kind in one.columns.items()]
        facets["schema"] = _facet("schema", fields=columns)
    if one.version is not None:
        facets["version"] = _facet("version", datasetVersion=one.version)
    return {
        "namespace": NAMESPACE,
        "name": one.name,
        "facets": facets,
        f"{side}Facets": {statistics: _facet(statistics, **known)} if known else {},
    }


def _facet(facet: str, /, **facts: Any) -> Facts:
    released, name = _FACETS[facet]
    address = f"{_SPECIFICATION}/facets/{released}/{name}.json#/$defs/{name}"
    return {"_producer": _producer(), "_schemaURL": address, **facts}


def _producer() -> str:
    return f"urn:penstock:{_version()}"


@cache
def _version() -> str:
    """Looked up once: a release's event names its producer a hundred times."""
    return version("penstock")


def _collector_of(settings: Settings) -> "Collector | None":
    if settings.openlineage_config is None:
        return None
    # The library's import, for those who have a collector only.
    from penstock.openlineage.collector import Collector  # noqa: PLC0415

    try:
        return Collector(settings.openlineage_config)
    except Exception as error:
        message = (
            f"{settings.openlineage_config}: does not say where events go ({error}); expected "
            "OpenLineage's own configuration, with `transport:` and its `type:`. Mend it, or unset "
            "PENSTOCK_OPENLINEAGE_CONFIG"
        )
        raise LineageError(message) from error
