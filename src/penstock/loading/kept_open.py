"""Connections to warehouses that stay open until a block ends.

Belongs here: which warehouses this process keeps open, and closing them. Does not belong here:
opening one (`warehouse.py`); DuckDB itself, which who has nothing to write does not import.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_KEPT: dict[Path, "list[duckdb.DuckDBPyConnection]"] = {}
"""Per warehouse that a block keeps open its connection, once there is one. A process has one
instance of DuckDB per file, whoever opens it: this is about the process as that is."""

_UNLOGGED: set[Path] = set()
"""Those of them that are written without a log."""


@contextmanager
def kept_open(
    warehouse: Path, *, logged: bool = True
) -> Iterator["list[duckdb.DuckDBPyConnection]"]:
    """Within the block the warehouse, once it is opened for writing, stays open.

    Not `logged`, what is written there is lost with the process until a checkpoint. Yields a list
    with the connection, empty as long as nobody has opened it.
    """
    kept = _KEPT[warehouse] = []
    if not logged:
        _UNLOGGED.add(warehouse)
    try:
        yield kept
    finally:
        del _KEPT[warehouse]
        _UNLOGGED.discard(warehouse)
        for connection in kept:
            connection.close()


def is_kept(warehouse: Path) -> bool:
    """Whether a block keeps the warehouse open, or will once it is opened."""
    return warehouse in _KEPT


def is_logged(warehouse: Path) -> bool:
    """Whether what is written into the warehouse outlives this process at once."""
    return warehouse not in _UNLOGGED


def kept_connection(warehouse: Path) -> "duckdb.DuckDBPyConnection | None":
    """A further connection to a warehouse that is open already; None otherwise."""
    return _session(_KEPT[warehouse][0], warehouse.stem) if _KEPT.get(warehouse) else None


def keep(warehouse: Path, connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyConnection":
    """Keep a connection, if a block asks for that; returns the one that its opener may close."""
    if not is_kept(warehouse):
        return connection
    _KEPT[warehouse].append(connection)  # not a cursor: closing a connection closes its cursors
    return _session(connection, warehouse.stem)


def another_session(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyConnection":
    """A further connection, for one more thread, to the warehouse that a connection is open on."""
    return _session(connection, current_database(connection))


def current_database(connection: "duckdb.DuckDBPyConnection") -> str:
    """Name of the database that unqualified schemas are looked up in."""
    return str(connection.execute("select current_database()").fetchall()[0][0])


def _session(connection: "duckdb.DuckDBPyConnection", database: str) -> "duckdb.DuckDBPyConnection":
    # A cursor uses the first database of the instance, which need not be the warehouse.
    session = connection.cursor()
    session.execute(f'use "{database}".main')
    return session
