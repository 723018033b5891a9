"""The rooms run by Dagster: the command line's figures, and every fault where it belongs."""
# long because: its runs take seconds each, and every test here reads one of them.

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

from dagster_project.rooms import RETRIES, RUN_ID_TAG, room
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.releasing.verify import verify
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.dagster_worlds import (
    ARRIVALS,
    DAILY,
    ELSEWHERE,
    FAILURES,
    FIRST,
    WEEKLY,
    DagsterWorld,
    failed_checks,
    give_manifest,
    instance_in,
    key,
    own_settings,
)
from support.warehouses import differing_rows, tables

pytestmark = pytest.mark.integration

DAYS = [str(FIRST + timedelta(age)) for age in range(5)]
NEXT_DAY = "2025-03-06"
RANGE = {
    "dagster/asset_partition_range_start": DAYS[0],
    "dagster/asset_partition_range_end": DAYS[-1],
}
PARTITIONED = {
    *(key(room, table) for room in ("land", "raw") for table in PRODUCT.dated_tables),
    key("marts", "fct_generation_weather_interval"),
    key("marts", "mart_asset_performance_daily"),
    key("marts", "mart_weather_adjusted_performance"),
    key("marts", "mart_loss_waterfall_daily"),
    key("marts", "mart_data_quality_daily"),
}
LAYERS = ("raw", "intermediate", "marts")


@dataclass(frozen=True)
class Done:
    """A run that has ended, and the world it ran in. Tests only read it."""

    world: DagsterWorld
    result: dg.ExecuteInProcessResult


def day_tags(day: str) -> dict[str, str]:
    return {"dagster/partition": day}


@contextmanager
def copy_of(
    done: Done, folder: Path, blank_instance: Path, **changes: object
) -> Iterator[DagsterWorld]:
    """A world of one's own with what a run left behind, and an instance without runs."""
    shutil.copytree(done.world.settings.data_dir, folder / "data")
    shutil.copytree(blank_instance, folder / "instance")
    with instance_in(folder / "instance") as instance:
        yield DagsterWorld(own_settings(folder / "data", **changes), instance)


@pytest.fixture(scope="module")
def good(
    tmp_path_factory: pytest.TempPathFactory, manifest: Path, blank_instance: Path
) -> Iterator[Done]:
    """Five mock days, from nothing to the release, as one run."""
    folder = tmp_path_factory.mktemp("good")
    settings = own_settings(folder / "data")
    give_manifest(settings, manifest)
    shutil.copytree(blank_instance, folder / "instance")
    with instance_in(folder / "instance") as instance:
        world = DagsterWorld(settings, instance)
        yield Done(world, world.run(RANGE))


def materialized(result: dg.ExecuteInProcessResult) -> list[dg.AssetMaterialization]:
    return [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
    ]


