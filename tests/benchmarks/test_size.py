"""Load and transform at size, against the same marts computed by hand in one DuckDB script.

200 assets x 365 days x 10 minutes: 10.5 million rows per table. BENCH_ASSETS, BENCH_DAYS and
BENCH_REPEATS change the size, BENCH_KEEP names a folder that keeps the landed files.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from penstock.products.renewable.product import PRODUCT
from penstock.transforming.results import last_results
from support import size_world
from support.size_world import differing_columns, is_empty, write_portfolio

ASSETS = int(os.environ.get("BENCH_ASSETS", "200"))
DAYS = int(os.environ.get("BENCH_DAYS", "365"))
REPEATS = int(os.environ.get("BENCH_REPEATS", "3"))
LAST = date(2025, 12, 31)
MEMORY_LIMIT = "2500MB"
THREADS = 2
RATIO = 2.0
EMPTY = {"ground_truth_events", "mart_detection_quality"}
"""Marts about planted events: this world has none, and the script does not compute them."""
COMPARED = [name for name in PRODUCT.marts if name not in EMPTY]
PEAK_GIB = 4.0


@dataclass(frozen=True)
class Measured:
    """Wall and processor time, s, and peak resident memory, GiB, of one process."""

    seconds: float
    processor_seconds: float
    gib: float
    output: str


def measure(command: list[str], environment: dict[str, str]) -> Measured:
    started = time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    seconds = time.perf_counter() - started
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20, output)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with the landed days of both tables."""
    kept = os.environ.get("BENCH_KEEP")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("size")
    folder.mkdir(parents=True, exist_ok=True)
    portfolio = write_portfolio(folder / "portfolio.yaml", ASSETS)
    first = LAST - timedelta(days=DAYS - 1)
    days = ["--start", str(first), "--end", str(LAST), "--portfolio", str(portfolio), "--clean"]
    measure(penstock("mock", *days), {"PENSTOCK_DATA_DIR": str(folder)})
    yield folder
    if not kept:
        shutil.rmtree(folder)


def penstock(command: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "penstock.cli", command, "renewable", *options]


def by_hand(landed: Path, database: Path) -> Measured:
    arguments = [str(landed / "raw"), str(database), MEMORY_LIMIT, str(THREADS)]
    return measure([sys.executable, size_world.__file__, *arguments], {})


def test_load_and_transform_cost_at_most_twice_the_script(landed: Path, tmp_path: Path) -> None:
    loads, builds, scripts = [], [], []
    for repeat in range(REPEATS):
        warehouse, database = tmp_path / f"warehouse_{repeat}", tmp_path / f"hand_{repeat}.duckdb"
        environment = {
            "PENSTOCK_DATA_DIR": str(landed),
            "PENSTOCK_WAREHOUSE_DIR": str(warehouse),
            "PENSTOCK_DUCKDB_MEMORY_LIMIT": MEMORY_LIMIT,
            "PENSTOCK_DUCKDB_THREADS": str(THREADS),
        }
        scripts.append(by_hand(landed, database))
        loads.append(measure(penstock("load"), environment))
        builds.append(measure(penstock("transform"), environment))
        for mart in COMPARED:
            assert not differing_columns(warehouse / "renewable.duckdb", database, mart), mart
        assert all(is_empty(warehouse / "renewable.duckdb", mart) for mart in EMPTY)
        results = last_results(warehouse / f".{PRODUCT.name}" / "dbt")
        if repeat < REPEATS - 1:
            shutil.rmtree(warehouse)
            database.unlink()

    repeats = list(zip(loads, builds, scripts, strict=True))
    ratios = [(load.seconds + build.seconds) / hand.seconds for load, build, hand in repeats]
    processor_ratios = [
        (load.processor_seconds + build.processor_seconds) / hand.processor_seconds
        for load, build, hand in repeats
    ]
    peak = max(one.gib for one in (*loads, *builds))
    slowest = sorted(results, key=lambda one: -one.seconds)
    tests = sum(one.seconds for one in results if one.kind == "test")
    lines = [
        f"{ASSETS} assets x {DAYS} days x 10 min: {ASSETS * DAYS * 144:,} rows per table",
        f"script {spent(scripts)}, load {spent(loads)}",
        f"transform {spent(builds)}, of it tests {tests:.1f} s",
        f"ratio {statistics.median(ratios):.2f} (promised <= {RATIO})",
        f"ratio of processor time {statistics.median(processor_ratios):.2f}",
        f"peak {peak:.2f} GiB (promised < {PEAK_GIB}), script {max(s.gib for s in scripts):.2f}",
        *(f"  {one.seconds:6.1f} s  {one.kind} {one.name}" for one in slowest[:15]),
        *(f"  {s:6.1f} s  script {name}" for name, s in json.loads(scripts[-1].output).items()),
    ]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")

    assert statistics.median(ratios) <= RATIO
    assert peak < PEAK_GIB


def spent(measured: list[Measured]) -> str:
    """Medians of wall and processor time."""
    wall = statistics.median(one.seconds for one in measured)
    processor = statistics.median(one.processor_seconds for one in measured)
    return f"{wall:.1f} s ({processor:.1f} s of processor)"
