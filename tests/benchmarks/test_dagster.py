"""What Dagster costs above the command line for the same days, whole processes measured.

A promise is a ratio; absolute times are printed for the record (`make bench`).
"""

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from dagster_project.serve import environment, prepare
from penstock.settings import Settings

FIRST, LAST = date(2025, 7, 1), date(2026, 6, 30)
REPEATS = 3
RATIO = 1.6


def penstock(data_dir: Path, first: date, last: date) -> float:
    """Seconds of `penstock run` over some days."""
    command = [sys.executable, "-m", "penstock.cli", "run", "renewable"]
    return seconds([*command, "--start", str(first), "--end", str(last)], data_dir, {**os.environ})


def daily_job(data_dir: Path, first: date, last: date) -> float:
    """Seconds of the daily job over the same days, in one run."""
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    if first == last:
        tags = {"dagster/partition": first}
    return dagster(data_dir, "renewable_daily", "--tags", json.dumps(tags, default=str))


def backfill_job(data_dir: Path, first: date, last: date) -> float:
    """Seconds of the backfill job over the same days, in one run."""
    days = {"first_day": str(first), "last_day": str(last)}
    config = data_dir / "days.yaml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(json.dumps({"ops": {"renewable_backfill_land": {"config": days}}}))
    return dagster(data_dir, "renewable_backfill", "--config", str(config))


def dagster(data_dir: Path, job: str, *options: str) -> float:
    home = prepare(Settings(data_dir=data_dir))
    command = [
        *(str(Path(sys.executable).parent / "dagster"), "job", "execute"),
        *("-m", "dagster_project.definitions", "-j", job, *options),
    ]
    return seconds(command, data_dir, {**environment(home), "PENSTOCK_FIRST_DAY": str(FIRST)})


def seconds(command: list[str], data_dir: Path, variables: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        env={**variables, "PENSTOCK_DATA_DIR": str(data_dir)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def test_one_day_through_dagster(tmp_path: Path) -> None:
    penstock(tmp_path, LAST - timedelta(days=119), LAST)
    by_command, by_dagster = [], []
    for number in range(REPEATS):
        day = LAST + timedelta(days=1 + 2 * number)
        by_command.append(penstock(tmp_path, day, day))
        following = day + timedelta(days=1)
        by_dagster.append(daily_job(tmp_path, following, following))
    command, orchestrated = statistics.median(by_command), statistics.median(by_dagster)
    ratio = orchestrated / command
    sys.stdout.write(
        f"\none day: command {command:.1f} s, Dagster {orchestrated:.1f} s, "
        f"ratio {ratio:.2f} (promised <= {RATIO})\n"
    )

    assert ratio <= RATIO


def test_a_year_in_one_run(tmp_path: Path) -> None:
    """Ten hourly assets; the daily job, with an event per day and asset, is told beside it."""
    command = penstock(tmp_path / "command", FIRST, LAST)
    backfill = backfill_job(tmp_path / "backfill", FIRST, LAST)
    daily = daily_job(tmp_path / "daily", FIRST, LAST)
    ratio = backfill / command
    sys.stdout.write(
        f"\n365 days: command {command:.1f} s, backfill job {backfill:.1f} s, "
        f"ratio {ratio:.2f} (promised <= 1.3); daily job over the range {daily:.1f} s\n"
    )

    assert ratio <= 1.3
