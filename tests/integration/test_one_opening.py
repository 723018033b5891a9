"""A run opens its warehouse once and checkpoints it once, and a kill before that loses nothing."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from penstock.loading.load import load
from penstock.loading.one_opening import checkpoint, one_opening, one_writer
from penstock.loading.warehouse import open_to_read, open_warehouse
from penstock.products.renewable.product import PRODUCT
from penstock.runs import run
from penstock.settings import Settings
from penstock.transforming.query import QueryError, query_warehouse
from penstock.transforming.transform import transform
from support.warehouses import RUN_COLUMNS, differing_rows
from support.worlds import settings_for, ship_days

pytestmark = pytest.mark.integration

KILLED_BEFORE_ITS_RELEASE = """
import os, sys
from pathlib import Path
import penstock.runs
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
penstock.runs.release = lambda *_, **__: os.kill(os.getpid(), 9)
penstock.runs.run(PRODUCT, Settings(data_dir=Path(sys.argv[1])))
"""
OTHER_WRITER = """
import sys
from pathlib import Path
from penstock.locking import WriterBusyError, writer_lock
try:
    with writer_lock(Path(sys.argv[1]), holder="load", wait_seconds=0):
        print("has it")
except WriterBusyError as error:
    print(error)
"""


def open_for_writing(settings: Settings) -> duckdb.DuckDBPyConnection:
    return open_warehouse(PRODUCT.warehouse(settings), config=settings.duckdb_config)


def wal_of(settings: Settings) -> Path:
    """DuckDB's log of what the file does not hold yet; a checkpoint removes it."""
    return PRODUCT.warehouse(settings).with_suffix(".duckdb.wal")


def write(settings: Settings, table: str) -> None:
    with open_for_writing(settings) as connection:
        connection.execute(f"create table {table} as select 1 as a")


def test_what_rooms_write_is_checkpointed_once_at_the_end(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    PRODUCT.warehouse(settings).parent.mkdir(parents=True)
    with one_opening(PRODUCT, settings):
        write(settings, "one")
        first = wal_of(settings).stat().st_size
        with one_opening(PRODUCT, settings):
            write(settings, "two")
        assert wal_of(settings).stat().st_size > first
        with open_to_read(PRODUCT.warehouse(settings)) as connection:
            assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(2,)]
    assert not wal_of(settings).exists()
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(2,)]


def test_a_checkpoint_on_the_way_leaves_nothing_to_write_and_the_ledger_knows(
    data_dir: Path,
) -> None:
    settings = settings_for(data_dir).model_copy(update={"lock_wait_seconds": 0.0})
    checkpoint(PRODUCT, settings)  # of a warehouse that nobody keeps open: nothing to do
    with one_writer(PRODUCT, settings, holder="run"):
        ship_days(settings, days=1)
        load(PRODUCT, settings)
        assert wal_of(settings).exists()
        checkpoint(PRODUCT, settings)
        assert not wal_of(settings).exists()

    with duckdb.connect(str(PRODUCT.warehouse(settings))):  # nobody else may open it
        assert load(PRODUCT, settings).deliveries == ()


def test_the_file_is_free_after_a_room_that_failed(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    PRODUCT.warehouse(settings).parent.mkdir(parents=True)

    def room() -> None:
        with one_opening(PRODUCT, settings):
            write(settings, "one")
            write(settings, "one")

    with pytest.raises(duckdb.CatalogException, match="already exists"):
        room()
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        assert connection.execute("from one").fetchall() == [(1,)]


def test_nobody_else_writes_between_the_rooms_of_a_run(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    lock = PRODUCT.lock(settings)
    ask = [sys.executable, "-c", OTHER_WRITER, str(lock)]
    with one_writer(PRODUCT, settings, holder="run"):
        ship_days(settings, days=1)
        load(PRODUCT, settings)
        told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        assert f"process {os.getpid()} (run, since" in told
        assert PRODUCT.warehouse(settings).exists()
    told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    assert told == "has it\n"


def test_a_run_that_is_done_leaves_a_file_that_need_not_be_opened_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_RENEWABLE_SOURCE", "files")
    settings = settings_for(data_dir).model_copy(update={"lock_wait_seconds": 0.0})
    ship_days(settings, days=1)
    run(PRODUCT, settings)
    warehouse = PRODUCT.warehouse(settings)

    with duckdb.connect(str(warehouse)) as other:  # of other settings: nobody else may open it
        with pytest.raises(QueryError):
            query_warehouse(PRODUCT, settings, "select 1")
        assert load(PRODUCT, settings).deliveries == ()
        assert not transform(PRODUCT, settings).built
        assert other.execute("select count(*) from audit.commits").fetchall() == [(1,)]


def test_a_run_killed_before_its_checkpoint_has_done_what_it_said(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_RENEWABLE_SOURCE", "files")
    settings, fresh = settings_for(data_dir), settings_for(tmp_path / "fresh")
    ship_days(settings, days=1)
    shutil.copytree(settings.raw_dir, fresh.raw_dir)
    program = [sys.executable, "-c", KILLED_BEFORE_ITS_RELEASE, str(data_dir)]
    assert subprocess.run(program, check=False).returncode == -signal.SIGKILL
    assert wal_of(settings).stat().st_size > 0

    counted = query_warehouse(
        PRODUCT, settings, "select count(*) from fct_generation_weather_interval"
    )
    assert counted.rows[0][0] > 0
    report = run(PRODUCT, settings)
    assert report.load.deliveries == ()
    assert not report.transform.built
    assert report.release.is_new
    assert not wal_of(settings).exists() or not wal_of(settings).stat().st_size
    load(PRODUCT, fresh)
    transform(PRODUCT, fresh, test=False)
    one, other = PRODUCT.warehouse(settings), PRODUCT.warehouse(fresh)
    assert differing_rows(one, other, layers=("marts",)) == []
    assert differing_rows(one, other, layers=("raw",), leaving_out=RUN_COLUMNS) == []
