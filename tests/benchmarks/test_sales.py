"""Sales on the public files, against the same tables computed by hand in one DuckDB script.

The script reads the CSV files and writes raw rows, silver, the account of what its rules did, and
gold; it checks nothing, keeps no file and seals no release. Its rows are compared too. A run is
measured where one has been before (of a small drop): the models are compiled. What the first run
costs is told beside it. Python has its bytecode, as wherever it may write some.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from penstock.products.sales.product import PRODUCT
from penstock.settings import Settings
from support.drops import FIXTURE

SCRIPT = Path(__file__).with_name("sales_by_hand.sql")
AS_OF = date(2026, 1, 31)
REPEATS = 7
RATIO = 2.0


@dataclass(frozen=True)
class Cost:
    """Seconds of one process: on the wall, and of the processor."""

    wall: float
    processor: float


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(command: list[str], data_dir: Path) -> Cost:
    started, before = time.perf_counter(), processor_seconds()
    subprocess.run(
        command,
        env={**os.environ, "PENSTOCK_DATA_DIR": str(data_dir)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return Cost(time.perf_counter() - started, processor_seconds() - before)


def median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.processor for one in costs),
    )


def penstock(data_dir: Path, *arguments: str) -> Cost:
    return cost([sys.executable, "-m", "penstock.cli", *arguments], data_dir)


def by_hand(drop: Path, target: Path) -> Cost:
    target.unlink(missing_ok=True)
    program = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], config={'threads': 2})\n"
        f"connection.execute(\"set variable drop_dir = '{drop}'\")\n"
        f"connection.execute(\"set variable as_of = '{AS_OF}'\")\n"
        "connection.execute(open(sys.argv[2]).read())\n"
    )
    return cost([sys.executable, "-c", program, str(target), str(SCRIPT)], target.parent)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bench-sales")
    yield folder
    shutil.rmtree(folder)


def compared_tables() -> dict[str, tuple[str, str]]:
    """The script's table: the warehouse's, and the columns that only a run can tell.

    Those are who delivered a row, when, and what it is known by.
    """
    tables = {
        one.name: (f"{one.layer}.{one.name}", "'delivery_id', 'received_at'")
        for one in PRODUCT.published
    }
    made = ", ".join(f"'_{one}'" for one in ("delivery_id", "delivered_at", "row_hash"))
    made += ", '_has_conflict', '_dlt_load_id'"
    of_the_run = "_delivery_id in (select delivery_id from working.audit.run_inputs)"
    raw = {
        f"raw_{name}": (f"(from working.raw.{name} where {of_the_run})", made)
        for name in PRODUCT.contracts
    }
    return {name: (f"working.{table}", left) for name, (table, left) in tables.items()} | raw


def differing_tables(warehouse: Path, hand: Path) -> list[str]:
    """Tables whose rows are not the same, to the last digit."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as working (read_only)")
        connection.execute(f"attach '{hand}' as hand (read_only)")
        found = []
        for name, (table, left_out) in compared_tables().items():
            mine = f"select columns(c -> c not in ({left_out})) from {table}"
            theirs = f"from hand.main.{name}"
            differing = connection.execute(
                f"select (select count(*) from ({mine} except all {theirs}))"
                f" + (select count(*) from ({theirs} except all {mine}))"
            ).fetchall()[0][0]
            if differing:
                found.append(f"{name}: {differing}")
    return found


def test_a_run_costs_a_small_multiple_of_a_bare_script(shared_data: Path, scratch: Path) -> None:
    drop, hand = shared_data / "sales", scratch / "hand.duckdb"
    whole: list[Cost] = []
    nothing: list[Cost] = []
    script: list[Cost] = []
    cold: list[Cost] = []
    for repeat in range(REPEATS):
        data_dir = scratch / f"data{repeat}"
        penstock(data_dir, "land", "sales", str(FIXTURE))
        cold.append(penstock(data_dir, "run", "sales"))
        penstock(data_dir, "land", "sales", str(drop))
        script.append(by_hand(drop, hand))
        whole.append(penstock(data_dir, "run", "sales", "--as-of", str(AS_OF)))
        nothing.append(penstock(data_dir, "run", "sales"))
    run, idle, bare, first = (median(one) for one in (whole, nothing, script, cold))
    ratio = (run.wall - idle.wall) / bare.wall
    processor_ratio = (run.processor - idle.processor) / bare.processor
    print(  # noqa: T201 - a benchmark's figures are its output
        f"\nsales: run {run.wall:.2f} s, nothing new {idle.wall:.2f} s, script {bare.wall:.2f} s,"
        f" ratio {ratio:.2f} (promised: {RATIO}); of the processor {run.processor:.2f},"
        f" {idle.processor:.2f}, {bare.processor:.2f} s, ratio {processor_ratio:.2f};"
        f" a first run, of a small drop: {first.wall:.2f} s ({first.processor:.2f} s)"
    )

    assert differing_tables(PRODUCT.warehouse(Settings(data_dir=scratch / "data0")), hand) == []
    assert ratio <= RATIO
