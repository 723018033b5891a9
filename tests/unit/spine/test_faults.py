"""Faults that pass by themselves are told from those that somebody has to mend."""

import errno
import sqlite3
import urllib.error

import duckdb
import pytest

from penstock.alerts import AlertError
from penstock.errors import PenstockError
from penstock.faults import is_transient
from penstock.locking import WriterBusyError

pytestmark = pytest.mark.unit

DUCKDB_LOCKED = duckdb.IOException(
    'IO Error: Could not set lock on file "/data/renewable.duckdb": Conflicting lock is held'
)
BUSY = WriterBusyError("renewable.lock: the warehouse is being written by process 1")


def wrapped(cause: BaseException, depth: int = 1) -> BaseException:
    """An error that says why, `depth` errors away from it."""
    error = cause
    for _ in range(depth):
        outer = PenstockError("the load did not finish")
        outer.__cause__ = error  # as `raise outer from error` sets it
        error = outer
    return error


@pytest.mark.parametrize(
    "error",
    [
        BUSY,
        DUCKDB_LOCKED,
        sqlite3.OperationalError("database is locked"),
        sqlite3.OperationalError("database table is locked: deliveries"),
        sqlite3.OperationalError("the file is busy"),
        BlockingIOError(errno.EAGAIN, "resource temporarily unavailable"),
        InterruptedError(errno.EINTR, "interrupted"),
        TimeoutError(errno.ETIMEDOUT, "timed out"),
        ConnectionResetError(errno.ECONNRESET, "connection reset"),
        *(
            OSError(number, "later")
            for number in (errno.EBUSY, errno.EMFILE, errno.ENFILE, errno.ESTALE)
        ),
        PenstockError("renewable.duckdb is being written right now (Could not set lock on file)"),
    ],
    ids=repr,
)
def test_a_fault_that_passes_by_itself_is_tried_again(error: BaseException) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        PenstockError("weather_2025-03-01.parquet: has no column asset_id"),
        AlertError("the alert webhook did not take the alert"),
        ValueError("no number"),
        KeyError("locked"),
        MemoryError(),
        KeyboardInterrupt(),
        sqlite3.OperationalError("no such table: deliveries"),
        sqlite3.IntegrityError("busy and locked"),
        FileNotFoundError(errno.ENOENT, "no such file"),
        PermissionError(errno.EACCES, "permission denied"),
        OSError(errno.ENOSPC, "no space left on device"),
        OSError("no number at all"),
        urllib.error.URLError("no host given"),
        duckdb.IOException("IO Error: the file is no DuckDB database"),
    ],
    ids=repr,
)
def test_a_fault_that_somebody_has_to_mend_is_not_tried_again(error: BaseException) -> None:
    assert not is_transient(error)
    assert not is_transient(wrapped(error))


@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize(
    "cause", [BUSY, DUCKDB_LOCKED, OSError(errno.EAGAIN, "later")], ids=["writer", "duckdb", "os"]
)
def test_what_an_error_came_from_counts_however_deep(cause: BaseException, depth: int) -> None:
    assert is_transient(wrapped(cause, depth))


def test_an_error_met_while_handling_a_passing_one_is_an_error_of_its_own() -> None:
    met = PenstockError("the mapping names no column")
    met.__context__ = BUSY  # as raising it inside `except WriterBusyError` sets it

    assert not is_transient(met)
