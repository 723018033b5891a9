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


@contextmanager
def kept_open(warehouse: Path) -> Iterator["list[duckdb.DuckDBPyConnection]"]:
    """Within the block the warehouse, once it is opened for writing, stays open.

    Yields a list with the connection, empty as long as nobody has opened it.
    """
    kept = _KEPT[warehouse] = []
    try:
        yield kept
    finally:
        del _KEPT[warehouse]
        for connection in kept:
            connection.close()


def is_kept(warehouse: Path) -> bool:
    """Whether a block keeps the warehouse open, or will once it is opened."""
    return warehouse in _KEPT


def kept_connection(warehouse: Path) -> "duckdb.DuckDBPyConnection | None":
    """A further connection to a warehouse that is open already; None otherwise."""
    return _KEPT[warehouse][0].cursor() if _KEPT.get(warehouse) else None


def keep(warehouse: Path, connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyConnection":
    """Keep a connection, if a block asks for that; returns the one that its opener may close."""
    if not is_kept(warehouse):
        return connection
    _KEPT[warehouse].append(connection)  # not a cursor: closing a connection closes its cursors
    return connection.cursor()
