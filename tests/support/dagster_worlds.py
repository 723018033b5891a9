"""Dagster over small worlds: definitions, an instance and runs of a test's own. Not tests.

`python -m support.dagster_worlds` writes the committed asset graph again (`GRAPH_COMMAND`).
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.definitions import build_defs
from penstock.products.renewable.product import PRODUCT
from penstock.products.sales.product import PRODUCT as SALES
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.manifest import write_manifest

DAILY, WEEKLY, BACKFILL = "renewable_daily", "renewable_weekly", "renewable_backfill"
ARRIVALS, ELSEWHERE = "renewable_arrivals", "renewable_done_elsewhere"
FAILURES = "run_failures"
FIRST_PARTITION = date(2025, 1, 1)
FIRST, LAST = date(2025, 3, 1), date(2025, 3, 5)
"""The days that the tests run."""

GRAPH_FILE = REPOSITORY_ROOT / "tests" / "integration" / "dagster" / "asset_graph.json"
GRAPH_COMMAND = "PYTHONPATH=tests:dags .venv/bin/python -m support.dagster_worlds"


def key(*path: str) -> dg.AssetKey:
    """An asset of the product: `key("raw", "weather")`."""
    return dg.AssetKey([PRODUCT.name, *path])


def own_settings(data_dir: Path, **changes: Any) -> Settings:
    """Settings that only the test decides: no variable of the machine counts, and no `.env`.

    Mock worlds are clean, so that every interval has its row.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("PENSTOCK_") and name != "PENSTOCK_PARSES_DIR":
                patch.delenv(name)
        patch.setitem(Settings.model_config, "env_file", None)
        given = {"data_dir": data_dir, "first_day": FIRST_PARTITION, "renewable_mock_clean": True}
        return Settings(**{**given, **changes})


def make_manifest(data_dir: Path) -> None:
    """Make dbt's manifests in a data directory."""
    settings = own_settings(data_dir)
    for product in (SALES, PRODUCT):
        write_manifest(product, settings)


def manifest_dir(data_dir: Path) -> Path:
    """The folder of the product's manifest in a data directory, for `give_manifest`."""
    return PRODUCT.engine_dir(own_settings(data_dir)) / "manifest"


def give_manifest(settings: Settings, manifest: Path) -> None:
    """The manifests, as `penstock manifest` would have left them in the data directory."""
    engines = manifest.parents[1]
    for product in (PRODUCT, SALES):
        shutil.copytree(
            engines / product.engine_dir(settings).name / manifest.name,
            product.engine_dir(settings) / manifest.name,
        )


@contextmanager
def instance_in(folder: Path) -> Iterator[dg.DagsterInstance]:
    """A persistent instance below `folder`: runs, events and schedules in SQLite."""
    folder.mkdir(parents=True, exist_ok=True)
    overrides: Any = {"telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(str(folder), overrides=overrides) as instance:
        yield instance


@dataclass(frozen=True)
class DagsterWorld:
    """Definitions over a data directory, and an instance to run them in."""

    settings: Settings
    instance: dg.DagsterInstance
    definitions: dg.Definitions = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "definitions", build_defs(self.settings))

    @property
    def raw_dir(self) -> Path:
        return PRODUCT.raw_dir(self.settings)

    @property
    def warehouse(self) -> Path:
        return PRODUCT.warehouse(self.settings)

    def run(
        self,
        tags: Mapping[str, str],
        *,
        job: str = DAILY,
        selection: Sequence[dg.AssetKey] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run a job, or some assets of it, to its end, good or bad; `tags` say which days."""
        return self.definitions.resolve_job_def(job).execute_in_process(
            run_config=config,
            instance=self.instance,
            tags=dict(tags),
            asset_selection=selection,
            raise_on_error=False,
        )

    def tick(self, sensor: str, *, cursor: str | None = None) -> Any:
        """What the daemon would be told by one look of a sensor (`SensorExecutionData`)."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            repository_def=self.definitions.get_repository_def(),
            sensor_name=sensor,
            resources=self.resources(),
        )
        return self.definitions.resolve_sensor_def(sensor).evaluate_tick(context)

    def resources(self) -> Mapping[str, object]:
        """The resources of the definitions, as the code server hands them out."""
        return self.definitions.get_repository_def().get_top_level_resources()


def run_with(
    tags: Mapping[str, str], status: dg.DagsterRunStatus, job: str = DAILY
) -> dg.DagsterRun:
    """A run as the daemon would have recorded it; it has done nothing."""
    return dg.DagsterRun(job_name=job, tags=tags, status=status)


def failed_checks(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], Any]:
    """The checks that did not pass, by asset (`raw/weather`) and name."""
    return {
        ("/".join(one.asset_key.path[1:]), one.check_name): one
        for one in result.get_asset_check_evaluations()
        if not one.passed
    }


def asset_graph(definitions: dg.Definitions) -> dict[str, Any]:
    """Everything that somebody sees or starts in the UI, as plain data in a fixed order."""
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    checks = [one.asset_key for one in graph.asset_check_keys]
    return {
        "assets": {
            spec.key.to_user_string(): {
                "group": spec.group_name,
                "partitions": _partitions(spec.partitions_def),
                "kinds": sorted(spec.kinds),
                "owners": sorted(spec.owners),
                "depends_on": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
                "checks": checks.count(spec.key),
            }
            for spec in sorted(graph_specs(definitions), key=lambda one: one.key)
        },
        "jobs": {
            job.name: {
                "partitions": _partitions(job.partitions_def),
                "assets": len(job.asset_layer.selected_asset_keys),
                "product": job.tags.get("penstock/product"),
            }
            for job in sorted(repository.get_all_jobs(), key=lambda one: one.name)
            if not job.name.startswith("__")
        },
        "schedules": {
            one.name: {
                "job": one.job_name,
                "cron": one.cron_schedule,
                "timezone": one.execution_timezone,
                "default": one.default_status.value,
            }
            for one in sorted(repository.schedule_defs, key=lambda one: one.name)
        },
        "sensors": {
            one.name: {
                "kind": one.sensor_type.value,
                "jobs": sorted(target.job_name for target in one.targets),
                "seconds": one.minimum_interval_seconds,
                "default": one.default_status.value,
            }
            for one in sorted(repository.sensor_defs, key=lambda one: one.name)
        },
    }


def graph_specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    """The specification of every asset."""
    return list(definitions.resolve_all_asset_specs())


def as_text(graph: Mapping[str, Any]) -> str:
    """One line per asset, job, schedule and sensor: a difference shows what has changed."""
    parts = []
    for kind, things in graph.items():
        lines = [f"    {json.dumps(name)}: {json.dumps(one)}" for name, one in things.items()]
        parts.append(f"  {json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _partitions(days: dg.PartitionsDefinition[str] | None) -> str | None:
    if days is None:
        return None
    if isinstance(days, dg.MultiPartitionsDefinition):
        by = {one.name: _partitions(one.partitions_def) for one in days.partitions_defs}
        return "; ".join(f"{name}: {kind}" for name, kind in sorted(by.items()))
    if isinstance(days, dg.DynamicPartitionsDefinition):
        return f"dynamic, {days.name}"
    assert isinstance(days, dg.DailyPartitionsDefinition), days
    return f"daily, {days.timezone}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = own_settings(Path(folder))
        make_manifest(settings.data_dir)
        GRAPH_FILE.write_text(as_text(asset_graph(build_defs(settings))), encoding="utf-8")
    sys.stdout.write(f"wrote {GRAPH_FILE}\n")


if __name__ == "__main__":
    main()
