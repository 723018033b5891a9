"""The working warehouse, as releasing reads it.

Belongs here: opening it, finding a table in it, the checksums of its rows. Does not belong here:
writing anything.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from penstock.contracts.published import PublishedTable
from penstock.errors import PenstockError

ALL = "all"
"""The month of a table that is not cut."""

UNDATED = "undated"
"""The month of rows without a date."""


class ExportError(PenstockError):
    """A declared table that cannot be published as it was built."""


def engine() -> str:
    """The engine whose row hashes a checksum sums up."""
    return f"duckdb {duckdb.__version__}"


@contextmanager
def working_warehouse(
    path: Path, *, threads: int, memory_limit: str, spill: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the working warehouse attached read-only as `working`."""
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}")
        connection.execute("set memory_limit = ?", [memory_limit])
        connection.execute("set temp_directory = ?", [str(spill)])
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {quoted(path)} as working (read_only)")
        yield connection


def source_of(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> str:
    """The qualified name of a table in the working warehouse; schemas may be prefixed."""
    rows = connection.execute(
        "select table_schema from information_schema.tables"
        " where table_catalog = 'working' and table_name = ? and table_schema like ?",
        [table.name, f"%{table.layer}"],
    ).fetchall()
    if len(rows) != 1:
        message = (
            f"{table.name}: expected one table of this name in layer {table.layer}, found "
            f"{len(rows)}: build it (`penstock transform`), or take it out of the published tables"
        )
        raise ExportError(message)
    return f'working."{rows[0][0]}"."{table.name}"'


def checksums(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    *,
    columns: Sequence[str],
    month_column: str | None,
) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every month of `source` (of `all` without a month column)."""
    month = f"'{ALL}'"
    if month_column:
        month = f"coalesce(strftime(\"{month_column}\", '%Y-%m'), '{UNDATED}')"
    names = ", ".join(f'"{name}"' for name in columns)
    rows = connection.execute(
        f"select {month}, count(*), sum(hash({names})) from {source} group by 1 order by 1"
    ).fetchall()
    return {row[0]: (int(row[1]), str(row[2])) for row in rows}


def quoted(path: Path) -> str:
    """A path as an SQL text."""
    text = str(path).replace("'", "''")
    return f"'{text}'"
