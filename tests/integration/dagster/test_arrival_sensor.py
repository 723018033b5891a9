"""The arrival sensor, looked at without a daemon: one run per batch of files, three attempts."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from penstock.loading.load import load
from penstock.locking import sign_of_life
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.dagster_worlds import (
    ARRIVALS,
    DAILY,
    DagsterWorld,
    give_manifest,
    own_settings,
    run_with,
)
from support.worlds import FIRST_DAY, generation, ship_days, weather

pytestmark = pytest.mark.integration

NEW_DAY = date(2025, 3, 4)
STATUS = dg.DagsterRunStatus


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> Path:
    """A data directory with three days that we have landed and loaded ourselves."""
    settings = own_settings(tmp_path_factory.mktemp("arrivals"))
    ship_days(settings, days=3)
    load(PRODUCT, settings)
    give_manifest(settings, manifest)
    return settings.data_dir


@pytest.fixture
def world(template: Path, tmp_path: Path, instance: dg.DagsterInstance) -> DagsterWorld:
    """A copy of the template, and an instance without runs."""
    shutil.copytree(template, tmp_path / "data")
    return DagsterWorld(own_settings(tmp_path / "data"), instance)


def drop(settings: Settings, day: date, table: str = "weather", *, seed: int = 3) -> Path:
    """A file that somebody puts into the raw folder."""
    frame = weather(day, seed=seed) if table == "weather" else generation(day, seed=seed)
    path = PRODUCT.raw_dir(settings) / table / f"{table}_{day}.parquet"
    frame.write_parquet(path)
    return path


def look(world: DagsterWorld, cursor: str | None = None) -> Any:
    return world.tick(ARRIVALS, cursor=cursor)


def requested(world: DagsterWorld, cursor: str | None = None) -> dg.RunRequest:
    """The one run that a look asks for."""
    data = look(world, cursor)
    assert data.skip_message is None, data.skip_message
    [request] = data.run_requests
    assert isinstance(request, dg.RunRequest)
    return request


def skipped(world: DagsterWorld, cursor: str | None = None) -> str:
    """Why a look asks for no run."""
    data = look(world, cursor)
    assert data.run_requests == []
    assert data.skip_message
    return str(data.skip_message)


def started(world: DagsterWorld, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
    """The run that the daemon makes of a request."""
    world.instance.add_run(run_with(request.tags, status))


def own_tags(request: dg.RunRequest) -> dict[str, str]:
    return {name: value for name, value in request.tags.items() if name != "dagster/sensor_name"}


def test_where_nothing_has_landed_nothing_starts(empty_world: DagsterWorld) -> None:
    assert skipped(empty_world) == "nothing has landed yet"


def test_what_we_landed_and_loaded_ourselves_starts_nothing(world: DagsterWorld) -> None:
    assert skipped(world) == "no new file"


def test_a_dropped_file_asks_for_one_run_of_its_day(world: DagsterWorld) -> None:
    drop(world.settings, NEW_DAY)
    request = requested(world)
    batch = request.tags["penstock/batch"]

    assert own_tags(request) == {
        "penstock/product": "renewable",
        "penstock/arrivals_of": "renewable",
        "penstock/batch": batch,
        "penstock/attempt": "1",
        "dagster/partition": "2025-03-04",
    }
    assert batch
    assert request.run_key == f"{batch}-1"
    sensor = world.definitions.resolve_sensor_def(ARRIVALS)
    assert [target.job_name for target in sensor.targets] == [DAILY]


def test_a_hundred_files_over_fifty_days_are_one_run(world: DagsterWorld) -> None:
    for age in range(50):
        for table in ("weather", "generation"):
            drop(world.settings, NEW_DAY + timedelta(age), table)
    request = requested(world)

    assert own_tags(request) == {
        "penstock/product": "renewable",
        "penstock/arrivals_of": "renewable",
        "penstock/batch": request.tags["penstock/batch"],
        "penstock/attempt": "1",
        "dagster/asset_partition_range_start": "2025-03-04",
        "dagster/asset_partition_range_end": "2025-04-22",
    }


def test_the_same_files_are_the_same_request_and_others_another(world: DagsterWorld) -> None:
    path = drop(world.settings, NEW_DAY)
    first = requested(world)
    again = requested(world)
    weather(NEW_DAY, seed=4).write_parquet(path)
    changed = requested(world)
    drop(world.settings, NEW_DAY + timedelta(1))
    more = requested(world)

    assert again.run_key == first.run_key, "the daemon would start it twice"
    assert len({one.run_key for one in (first, changed, more)}) == 3


def test_days_without_a_partition_count_for_the_nearest(world: DagsterWorld) -> None:
    drop(world.settings, date(2019, 5, 1))
    assert requested(world).tags["dagster/partition"] == "2025-01-01"

    drop(world.settings, datetime.now(UTC).date() + timedelta(30))
    both = requested(world).tags
    assert both["dagster/asset_partition_range_start"] == "2025-01-01"
    last = date.fromisoformat(both["dagster/asset_partition_range_end"])
    assert last < datetime.now(UTC).date()


def test_the_cursor_moves_when_the_run_has_succeeded_and_not_before(world: DagsterWorld) -> None:
    drop(world.settings, NEW_DAY)
    asked = look(world, "before")
    [request] = asked.run_requests
    started(world, request, STATUS.FAILURE)
    failed = look(world, "before")
    [second] = failed.run_requests
    load(PRODUCT, world.settings)
    started(world, second, STATUS.SUCCESS)
    done = look(world, "before")

    assert asked.cursor == "before"
    assert failed.cursor == "before"
    assert done.cursor == request.tags["penstock/batch"]
    assert (done.run_requests, done.skip_message) == ([], "no new file")


def test_a_failed_run_is_tried_again_under_another_key_and_given_up_after_three(
    world: DagsterWorld,
) -> None:
    path = drop(world.settings, NEW_DAY)
    keys = []
    for attempt, status in enumerate((STATUS.FAILURE, STATUS.CANCELED, STATUS.FAILURE), start=1):
        request = requested(world)
        assert request.tags["penstock/attempt"] == str(attempt)
        keys.append(request.run_key)
        started(world, request, status)
    reason = skipped(world, "before")

    assert len(set(keys)) == 3
    assert "gave up" in reason
    assert "3 runs" in reason
    assert f"weather/{path.name}" in reason
    assert look(world, "before").cursor == "before"

    weather(NEW_DAY, seed=8).write_parquet(path)  # mended: another batch, attempts from one on
    assert requested(world).tags["penstock/attempt"] == "1"


# A queued run has to know its code server: test_daemon.py has a real one.
IN_PROGRESS = (STATUS.NOT_STARTED, STATUS.STARTING, STATUS.STARTED, STATUS.CANCELING)


def test_a_run_of_the_product_in_progress_is_waited_for(world: DagsterWorld) -> None:
    drop(world.settings, NEW_DAY)
    for status in IN_PROGRESS:
        run = world.instance.add_run(run_with({}, status))
        assert skipped(world, "before") == "a run is in progress", status
        assert look(world, "before").cursor == "before"
        world.instance.delete_run(run.run_id)

    assert requested(world).tags["penstock/attempt"] == "1"


def test_a_materialization_by_hand_is_waited_for_and_a_strangers_is_not(
    world: DagsterWorld,
) -> None:
    drop(world.settings, NEW_DAY)
    for asset in (["stranger", "raw"], ["renewables", "raw"]):
        world.instance.add_run(
            dg.DagsterRun(
                job_name="__ASSET_JOB",
                status=STATUS.STARTED,
                asset_selection={dg.AssetKey(asset)},
            )
        )
    world.instance.add_run(run_with({}, STATUS.STARTED, job="stranger_daily"))
    assert requested(world) is not None

    world.instance.add_run(
        dg.DagsterRun(
            job_name="__ASSET_JOB",
            status=STATUS.STARTED,
            asset_selection={dg.AssetKey(["renewable", "raw", "weather"])},
        )
    )
    assert skipped(world) == "a run is in progress"


def test_a_command_line_at_work_is_left_to_load_its_files(world: DagsterWorld) -> None:
    drop(world.settings, NEW_DAY)
    with sign_of_life(PRODUCT.life(world.settings)):
        assert "a command is running" in skipped(world)

    assert requested(world).tags["dagster/partition"] == "2025-03-04"


def test_a_file_that_is_still_being_written_waits_and_one_left_broken_does_not(
    world: DagsterWorld,
) -> None:
    path = drop(world.settings, NEW_DAY)
    path.write_bytes(path.read_bytes()[:200])
    patient = skipped(world)
    hasty = DagsterWorld(own_settings(world.settings.data_dir, settle_seconds=0), world.instance)

    assert patient == f"still being written: {path.name}"
    assert requested(hasty).tags["dagster/partition"] == "2025-03-04"


def test_looking_changes_nothing(world: DagsterWorld) -> None:
    drop(world.settings, FIRST_DAY, seed=9)
    before = {path: path.read_bytes() for path in world.raw_dir.rglob("*.parquet")}
    requested(world)

    assert {path: path.read_bytes() for path in world.raw_dir.rglob("*.parquet")} == before
    assert world.instance.get_runs() == []
