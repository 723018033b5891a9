"""The house runs itself: a real daemon, a dropped file, a killed run."""

import os
import random
import shutil
import signal
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from penstock.products.renewable.product import PRODUCT
from penstock.runs import run
from support.dagster_server import Server, serving, until
from support.warehouses import differing_rows
from support.worlds import settings_for

pytestmark = pytest.mark.integration

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 5)
KILLS, ALL_KILLS = 1, 10


@pytest.fixture
def history(data_dir: Path) -> Path:
    """A few mock days, landed, loaded and built."""
    run(PRODUCT, settings_for(data_dir), start=FIRST, end=LAST)
    return data_dir


def test_a_dropped_file_is_loaded_and_built_by_itself(history: Path) -> None:
    raw = history / "raw" / "weather"
    with serving(history) as server:
        sys.stdout.write(f"\nserver up after {server.seconds:.1f} s (wanted <= 20)\n")
        dropped = pl.read_parquet(raw / f"weather_{LAST}.parquet").with_columns(
            pl.col("wind_speed_mps") + 0.01
        )
        dropped.write_parquet(history / "dropped.parquet")
        (history / "dropped.parquet").rename(raw / f"weather_{LAST}.vendor.parquet")

        started = until(
            lambda: [one for one in server.runs() if "penstock/batch" in one["tags"]],
            seconds=90,
            what="the sensor to start a run",
        )
        assert server.wait_for(started[0]["runId"], seconds=120) == "SUCCESS"

        (only,) = server.runs()
        assert only["tags"]["dagster/partition"] == str(LAST)
    with_it = history.parent / "again"
    (with_it / "warehouse").mkdir(parents=True)
    shutil.copytree(history / "raw", with_it / "raw")
    expected = run(PRODUCT, settings_for(with_it), start=FIRST, end=LAST)
    loaded = {one.delivery_id: one.rows_accepted for one in expected.load.deliveries}
    assert loaded[f"weather/weather_{LAST}.vendor.parquet"] == dropped.height
    assert differing_rows(_warehouse(history), _warehouse(with_it)) == []


def test_a_killed_run_leaves_nothing_to_repair(history: Path, *, soak: bool) -> None:
    kills = ALL_KILLS if soak else KILLS
    chance = random.Random(7)  # noqa: S311 - moments to kill at, not secrets
    day = LAST
    with serving(history) as server:
        for _ in range(kills):
            day += timedelta(days=1)
            killed = server.launch({"dagster/partition": str(day)})
            _kill_at(server, killed, chance.uniform(0, 12))
            server.wait_for(killed, seconds=90)

            again = server.launch({"dagster/partition": str(day)})
            assert server.wait_for(again, seconds=180) == "SUCCESS"
    undisturbed = history.parent / "undisturbed"
    run(PRODUCT, settings_for(undisturbed), start=FIRST, end=day)
    assert differing_rows(_warehouse(history), _warehouse(undisturbed)) == []


def test_a_server_that_was_killed_whole_can_be_started_again(history: Path) -> None:
    day = LAST + timedelta(days=1)
    with serving(history) as server:
        killed = server.launch({"dagster/partition": str(day)})
        until(lambda: server.worker(killed), seconds=60, what="the run's worker")
        server.kill()
    with serving(history) as server:
        assert server.status(killed) == "FAILURE"
        again = server.launch({"dagster/partition": str(day)})
        assert server.wait_for(again, seconds=180) == "SUCCESS"


def _warehouse(data_dir: Path) -> Path:
    return PRODUCT.warehouse(settings_for(data_dir))


def _kill_at(server: Server, run_id: str, seconds: float) -> None:
    """SIGKILL for the run's worker, so long after it has begun (or when it has ended)."""
    worker = until(lambda: server.worker(run_id), seconds=60, what="the run's worker")
    try:
        until(lambda: server.ended(run_id), seconds=seconds, what="the moment to kill")
    except AssertionError:
        os.kill(worker, signal.SIGKILL)
