"""The writer's lock holds across the command line and Dagster."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.ledger import Ledger
from penstock.products.renewable.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT
from support.two_writers import ROWS_PER_ROUND
from support.warehouses import row_count
from support.worlds import settings_for, ship_assets

pytestmark = pytest.mark.integration

ROUNDS, ALL_ROUNDS = 4, 50
PATHS = (REPOSITORY_ROOT / "tests", REPOSITORY_ROOT / "dags", REPOSITORY_ROOT / "src")


def test_two_processes_that_write_at_once_lose_no_row(data_dir: Path, *, soak: bool) -> None:
    rounds = ALL_ROUNDS if soak else ROUNDS
    settings = settings_for(data_dir)
    ship_assets(settings)

    writers = [_start(name, data_dir, rounds) for name in ("cli", "dagster")]
    said = [one.communicate(timeout=3600)[0] for one in writers]

    assert [one.returncode for one in writers] == [0, 0], "\n".join(said)
    assert "lock on file" not in "".join(said)
    assert "STEP_UP_FOR_RETRY" not in "".join(said)
    assert row_count(PRODUCT.warehouse(settings), "weather") == 2 * rounds * ROWS_PER_ROUND
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert ledger.rows_by_table()["weather"] == 2 * rounds * ROWS_PER_ROUND


def _start(name: str, data_dir: Path, rounds: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "support.two_writers", name, str(data_dir), str(rounds)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATHS))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
