"""Tidying: what has outlived its age goes, what proves a figure stays, kills leave whole files."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from penstock.ledger import Ledger, Run
from penstock.loading.load import load
from penstock.loading.retract import retract
from penstock.overview import examine
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.tidying.growth import states
from penstock.tidying.tidy import TidyReport, tidy
from penstock.transforming.transform import transform
from support.trees import tree_snapshot
from support.warehouses import differing_rows
from support.worlds import FIRST_DAY, generation, settings_for, ship, ship_days, weather

pytestmark = pytest.mark.integration

LATER = datetime.now(UTC) + timedelta(days=800)
"""A moment at which everything these tests make has outlived its age."""

LAYERS = ("raw", "intermediate", "marts")


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A world with a correction, a retraction and a few runs behind it. Tests take copies."""
    settings = settings_for(tmp_path_factory.mktemp("aged"))
    ship_days(settings, days=4)
    load(PRODUCT, settings, run_id="20250301T000000Z-00000001")
    later = datetime(2025, 5, 1)
    ship(settings, WEATHER, weather(days=2, seed=3), delivered_at=later)
    ship(settings, GENERATION, generation(days=2, seed=3), source="twice", delivered_at=later)
    load(PRODUCT, settings, run_id="20250501T000000Z-00000002")
    retract(PRODUCT, settings, lambda one: one.source == "twice" and one.first_day == FIRST_DAY)
    transform(PRODUCT, settings)
    with Ledger(PRODUCT.ledger(settings)) as ledger, ledger.transaction():
        for number in range(120):
            ledger.put_run(_run(f"20250601T{number:06}Z-0000000a", date(2025, 6, 1)))
        ledger.put_run(_run("20250301T000000Z-00000001", date(2025, 3, 1)))
    return settings


def _run(run_id: str, day: date) -> Run:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Run(run_id, "run", at, at, "done", "")


@pytest.fixture
def world(aged: Settings, tmp_path: Path) -> Settings:
    """A copy of the aged world, its moments of change included."""
    shutil.copytree(aged.data_dir, tmp_path / "data")
    return settings_for(tmp_path / "data")


def removed(report: TidyReport) -> dict[str, int]:
    return {one.what: one.count for one in report.removals if one.count}


def warehouses_differ(one: Settings, other: Settings) -> list[str]:
    return differing_rows(PRODUCT.warehouse(one), PRODUCT.warehouse(other), layers=LAYERS)


def size_now(path: Path) -> int:
    """Size of a file that comes and goes; -1 while it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def test_a_dry_run_says_what_goes_and_changes_nothing(world: Settings) -> None:
    before = tree_snapshot(world.data_dir)
    dry = tidy(PRODUCT, world, dry_run=True, now=LATER)

    assert tree_snapshot(world.data_dir) == before
    assert removed(dry) == removed(tidy(PRODUCT, world, now=LATER))
    assert set(removed(dry)) == {"runs in the ledger", "retracted files", "dlt packages"}


def test_nothing_young_is_removed(world: Settings) -> None:
    report = tidy(PRODUCT, world, now=datetime(2025, 6, 2, tzinfo=UTC))

    assert removed(report) == {}


def test_a_run_after_tidying_makes_the_same_marts(world: Settings, aged: Settings) -> None:
    """Landed files, loaded rows with their origin, and the runs they came with stay."""
    landed = tree_snapshot(PRODUCT.raw_dir(world))
    report = tidy(PRODUCT, world, now=LATER)

    assert report.warehouse_after <= report.warehouse_before
    assert tree_snapshot(PRODUCT.raw_dir(world)) == landed
    assert warehouses_differ(world, aged) == []
    with Ledger(PRODUCT.ledger(world)) as ledger:
        kept = {one.run_id for one in ledger.last_runs(1000)}
    assert "20250301T000000Z-00000001" in kept
    assert len(kept) == 101

    one_more = settings_for(world.data_dir.with_name("untidied"))
    shutil.copytree(aged.data_dir, one_more.data_dir)
    for settings in (world, one_more):
        new = FIRST_DAY + timedelta(days=4)
        ship(settings, WEATHER, weather(new, seed=1))
        ship(settings, GENERATION, generation(new, seed=1))
        load(PRODUCT, settings, run_id="20250701T000000Z-00000003")
        transform(PRODUCT, settings)
    assert differing_rows(PRODUCT.warehouse(world), PRODUCT.warehouse(one_more)) == []


def test_compacting_gives_back_what_rows_that_left_took(world: Settings) -> None:
    retract(PRODUCT, world, lambda one: one.table_name != "assets")
    report = tidy(PRODUCT, world)

    assert report.warehouse_after < report.warehouse_before
    assert report.warehouse_after == PRODUCT.warehouse(world).stat().st_size


def test_a_kill_while_compacting_leaves_a_whole_warehouse(
    world: Settings, aged: Settings, *, soak: bool
) -> None:
    """Killed as soon as the copy has reached a size: the old file or the new one has the name."""
    warehouse = PRODUCT.warehouse(world)
    copy = warehouse.with_name(f".{warehouse.name}.compact")
    size = warehouse.stat().st_size
    kills = 40 if soak else 4
    for number in range(kills):
        with subprocess.Popen(
            [sys.executable, "-m", "penstock.cli", "tidy", "renewable"],
            env={**os.environ, "PENSTOCK_DATA_DIR": str(world.data_dir)},
            stdout=subprocess.DEVNULL,
        ) as process:
            while process.poll() is None:
                if size_now(copy) >= number * size // (2 * kills):
                    process.send_signal(signal.SIGKILL)
                    process.wait()
        assert warehouses_differ(world, aged) == []

    tidy(PRODUCT, world)
    assert not copy.exists()
    assert warehouses_differ(world, aged) == []


def test_doctor_says_what_grows_and_what_shrinks_it(world: Settings) -> None:
    grown = {one.name: one for one in states(PRODUCT, world)}
    said = {one.name: one.value for one in examine(PRODUCT, world)}

    assert {"warehouse", "landed files", "ledger", "retracted files"} <= grown.keys()
    assert grown["warehouse"].bytes == PRODUCT.warehouse(world).stat().st_size
    assert "penstock tidy renewable" in said["size of warehouse"]


def test_long_alerts_are_set_aside_and_go_when_they_are_old(world: Settings) -> None:
    world.alerts_file.write_text('{"title": "long ago"}\n' * 60_000)
    tidy(PRODUCT, world)
    aside = [path.name for path in world.data_dir.glob("alerts.*.jsonl")]

    assert len(aside) == 1
    assert not world.alerts_file.exists()
    assert removed(tidy(PRODUCT, world, now=LATER))["files of alerts"] == 1
