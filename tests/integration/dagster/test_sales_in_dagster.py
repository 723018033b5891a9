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
from penstock.transforming.manifest import data_tests, read_manifest
from support.dagster_worlds import failed_checks, give_manifest, own_settings
from support.drops import FIXTURE, edit

pytestmark = pytest.mark.integration

JOB, SENSOR = "sales_run", "sales_arrivals"


@pytest.fixture
def settings(tmp_path: Path, manifest: Path) -> Settings:
    made = own_settings(tmp_path / "data", sales_source="files")
    give_manifest(made, manifest)
    return made


@pytest.fixture
def definitions(settings: Settings) -> dg.Definitions:
    shared = dg.Definitions(resources=resources(settings), executor=dg.in_process_executor)
    return dg.Definitions.merge(
        shared, layered_definitions(PRODUCT, read_manifest(PRODUCT, settings))
    )


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
    assert "there is no" in tick(definitions, instance).skip_message
    folder = drop(settings)
    (request,) = tick(definitions, instance).run_requests
    first = run(definitions, instance, request.tags)
    second = run(definitions, instance)
    alone = definitions.resolve_job_def(JOB).execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey(["sales", "gold", "fct_sales"])]
    )

    assert first.success
    assert layers_made(first) == {"bronze", "silver", "gold"}
    tests = data_tests(read_manifest(PRODUCT, settings), PRODUCT.marts)
    assert {one.check_name for one in first.get_asset_check_evaluations()} == tests.keys()
    assert failed_checks(first) == {}
    released = series_of(settings, PRODUCT.name).current()
    assert released is not None
    assert released.name.endswith("-gold")
    assert "no new file" in tick(definitions, instance).skip_message
    assert layers_made(alone) == {"gold"}, "from the latest silver"
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


def test_a_test_that_fails_is_the_check_of_its_table(
    settings: Settings, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    sales = drop(settings) / "source_crm" / "sales_details.csv"
    edit(sales, replace=("SO8,FR-R92B-58,4", "SO8,FR-R92B-58,99"))
    result = run(definitions, instance)

    failed = failed_checks(result)
    assert not result.success
    assert layers_made(result) == {"bronze", "silver"}
    assert [asset for asset, _ in failed] == ["gold/fct_sales"]
    (check,) = failed.values()
    assert check.check_name.startswith("relationships_fct_sales_customer_id")
    assert check.metadata["failing_rows"].value == 1


def test_a_table_depends_on_what_it_is_made_of(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    def made_of(*path: str) -> set[str]:
        parents = graph.get(dg.AssetKey(["sales", *path])).parent_keys
        return {"/".join(one.path[1:]) for one in parents}

    assert made_of("gold", "fct_sales") == {"silver/crm_sales"}
    assert made_of("gold", "dim_products") == {"silver/crm_products", "silver/erp_categories"}
    assert made_of("silver", "erp_locations") == {"bronze/erp_loc_a101", "silver/run_inputs"}
