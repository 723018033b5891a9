"""Opening a warehouse for writing while somebody may be reading it.

Belongs here: waiting for readers of the DuckDB file. Does not belong here: the writer's lock among
penstock's own processes (`locking.py`); what is written.

DuckDB lets one process write, or several read: a reader that holds the file (a notebook, say) is
outside the writer's lock, so the writer waits for it here.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import duckdb

from penstock.errors import PenstockError
from penstock.loading.kept_open import is_kept, is_logged, keep, kept_connection
from penstock.locking import WriterBusyError

WAIT_SECONDS = 30.0
"""How long a writer waits for readers unless told otherwise."""

_POLL_SECONDS = 0.1
_T = TypeVar("_T")


class WarehouseError(PenstockError):
    """A warehouse file that DuckDB cannot open, whoever else has it open."""


def open_warehouse(
    warehouse: Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    config: Mapping[str, str | bool] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a warehouse for writing, after its readers have closed it.

    `config` are DuckDB's own settings (`Settings.duckdb_config`). What a block keeps open
    (`one_opening.py`) is not opened again: it has the settings that it was opened with.

    Raises: WriterBusyError after `wait_seconds`, with DuckDB's message; WarehouseError when the
    file is no warehouse.
    """
    kept = kept_connection(warehouse)
    if kept is not None:
        return kept
    connect = _connect if is_logged(warehouse) else _connect_unlogged
    connection = _patiently(lambda: connect(warehouse, config or {}), warehouse, wait_seconds)
    return keep(warehouse, connection)


def _connect(warehouse: Path, config: Mapping[str, str | bool]) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(warehouse), config=dict(config))


def _connect_unlogged(
    warehouse: Path, config: Mapping[str, str | bool]
) -> duckdb.DuckDBPyConnection:
    # The log is a choice of attaching, so the file is attached to an instance that has none.
    connection = duckdb.connect(config=dict(config))
    try:
        path = str(warehouse).replace("'", "''")
        connection.execute(f"attach '{path}' as \"{warehouse.stem}\" (recovery_mode no_wal_writes)")
        connection.execute(f'use "{warehouse.stem}".main')
    except duckdb.Error:
        connection.close()
        raise
    return connection


def open_to_read(
    warehouse: Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    config: Mapping[str, str | bool] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a warehouse for reading: beside other readers, or as the writer that this process is.

    Raises: as `open_warehouse`.
    """
    if is_kept(warehouse):
        return open_warehouse(warehouse, wait_seconds=wait_seconds, config=config)
    return _patiently(
        lambda: duckdb.connect(str(warehouse), read_only=True), warehouse, wait_seconds
    )


def attach_read_only(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    *,
    name: str,
    wait_seconds: float = WAIT_SECONDS,
) -> None:
    """Attach a warehouse for reading under `name`, after its writer has closed it.

    Raises: as `open_warehouse`.
    """
    path = str(warehouse).replace("'", "''")
    _patiently(
        lambda: connection.execute(f"attach '{path}' as {name} (read_only)"),
        warehouse,
        wait_seconds,
    )


def wait_until_writable(
    warehouse: Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    config: Mapping[str, str | bool] | None = None,
) -> None:
    """Return once the readers of a warehouse have closed it.

    Raises: as `open_warehouse`.
    """
    open_warehouse(warehouse, wait_seconds=wait_seconds, config=config).close()


def _patiently(action: Callable[[], _T], warehouse: Path, wait_seconds: float) -> _T:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return action()
        except duckdb.Error as error:
            reason = str(error)
            if "lock on file" not in reason:
                message = (
                    f"{warehouse}: cannot be opened ({reason}); expected a DuckDB file: move it "
                    "away, then load again"
                )
                raise WarehouseError(message) from error
            if time.monotonic() >= deadline:
                message = (
                    f"{warehouse}: another process has it open; waited {wait_seconds:g} s. Close "
                    f"that process's connection and run again. DuckDB says: {reason}"
                )
                raise WriterBusyError(message) from error
        time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