def counts(warehouse: Path) -> dict[str, int]:
    """Rows of every table that somebody wrote rows into, dlt's own left out."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            name: connection.execute(f"select count(*) from {table}").fetchall()[0][0]
            for layer in LAYERS
            for name, table in tables(connection, warehouse.stem, layer).items()
            if not name.startswith("_dlt") and name != "deliveries"
        }


def steps(result: dg.ExecuteInProcessResult) -> Counter[str]:
    """How often each kind of event came from a step."""
    return Counter(event.event_type_value for event in result.all_events if event.step_key)


# good runs ----------------------------------------------------------------------------------


def test_a_range_of_days_is_one_run_that_marks_exactly_its_days(good: Done) -> None:
    instance = good.world.instance
    everything = good.world.definitions.resolve_all_asset_keys()
    keys = {one for one in everything if one.path[0] == PRODUCT.name} - {key("report")}

    assert good.result.success
    assert [one.run_id for one in instance.get_runs()] == [good.result.run_id]
    assert {one.asset_key for one in materialized(good.result)} == keys
    for one in keys:
        expected = set(DAYS) if one in PARTITIONED else set()
        assert instance.get_materialized_partitions(one) == expected, one


def test_every_materialization_tells_the_rows_that_the_warehouse_has(good: Done) -> None:
    told: dict[str, set[object]] = {}
    for one in materialized(good.result):
        count = one.metadata.get("dagster/row_count")
        if count is not None:
            told.setdefault(one.asset_key.path[-1], set()).add(count.value)
    real = counts(good.world.warehouse)

    assert real["weather"] == 5 * 24 * 10
    assert real["fct_generation_weather_interval"] == 5 * 24 * 10
    assert told == {name: {rows} for name, rows in real.items()}


def test_every_check_is_evaluated_and_passes(good: Done) -> None:
    evaluated = [one.asset_check_key for one in good.result.get_asset_check_evaluations()]
    graph = good.world.definitions.resolve_asset_graph()

    assert failed_checks(good.result) == {}
    assert len(evaluated) == len(set(evaluated))
    assert set(evaluated) == {
        one for one in graph.asset_check_keys if one.asset_key.path[0] == PRODUCT.name
    }


def test_the_run_has_one_identity_in_dagster_ledger_and_deliveries(good: Done) -> None:
    recorded = good.world.instance.get_run_by_id(good.result.run_id)
    assert recorded is not None
    with Ledger(PRODUCT.ledger(good.world.settings)) as ledger:
        runs, deliveries = ledger.last_runs(10), ledger.deliveries()

    [only] = runs
    assert only.run_id == recorded.tags[RUN_ID_TAG]
    assert only.run_id.endswith(good.result.run_id[:8])
    assert (only.outcome, only.command) == ("done", "renewable_daily: release")
    assert {one.run_id for one in deliveries} == {only.run_id}
    assert len(deliveries) == 2 * 5 + 1
    told = {
        one.metadata["run_id"].value
        for one in materialized(good.result)
        if "run_id" in one.metadata
    }
    assert told == {only.run_id}


def test_the_release_is_sealed_and_shown(good: Done) -> None:
    [shown] = [one for one in materialized(good.result) if one.asset_key == key("release")]
    folder = good.world.settings.releases_dir / "renewable" / "current"
    found = verify(folder, strict=True)

    assert found.failures == ()
    assert found.metadata is not None
    assert shown.metadata["root"].value == found.metadata.root
    assert shown.metadata["rows"].value == found.rows
    page = good.world.settings.reports_dir / "renewable.html"
    sealed = folder.resolve() / "data" / "reports" / "renewable.html"
    assert shown.metadata["report_renewable"].value == sealed.as_uri()
    assert page.read_bytes() == (folder / "data" / "reports" / "renewable.html").read_bytes()
    [audit] = [
        one for one in good.result.get_asset_check_evaluations() if one.check_name == "audit"
    ]
    assert audit.passed
    assert "accepted + 0 quarantined" in str(audit.metadata["rows accounted for"].value)


def test_a_second_run_of_a_day_changes_no_mart_and_the_weekly_job_only_the_report(
    good: Done, tmp_path: Path, blank_instance: Path
) -> None:
    with copy_of(good, tmp_path, blank_instance) as world:
        again = world.run(day_tags(DAYS[2]))
        report = world.settings.reports_dir / "renewable.html"
        released = report.stat()
        report.unlink()
        weekly = world.run({}, job=WEEKLY)

        assert again.success
        assert key("report") not in {one.asset_key for one in materialized(again)}
        assert {one.partition for one in materialized(again)} == {None, DAYS[2]}
        assert differing_rows(world.warehouse, good.world.warehouse, layers=LAYERS) == []
        assert world.instance.get_materialized_partitions(key("raw", "weather")) == {DAYS[2]}
        assert weekly.success
        [written] = materialized(weekly)
        assert written.asset_key == key("report")
        assert written.metadata["report"].value == report.as_uri()
        assert written.metadata["bytes"].value == report.stat().st_size == released.st_size


def test_the_command_line_builds_the_same_marts(good: Done, by_command: Settings) -> None:
    both = (good.world.warehouse, PRODUCT.warehouse(by_command))

    assert differing_rows(*both, layers=("intermediate", "marts")) == []
    assert counts(both[0]) == counts(both[1])


def test_days_done_by_the_command_line_are_marked_once(
    by_command: Settings, instance: dg.DagsterInstance
) -> None:
    world = DagsterWorld(by_command, instance)
    events = world.tick(ELSEWHERE).asset_events
    for event in events:
        instance.report_runless_asset_event(event)
    after = world.tick(ELSEWHERE)

    assert {(one.asset_key, one.partition) for one in events} == {
        (asset, day) for asset in PARTITIONED for day in DAYS
    }
    assert len(events) == len(PARTITIONED) * len(DAYS)
    assert (after.asset_events, bool(after.skip_message)) == ([], True)


# files with faults --------------------------------------------------------------------------

BAD_ROWS, CUT_OFF = f"weather_{DAYS[3]}.vendor.parquet", f"weather_{DAYS[4]}.vendor.parquet"


@pytest.fixture(scope="module")
def dropped(
    good: Done, tmp_path_factory: pytest.TempPathFactory, blank_instance: Path
) -> Iterator[Done]:
    """A file with two bad rows and a file that is cut off, as the arrival sensor has them run."""
    with copy_of(
        good, tmp_path_factory.mktemp("dropped"), blank_instance, settle_seconds=0
    ) as world:
        folder = world.raw_dir / "weather"
        number = pl.int_range(pl.len())
        pl.read_parquet(folder / f"weather_{DAYS[3]}.parquet").with_columns(
            wind_speed_mps=pl.when(number == 3).then(float("nan")).otherwise("wind_speed_mps"),
            asset_id=pl.when(number == 7).then(pl.lit("wind_nowhere")).otherwise("asset_id"),
        ).write_parquet(folder / BAD_ROWS)
        whole = (folder / f"weather_{DAYS[4]}.parquet").read_bytes()
        (folder / CUT_OFF).write_bytes(whole[: len(whole) // 2])
        [request] = world.tick(ARRIVALS).run_requests
        yield Done(world, world.run(request.tags))


def test_bad_rows_are_a_warning_that_names_file_and_reasons(dropped: Done) -> None:
    check = failed_checks(dropped.result)["raw/weather", "quarantine"]

    assert check.severity == dg.AssetCheckSeverity.WARN
    assert f"weather/{BAD_ROWS}" in check.description
    assert "not_finite" in check.description
    assert "unknown_asset" in check.description
    assert check.metadata["rows_quarantined"].value == 2


def test_a_file_that_is_cut_off_is_an_error_that_names_it(dropped: Done) -> None:
    check = failed_checks(dropped.result)["raw/weather", "contract"]

    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert str(dropped.world.raw_dir / "weather" / CUT_OFF) in check.description
    assert BAD_ROWS not in check.description
    assert check.metadata["rejected_files"].value == 1


def test_faulty_files_harm_nothing_else(good: Done, dropped: Done) -> None:
    before, after = counts(good.world.warehouse), counts(dropped.world.warehouse)
    folder = dropped.world.raw_dir / "weather"

    assert dropped.result.success
    assert set(failed_checks(dropped.result)) == {
        ("raw/weather", "contract"),
        ("raw/weather", "quarantine"),
    }
    assert after == {**before, "weather": before["weather"] + 238}
    # The rows that came again say the same, and the refused ones leave the first delivery's; that
    # they came late is all that differs.
    differing = differing_rows(dropped.world.warehouse, good.world.warehouse)
    assert {line.split(" has in ")[1].split(":")[0] for line in differing} == {
        "fct_generation_weather_interval",
        "mart_data_quality_daily",
    }
    assert {path.name for path in folder.iterdir()} >= {BAD_ROWS, CUT_OFF}


def test_after_the_run_the_sensor_has_moved_on_and_is_quiet(dropped: Done) -> None:
    recorded = dropped.world.instance.get_run_by_id(dropped.result.run_id)
    data = dropped.world.tick(ARRIVALS)

    assert recorded is not None
    assert data.cursor == recorded.tags["penstock/batch"]
    assert (data.run_requests, data.skip_message) == ([], "no new file")
    for table in PRODUCT.dated_tables:
        marked = dropped.world.instance.get_materialized_partitions(key("raw", table))
        assert marked == {DAYS[3], DAYS[4]}


# failures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(
    good: Done, tmp_path_factory: pytest.TempPathFactory, blank_instance: Path
) -> Iterator[Done]:
    """The raw assets are lost from the warehouse, and one day more is run."""
    with copy_of(good, tmp_path_factory.mktemp("broken"), blank_instance) as world:
        with duckdb.connect(str(world.warehouse)) as connection:
            connection.execute("delete from raw.assets")
        yield Done(world, world.run(day_tags(NEXT_DAY)))


def test_a_dbt_test_that_fails_fails_its_check_and_the_step(broken: Done) -> None:
    steps_failed = [event.step_key for event in broken.result.all_events if event.is_step_failure]
    asset, name = "raw/assets", "shared_dbt_source_not_empty_raw_assets_"
    check = failed_checks(broken.result)[asset, name]

    assert not broken.result.success
    assert steps_failed == ["renewable_transform"]
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert "Got 1 result" in check.description


def test_after_a_failed_dbt_test_nothing_is_said_to_be_built(good: Done, broken: Done) -> None:
    made = {one.asset_key for one in materialized(broken.result)}
    with Ledger(PRODUCT.ledger(broken.world.settings)) as ledger:
        [last, *_] = ledger.last_runs(1)

    assert {one.path[1] for one in made} == {"land", "raw"}
    assert (last.command, last.outcome) == ("renewable_daily: transform", "failed")
    assert "shared_dbt_source_not_empty_raw_assets_" in last.message
    assert differing_rows(broken.world.warehouse, good.world.warehouse) == []


def alerts(settings: Settings) -> list[dict[str, str]]:
    if not settings.alerts_file.exists():
        return []
    lines = settings.alerts_file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def tell_failure(done: Done) -> None:
    """What the daemon does with a run that has failed."""
    recorded = done.world.instance.get_run_by_id(done.result.run_id)
    assert recorded is not None
    [failed] = [
        entry.dagster_event
        for entry in done.world.instance.all_logs(
            done.result.run_id, of_type=dg.DagsterEventType.RUN_FAILURE
        )
        if entry.dagster_event is not None
    ]
    context = dg.build_run_status_sensor_context(
        sensor_name=FAILURES,
        dagster_event=failed,
        dagster_instance=done.world.instance,
        dagster_run=recorded,
        resources=done.world.resources(),
    ).for_run_failure()
    done.world.definitions.resolve_sensor_def(FAILURES)(context)


def test_a_failed_run_is_told_as_one_alert(broken: Done) -> None:
    before = alerts(broken.world.settings)
    tell_failure(broken)
    [alert] = alerts(broken.world.settings)[len(before) :]

    assert alert["kind"] == "run_failed"
    assert alert["key"] == broken.result.run_id
    assert DAILY in alert["title"]
    assert NEXT_DAY in alert["title"]
    [step, *_] = alert["text"].splitlines()
    assert step.startswith("renewable_transform: the build did not pass")
    assert "test shared_dbt_source_not_empty_raw_assets_: Got 1 result" in alert["text"]
    assert broken.result.run_id in alert["text"]
    assert "Traceback" not in alert["text"]
    assert "Stack Trace" not in alert["text"]


@pytest.fixture
def without_files(tmp_path: Path, manifest: Path, instance: dg.DagsterInstance) -> DagsterWorld:
    """Real files are expected, and none has landed."""
    settings = own_settings(tmp_path / "data", renewable_source="files")
    give_manifest(settings, manifest)
    return DagsterWorld(settings, instance)


def test_a_day_without_files_fails_at_once_and_says_what_to_do(
    without_files: DagsterWorld,
) -> None:
    result = without_files.run(day_tags(DAYS[0]), selection=[key("land", "weather")])
    tell_failure(Done(without_files, result))
    [alert] = alerts(without_files.settings)
    expected = without_files.raw_dir / "weather" / f"weather_{DAYS[0]}.parquet"

    assert steps(result)["STEP_FAILURE"] == 1
    assert steps(result)["STEP_UP_FOR_RETRY"] == 0
    assert steps(result)["STEP_START"] == 1
    assert alert["title"] == f"{DAILY} failed for {DAYS[0]}"
    assert alert["text"].startswith("renewable_land: renewable: no file of 2025-03-01 has landed")
    assert str(expected) in alert["text"]
    assert "penstock land renewable" in alert["text"]


HOLDER = """
import sys
from pathlib import Path
from penstock.locking import writer_lock
with writer_lock(Path(sys.argv[1]), holder="another run", wait_seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def written_elsewhere(settings: Settings) -> Iterator[None]:
    """Another process is writing the warehouse."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(PRODUCT.lock(settings))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("")


def in_a_room(
    settings: Settings, instance: dg.DagsterInstance, work: Callable[[], object]
) -> dg.ExecuteInProcessResult:
    """Work in a room of its own, retried as often as the real ones but without their pauses."""

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=RETRIES.max_retries, delay=0))
    def step(context: dg.AssetExecutionContext) -> None:
        with room(context, PRODUCT, settings, "work"):
            work()

    return dg.materialize([step], instance=instance, raise_on_error=False)


def failure(result: dg.ExecuteInProcessResult) -> dg.DagsterEvent:
    [event] = [one for one in result.all_events if one.is_step_failure]
    return event


def last_run(settings: Settings) -> tuple[str, str]:
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        [last] = ledger.last_runs(10)
    return last.outcome, last.message


def test_a_busy_writer_is_tried_again_until_the_attempts_are_spent(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    settings = own_settings(tmp_path / "data", lock_wait_seconds=0)
    with written_elsewhere(settings):
        result = in_a_room(settings, instance, lambda: load(PRODUCT, settings))
    error = failure(result).step_failure_data

    assert steps(result)["STEP_UP_FOR_RETRY"] == RETRIES.max_retries == 3
    assert steps(result)["STEP_FAILURE"] == 1
    assert error.user_failure_data is None
    assert error.error is not None
    assert error.error.cause is not None
    assert error.error.cause.cls_name == "WriterBusyError"
    outcome, message = last_run(settings)
    assert outcome == "failed"
    assert "(another run, since" in message


def test_a_writer_that_lets_go_in_time_fails_nothing(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    settings = own_settings(tmp_path / "data", lock_wait_seconds=0)
    busy = written_elsewhere(settings)
    busy.__enter__()
    attempts: list[int] = []

    def work() -> None:
        attempts.append(len(attempts))
        if len(attempts) == 2:
            busy.__exit__(None, None, None)
        load(PRODUCT, settings)

    result = in_a_room(settings, instance, work)

    assert result.success
    assert attempts == [0, 1]
    assert steps(result)["STEP_UP_FOR_RETRY"] == 1
    assert last_run(settings) == ("done", "")


def test_an_error_of_ours_fails_at_once_with_its_own_words(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    settings = own_settings(tmp_path / "data")
    result = in_a_room(settings, instance, lambda: transform(PRODUCT, settings))
    told = failure(result).step_failure_data.user_failure_data

    assert steps(result)["STEP_UP_FOR_RETRY"] == 0
    assert steps(result)["STEP_START"] == 1
    assert told is not None
    assert told.description is not None
    assert told.description.startswith("nothing of renewable is loaded yet: `penstock mock`")
    assert last_run(settings) == ("failed", told.description)


def test_an_error_without_words_is_named_by_its_kind_and_not_tried_again(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    def work() -> None:
        raise AssertionError

    result = in_a_room(own_settings(tmp_path / "data"), instance, work)
    told = failure(result).step_failure_data.user_failure_data

    assert steps(result)["STEP_UP_FOR_RETRY"] == 0
    assert told is not None
    assert told.description == "AssertionError"
