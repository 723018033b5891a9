"""Marketing in Dagster: a partition per day and tenant, each tenant on its own."""
# long because: its runs take seconds each, and every test here reads one of them.

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from dagster_project.partitions import days_of, list_tenants, listed_tenants, tenant_day, tenant_of
from dagster_project.resources import resources
from dagster_project.sensors import failure_sensor
from dagster_project.tenants import tenant_definitions
from penstock.locking import sign_of_life
from penstock.products.marketing.product import PRODUCT
from penstock.releasing.series import series_of
from penstock.releasing.verify import verify
from penstock.settings import Settings
from support.dagster_worlds import instance_in
from support.tenants import of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME, BIRCH, CEDAR = "acme", "acme_birch", "cedar"
ENTRIES = {
    ACME: tenant_entry(ACME, 11, ["shopify"]),
    BIRCH: tenant_entry(BIRCH, 12, ["google_ads"]),
    CEDAR: tenant_entry(CEDAR, 13, ["shopify"]),
}
DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
JOB, SCHEDULE = "marketing_daily", "marketing_daily_schedule"
TENANTS, ARRIVALS = "marketing_tenants", "marketing_arrivals"
ROOMS = ("land", "load", "transform", "release")


@dataclass(frozen=True)
class World:
    """Definitions loaded once, as a code server has them, over a data directory and an instance."""

    folder: Path
    settings: Settings
    instance: dg.DagsterInstance
    definitions: dg.Definitions = field(init=False)

    def __post_init__(self) -> None:
        shared = dg.Definitions(
            resources=resources(self.settings),
            executor=dg.in_process_executor,
            sensors=[failure_sensor()],
        )
        whole = dg.Definitions.merge(shared, tenant_definitions(PRODUCT, self.settings))
        object.__setattr__(self, "definitions", whole)

    def write(self, entries: Sequence[dict[str, Any]]) -> None:
        """Write tenants.yaml again, as somebody does while everything runs."""
        tenant_settings(self.folder, entries)

    def look(self, sensor: str, cursor: str | None = None) -> Any:
        repository = self.definitions.get_repository_def()
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            repository_def=repository,
            sensor_name=sensor,
            resources=repository.get_top_level_resources(),
        )
        return self.definitions.resolve_sensor_def(sensor).evaluate_tick(context)

    def morning(self) -> Any:
        repository = self.definitions.get_repository_def()
        context = dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=AT,
            repository_def=repository,
            resources=repository.get_top_level_resources(),
        )
        return self.definitions.resolve_schedule_def(SCHEDULE).evaluate_tick(context)

    def run(self, tenant: str, day: date = DAY) -> dg.ExecuteInProcessResult:
        return self.definitions.resolve_job_def(JOB).execute_in_process(
            instance=self.instance,
            partition_key=tenant_day(tenant, day),
            raise_on_error=False,
        )

    def start(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Do what a request of the schedule or a sensor asks for, as the daemon would."""
        return self.definitions.resolve_job_def(JOB).execute_in_process(
            instance=self.instance, tags=dict(request.tags), raise_on_error=False
        )

    def released(self, tenant: str) -> list[str]:
        return [one.run_id for one in series_of(self.settings, f"marketing/{tenant}").released()]


def made(result: dg.ExecuteInProcessResult) -> dict[str, Mapping[str, Any]]:
    """The metadata of what a run made, by room."""
    found = [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
    ]
    return {
        one.asset_key.path[-1]: {name: value.value for name, value in one.metadata.items()}
        for one in found
    }


def checks(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def failure(result: dg.ExecuteInProcessResult) -> str:
    return str(result.failure_data_for_node("marketing_land"))


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the schedule starts on the first morning: a run of each tenant's day."""
    folder = tmp_path_factory.mktemp("tenants")
    settings = tenant_settings(folder, [ENTRIES[ACME], ENTRIES[BIRCH]])
    with instance_in(folder / "instance") as instance:
        world = World(folder, settings, instance)
        requests = {str(one.partition_key): one for one in world.morning().run_requests}
        runs = {slug: world.start(requests[f"{DAY}|{slug}"]) for slug in (ACME, BIRCH)}
        yield {"world": world, "requests": requests, **runs}


@pytest.fixture
def world(tmp_path: Path, instance: dg.DagsterInstance) -> World:
    """Two tenants that Dagster knows of; nothing has landed."""
    settings = tenant_settings(tmp_path, [ENTRIES[ACME], ENTRIES[BIRCH]])
    list_tenants(instance, PRODUCT, [ACME, BIRCH])
    return World(tmp_path, settings, instance)


# a day of two tenants ------------------------------------------------------------------------


def test_a_morning_makes_the_day_of_every_tenant(morning: dict[str, Any]) -> None:
    assert set(morning["requests"]) == {f"{DAY}|{ACME}", f"{DAY}|{BIRCH}"}
    for slug in (ACME, BIRCH):
        result = morning[slug]
        assert result.success
        rooms = made(result)
        assert tuple(rooms) == ROOMS
        assert rooms["land"]["files_landed"] > 0
        assert rooms["load"]["rows_read"] == rooms["load"]["rows_accepted"] > 0
        release = morning["world"].released(slug)[0]
        assert rooms["release"]["release"] == release
        assert rooms["release"]["is_new"] is True
        report = rooms["release"][f"report_marketing_{slug}"].removeprefix("file://")
        assert Path(report).is_file()
        folder = series_of(morning["world"].settings, f"marketing/{slug}").release_dir(release)
        assert verify(folder).failures == ()


def test_only_the_partition_of_the_tenant_is_marked(morning: dict[str, Any]) -> None:
    instance = morning["world"].instance
    for room in ROOMS:
        marked = instance.get_materialized_partitions(dg.AssetKey(["marketing", room]))
        assert marked == {f"{DAY}|{ACME}", f"{DAY}|{BIRCH}"}, room


def test_checks_tell_routing_quarantine_and_audit_of_each_partition(
    morning: dict[str, Any],
) -> None:
    for slug in (ACME, BIRCH):
        found = checks(morning[slug])
        assert set(found) == {
            *("routing", "landed", "contract", "account", "quarantine", "data_tests", "audit")
        }
        assert all(one.passed for one in found.values())
        assert {one.partition for one in found.values()} == {f"{DAY}|{slug}"}
        rows = made(morning[slug])["load"]["rows_read"]
        assert found["account"].metadata["rows_read"].value == rows
        files = made(morning[slug])["land"]["files_landed"]
        assert found["routing"].metadata["routed: exact"].value == files
        assert found["data_tests"].metadata["tests"].value > 0


def test_runs_of_one_product_queue_whoever_the_tenant_is(morning: dict[str, Any]) -> None:
    tags = {slug: morning[slug].dagster_run.tags for slug in (ACME, BIRCH)}

    assert {one["penstock/product"] for one in tags.values()} == {"marketing"}
    assert [tenant_of(morning[slug].dagster_run) for slug in tags] == [ACME, BIRCH]
    assert days_of(morning[ACME].dagster_run) == (DAY, DAY)


def test_a_day_again_with_nothing_new_makes_no_release(morning: dict[str, Any]) -> None:
    world = morning["world"]
    before = world.released(ACME)
    again = world.run(ACME)

    assert again.success
    assert world.released(ACME) == before
    rooms = made(again)
    assert (rooms["land"]["files_landed"], rooms["load"]["files_loaded"]) == (0, 0)
    assert rooms["transform"]["built"] == "nothing is stale"
    assert (rooms["release"]["is_new"], rooms["release"]["release"]) == (False, before[-1])
    assert checks(again)["audit"].passed


def test_what_is_kept_over_all_follows_the_tenants_runs(morning: dict[str, Any]) -> None:
    world = morning["world"]
    job = world.definitions.resolve_job_def("marketing_platform_daily")
    first, again = (
        job.execute_in_process(instance=world.instance, raise_on_error=False) for _ in range(2)
    )

    assert first.success
    assert first.dagster_run.tags["penstock/product"] == "marketing"
    (release,) = world.released("platform")
    assert made(first)["platform"]["release"] == release
    assert made(first)["platform"]["rows"] > 0
    assert made(again)["platform"]["is_new"] is False
    assert checks(first)["audit"].passed
    assert set(made(morning[ACME])) == set(ROOMS), "no tenant's run makes it"


RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@pytest.mark.parametrize(
    ("first", "last", "days", "tenant"),
    [
        ("2026-11-23|acme", "2026-11-23|acme", (date(2026, 11, 23), date(2026, 11, 23)), ACME),
        ("2026-11-01|acme", "2026-11-23|acme", (date(2026, 11, 1), date(2026, 11, 23)), ACME),
        ("2026-11-23|acme", "2026-11-23|cedar", (date(2026, 11, 23), date(2026, 11, 23)), None),
        ("2026-11-01", "2026-11-23", (date(2026, 11, 1), date(2026, 11, 23)), None),
    ],
)
def test_days_and_tenant_are_read_off_a_backfills_range_too(
    first: str, last: str, days: tuple[date, date], tenant: str | None
) -> None:
    run = dg.DagsterRun(job_name=JOB, tags=dict(zip(RANGE, (first, last), strict=True)))

    assert days_of(run) == days
    assert tenant_of(run) == tenant


# who there is --------------------------------------------------------------------------------


def test_a_tenant_that_is_added_becomes_a_partition_and_one_that_is_gone_none(
    world: World,
) -> None:
    world.write([ENTRIES[ACME], ENTRIES[CEDAR]])
    data = world.look(TENANTS)
    added, removed = data.dynamic_partitions_requests

    assert data.run_requests == []
    assert isinstance(added, dg.AddDynamicPartitionsRequest)
    assert isinstance(removed, dg.DeleteDynamicPartitionsRequest)
    assert (added.partition_keys, removed.partition_keys) == ([CEDAR], [BIRCH])
    assert added.partitions_def_name == removed.partitions_def_name == "marketing_tenants"
    assert data.skip_message == f"added {CEDAR}; removed {BIRCH}"


def test_a_morning_does_not_wait_for_the_sensor(world: World) -> None:
    world.write([ENTRIES[ACME], ENTRIES[CEDAR], {**ENTRIES[BIRCH], "status": "suspended"}])
    keys = [one.partition_key for one in world.morning().run_requests]

    assert keys == [f"{DAY}|{ACME}", f"{DAY}|{CEDAR}"]
    assert set(listed_tenants(world.instance, PRODUCT)) == {ACME, BIRCH, CEDAR}


def test_a_wrong_entry_is_told_once_and_keeps_its_partition(world: World) -> None:
    world.write([{**ENTRIES[BIRCH], "sources": ["fax"]}, ENTRIES[ACME]])
    first = world.look(TENANTS)
    world.look(TENANTS, first.cursor)
    (told,) = alerts(world.settings)

    assert first.dynamic_partitions_requests == []
    assert "'fax' is no connector" in first.skip_message
    assert told["kind"] == "tenants_wrong"
    assert BIRCH in told["text"]
    world.write([ENTRIES[BIRCH], ENTRIES[ACME]])
    mended = world.look(TENANTS, first.cursor)
    assert mended.skip_message == "every tenant is a partition"
    world.write([{**ENTRIES[BIRCH], "sources": ["fax"]}, ENTRIES[ACME]])
    world.look(TENANTS, mended.cursor)
    assert len(alerts(world.settings)) == 2, "wrong once more is told once more"


# one tenant's failure ------------------------------------------------------------------------


def test_a_broken_tenant_fails_by_name_and_the_others_day_is_made(world: World) -> None:
    world.write([{**ENTRIES[BIRCH], "sources": ["fax"]}, ENTRIES[ACME]])
    keys = {str(one.partition_key) for one in world.morning().run_requests}
    broken, good = world.run(BIRCH), world.run(ACME)

    assert keys == {f"{DAY}|{ACME}", f"{DAY}|{BIRCH}"}
    assert not broken.success
    assert "'fax' is no connector" in failure(broken)
    assert made(broken) == {}
    assert good.success
    assert len(world.released(ACME)) == 1

    tell(world, broken)
    (alert,) = alerts(world.settings)
    assert alert["title"] == f"{JOB} failed for {DAY}, tenant {BIRCH}"
    assert "'fax' is no connector" in alert["text"]


def test_a_suspended_tenant_is_not_run_by_hand_either(world: World) -> None:
    world.write([{**ENTRIES[ACME], "status": "suspended"}, ENTRIES[BIRCH]])

    assert "tenant acme is suspended" in failure(world.run(ACME))


# what is dropped -----------------------------------------------------------------------------


def orders(world: World, tenant: str, folder: str) -> Path:
    """A shop's orders as a connector drops them; they are those of a mock day."""
    product = of(world.settings, tenant)
    product.mock(product, world.settings, start=DAY, end=DAY)
    raw = product.raw_dir(world.settings) / f"{tenant}_shopify__orders"
    (landed,) = raw.glob("*.parquet")
    rows = pl.read_parquet(landed)
    own = [one for one in rows.columns if not one.startswith("_") and one != "extra_columns"]
    return drop(world, tenant, f"{folder}/any_name.parquet", rows.select(own))


def drop(world: World, tenant: str, name: str, rows: pl.DataFrame) -> Path:
    path = world.settings.marketing_drop_dir / tenant / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(path)
    long_ago = time.time() - 3_600
    os.utime(path, (long_ago, long_ago))
    return path


def test_a_drop_starts_the_run_of_its_tenant_whatever_others_do(world: World) -> None:
    assert f"there is no {world.settings.marketing_drop_dir / ACME}" in look_skipped(world)
    file = orders(world, ACME, "shopify")
    strange = drop(world, ACME, "shopify/orders.parquet", pl.DataFrame({"colour": ["red"]}))
    world.instance.add_run(busy(BIRCH))
    drop(world, BIRCH, "google_ads/late.parquet", pl.DataFrame({"colour": ["blue"]}))
    with sign_of_life(PRODUCT.life(world.settings)):
        (request,) = world.look(ARRIVALS).run_requests
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    result = world.start(request)

    assert request.tags["dagster/partition"] == f"{yesterday}|{ACME}"
    assert request.tags["penstock/product"] == "marketing"
    assert request.tags["penstock/arrivals_of"] == f"marketing/{ACME}"
    assert result.success
    found = checks(result)
    assert "1 rows are in quarantine" in found["audit"].metadata["files read"].value
    assert not found["routing"].passed
    assert found["routing"].severity is dg.AssetCheckSeverity.ERROR
    assert strange.name in found["routing"].description
    assert found["routing"].metadata["refused: unknown"].value == 1
    assert found["routing"].metadata["routed: exact"].value == 1
    assert found["landed"].passed
    assert made(result)["land"]["source"] == "files"
    assert file.exists(), "what others dropped stays where it lies"
    assert f"{ACME}: no new file" in look_skipped(world)


def test_a_drop_is_waited_for_while_its_tenant_is_busy_or_it_is_being_written(
    world: World,
) -> None:
    file = drop(world, ACME, "shopify/orders.parquet", pl.DataFrame({"colour": ["red"]}))
    run = world.instance.add_run(busy(ACME))
    assert f"{ACME}: a run is in progress" in look_skipped(world)

    world.instance.delete_run(run.run_id)
    os.utime(file)
    assert "may still be being written: shopify/orders.parquet" in look_skipped(world)


def busy(tenant: str) -> dg.DagsterRun:
    tags = {"dagster/partition/tenant": tenant, "dagster/partition/day": str(DAY)}
    return dg.DagsterRun(job_name=JOB, tags=tags, status=dg.DagsterRunStatus.STARTED)


def look_skipped(world: World) -> str:
    data = world.look(ARRIVALS)
    assert data.run_requests == []
    return str(data.skip_message)


def tell(world: World, result: dg.ExecuteInProcessResult) -> None:
    """What the daemon does with a run that has failed."""
    recorded = world.instance.get_run_by_id(result.run_id)
    assert recorded is not None
    (failed,) = [
        entry.dagster_event
        for entry in world.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        if entry.dagster_event is not None
    ]
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failures",
        dagster_event=failed,
        dagster_instance=world.instance,
        dagster_run=recorded,
        resources=world.definitions.get_repository_def().get_top_level_resources(),
    ).for_run_failure()
    world.definitions.resolve_sensor_def("run_failures")(context)


def alerts(settings: Settings) -> list[dict[str, str]]:
    if not settings.alerts_file.exists():
        return []
    lines = settings.alerts_file.read_text(encoding="utf-8").splitlines()
    return [json.loads(one) for one in lines]
