"""Sales in Dagster: layers as steps, skipped with a reason, started by the drop folder."""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.layers import layered_definitions
from dagster_project.resources import resources
from penstock.products.sales.product import PRODUCT
from penstock.releasing.series import series_of
from penstock.settings import Settings
from support.dagster_worlds import own_settings
from support.drops import FIXTURE

pytestmark = pytest.mark.integration

JOB, SENSOR = "sales_run", "sales_arrivals"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return own_settings(tmp_path / "data", sales_source="files")


@pytest.fixture
def definitions(settings: Settings) -> dg.Definitions:
    shared = dg.Definitions(resources=resources(settings), executor=dg.in_process_executor)
    return dg.Definitions.merge(shared, layered_definitions(PRODUCT))


def run(
    definitions: dg.Definitions, instance: dg.DagsterInstance, tags: Mapping[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    return definitions.resolve_job_def(JOB).execute_in_process(
        instance=instance, tags=dict(tags or {}), raise_on_error=False
    )


def tick(definitions: dg.Definitions, instance: dg.DagsterInstance) -> Any:
    context = dg.build_sensor_context(
        instance=instance,
        repository_def=definitions.get_repository_def(),
        sensor_name=SENSOR,
        resources=definitions.get_repository_def().get_top_level_resources(),
    )
    return definitions.resolve_sensor_def(SENSOR).evaluate_tick(context)


def layers_made(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        event.asset_key.path[1]
        for event in result.all_events
        if event.is_step_materialization and event.asset_key is not None
    }


def steps_skipped(result: dg.ExecuteInProcessResult) -> set[str]:
    return {str(event.step_key) for event in result.all_events if event.is_step_skipped}


def drop(settings: Settings) -> Path:
    folder = settings.sales_drop_dir
    shutil.copytree(FIXTURE, folder)
    long_ago = time.time() - 3_600
    for file in folder.rglob("*.csv"):
        os.utime(file, (long_ago, long_ago))
    return folder


def test_a_drop_starts_a_run_of_all_layers_and_then_there_is_nothing_new(
    settings: Settings, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert "nothing lies in" in tick(definitions, instance).skip_message
    folder = drop(settings)
    (request,) = tick(definitions, instance).run_requests
    first = run(definitions, instance, request.tags)
    second = run(definitions, instance)

    assert first.success
    assert layers_made(first) == {"bronze", "silver", "gold"}
    released = series_of(settings, PRODUCT.name).current()
    assert released is not None
    assert released.name.endswith("-gold")
    assert "no new file" in tick(definitions, instance).skip_message
    assert second.success
    assert layers_made(second) == set()
    assert steps_skipped(second) == {"sales_silver", "sales_gold"}

    (folder / "source_erp" / "LOC_A101.csv").write_bytes(b"")
    assert "being written" in tick(definitions, instance).skip_message
    long_ago = time.time() - 3_600
    os.utime(folder / "source_erp" / "LOC_A101.csv", (long_ago, long_ago))
    (request,) = tick(definitions, instance).run_requests
    broken = run(definitions, instance, request.tags)

    assert not broken.success
    assert "LOC_A101.csv: is empty" in str(broken.failure_data_for_node("sales_bronze"))
    assert layers_made(broken) == set()
    assert series_of(settings, PRODUCT.name).current() == released
