"""Killed at any moment, out of space, out of step: the next run completes with the same tables."""

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import date, datetime
from itertools import cycle
from pathlib import Path

import pytest

from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.retract import retract
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.crashes import COMMANDS, ROWS_PER_DAY, Farm, may_mount
from support.warehouses import RUN_COLUMNS, differing_rows, row_count
from support.worlds import settings_for, ship, ship_days, weather

pytestmark = pytest.mark.integration

KILLS, ALL_KILLS = 5, 100
PENDING = """
import os, sys
from pathlib import Path
import dlt
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
dlt.Pipeline.load = lambda *_, **__: os.kill(os.getpid(), 9)  # dies with its package ready to load
load(PRODUCT, Settings(data_dir=Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Farm:
    """A farm whose first day has landed and been built."""
    farm = Farm(tmp_path_factory.mktemp("built"))
    farm.next_export()
    farm.finish("land")
    farm.finish("run")
    # Shares of a run, to begin with: a kill that comes too late teaches the true time.
    run = farm.work_seconds["run"]
    farm.work_seconds |= {"load": 0.15 * run, "transform": 0.7 * run}
    return farm


@pytest.fixture
def farm(built: Farm, tmp_path: Path) -> Farm:
    """A copy of the built farm, to be disturbed."""
    return built.copy_to(tmp_path / "farm")


def undisturbed(settings: Settings, folder: Path) -> Settings:
    """A world that received the same landed files and was never disturbed."""
    shutil.copytree(settings.raw_dir, folder / "data" / "raw")
    fresh = settings_for(folder / "data")
    load(PRODUCT, fresh)
    transform(PRODUCT, fresh, test=False)
    return fresh


def differences(settings: Settings, fresh: Settings) -> list[str]:
    one, other = PRODUCT.warehouse(settings), PRODUCT.warehouse(fresh)
    return [
        *differing_rows(one, other, layers=("marts",)),
        *differing_rows(one, other, layers=("raw",), leaving_out=RUN_COLUMNS),
    ]


def pending_jobs(settings: Settings) -> list[Path]:
    """Files that dlt has made and not loaded yet."""
    return list((PRODUCT.engine_dir(settings) / "dlt").rglob("normalized/*/new_jobs/*"))


def test_a_command_killed_at_any_moment_is_completed_by_the_next(
    farm: Farm,
    tmp_path: Path,
    soak: bool,  # noqa: FBT001 - a fixture
) -> None:
    seed = random.SystemRandom().randrange(1_000_000) if soak else 7
    logging.getLogger(__name__).info("seed %s", seed)  # shown when the test fails
    chance = random.Random(seed)  # noqa: S311 - moments, no secret
    kills, wanted = 0, ALL_KILLS if soak else KILLS
    for command in cycle(COMMANDS):
        farm.bring_work_for(command)
        kills += farm.kill(command, chance)
        if kills == wanted:
            break
    farm.finish("land")
    farm.finish("run")

    warehouse, days = PRODUCT.warehouse(farm.settings), len(farm.exports)
    assert row_count(warehouse, "generation") == row_count(warehouse, "weather")
    assert row_count(warehouse, "generation") == days * ROWS_PER_DAY
    assert row_count(warehouse, "mart_asset_performance_daily") == days
    assert differences(farm.settings, undisturbed(farm.settings, tmp_path / "fresh")) == []
    with Ledger(PRODUCT.ledger(farm.settings)) as ledger:
        assert {one.status for one in ledger.deliveries()} == {"loaded"}
        # of every export one row, in either table, has no time
        assert sum(one.open_rows for one in ledger.quarantine()) == 2 * days


@pytest.mark.skipif(not may_mount(), reason="no right to mount a file system that can be full")
def test_a_full_disk_is_named_and_the_next_run_completes(
    farm: Farm,
    tmp_path: Path,
    soak: bool,  # noqa: FBT001 - a fixture
) -> None:
    farm.next_export()
    for command, room_bytes in (("land", 0), ("load", 150_000), ("transform", 100_000)):
        if command == "transform" and not soak:
            continue
        told = farm.out_of_space(command, room_bytes=room_bytes)
        assert "disk is full" in told or "No space left" in told
        farm.finish(command)
        with Ledger(PRODUCT.ledger(farm.settings)) as ledger:
            assert "rejected" not in {one.status for one in ledger.deliveries()}

    fresh = settings_for(tmp_path / "fresh" / "data")
    shutil.copytree(farm.settings.raw_dir, fresh.raw_dir)
    load(PRODUCT, fresh)
    if soak:
        transform(PRODUCT, fresh)
        assert differences(farm.settings, fresh) == []
    assert row_count(PRODUCT.warehouse(farm.settings), "generation") == 2 * ROWS_PER_DAY
    one, other = PRODUCT.warehouse(farm.settings), PRODUCT.warehouse(fresh)
    assert differing_rows(one, other, layers=("raw",), leaving_out=RUN_COLUMNS) == []


def test_a_package_that_dlt_left_pending_is_dropped_and_its_files_come_again(
    farm: Farm, tmp_path: Path
) -> None:
    farm.next_export()
    farm.finish("land")
    left = subprocess.run([sys.executable, "-c", PENDING, str(farm.settings.data_dir)], check=False)
    assert left.returncode == -signal.SIGKILL
    assert pending_jobs(farm.settings)
    farm.finish("load")

    assert row_count(PRODUCT.warehouse(farm.settings), "generation") == 2 * ROWS_PER_DAY
    assert not pending_jobs(farm.settings)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three days, built."""
    settings = settings_for(tmp_path_factory.mktemp("earlier") / "data")
    ship_days(settings, days=3)
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)
    return settings


@pytest.fixture(scope="module")
def later(earlier: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same after a day more, a correction and a retraction, built."""
    settings = settings_for(tmp_path_factory.mktemp("later") / "data")
    shutil.copytree(earlier.data_dir, settings.data_dir, symlinks=True)
    ship(settings, WEATHER, weather(date(2025, 3, 4)))
    ship(settings, WEATHER, weather(date(2025, 3, 2), seed=5), delivered_at=datetime(2025, 5, 1))
    retract(
        PRODUCT,
        settings,
        lambda one: one.delivery_id.startswith("generation/generation_2025-03-03"),
    )
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)
    return settings


@pytest.mark.parametrize("put_back", ["renewable.duckdb", "renewable.ledger.sqlite"])
def test_a_file_put_back_to_an_earlier_state_is_noticed_and_mended(
    earlier: Settings, later: Settings, tmp_path: Path, put_back: str
) -> None:
    settings = settings_for(tmp_path / "data")
    shutil.copytree(later.data_dir, settings.data_dir, symlinks=True)
    shutil.copy2(earlier.warehouse_dir / put_back, settings.warehouse_dir / put_back)
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)

    assert differences(settings, later) == []
    assert load(PRODUCT, settings).deliveries == ()
    assert not transform(PRODUCT, settings).built


def test_a_warehouse_that_was_only_copied_is_not_built_again(
    later: Settings, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    shutil.copytree(later.data_dir, settings.data_dir, symlinks=True)
    os.utime(PRODUCT.warehouse(settings))

    assert load(PRODUCT, settings).deliveries == ()
    assert not transform(PRODUCT, settings).built
