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
from penstock.loading.kept_open import is_kept
from penstock.loading.warehouse import open_warehouse
from penstock.settings import Settings

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
def working_warehouse(path: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose current database is the working warehouse, to read from.

    It is attached read-only, or it is the writer's own while that keeps the file open: DuckDB opens
    a file once per process.
    """
    if is_kept(path):
        with open_warehouse(
            path, wait_seconds=settings.lock_wait_seconds, config=settings.duckdb_config
        ) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        return
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {settings.duckdb_threads}")
        # No statement here binds parameters: for the first that does DuckDB imports pandas.
        connection.execute(f"set memory_limit = '{settings.duckdb_memory_limit}'")
        connection.execute(f"set temp_directory = {quoted(settings.duckdb_temp_directory)}")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {quoted(path)} as working (read_only)")
        connection.execute("use working")
        yield connection


def sources_of(
    connection: duckdb.DuckDBPyConnection, published: Sequence[PublishedTable]
) -> dict[str, str]:
    """The qualified name of each table in the working warehouse; schemas may be prefixed.

    Raises: ExportError naming the table that is not there once.
    """
    # Schemas, not tables: to list those takes longer with every tenant.
    schemas = connection.execute(
        "select database_name, schema_name from duckdb_schemas()"
        " where database_name = current_database() and not internal"
    ).fetchall()
    return {table.name: _source_of(connection, table, schemas) for table in published}


def _source_of(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, schemas: Sequence[tuple[str, str]]
) -> str:
    places = [
        f'"{database}"."{schema}"."{table.name}"'
        for database, schema in schemas
        if schema.endswith(table.layer)
    ]
    found = [one for one in places if _exists(connection, one)]
    if len(found) != 1:
        message = (
            f"{table.name}: expected one table of this name in layer {table.layer}, found "
            f"{len(found)}: build it (`penstock transform`), or take it out of the published tables"
        )
        raise ExportError(message)
    return found[0]


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        connection.execute(f"select 1 from {table} limit 0")
    except duckdb.CatalogException:
        return False
    return True


def month_rows(
    connection: duckdb.DuckDBPyConnection, source: str, month_column: str
) -> dict[str, int]:
    """Rows of every month of `source`, by month."""
    rows = connection.execute(
        f"select {_month(month_column)}, count(*) from {source} group by 1 order by 1"
    ).fetchall()
    return {str(month): int(count) for month, count in rows}


def checksums(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    *,
    columns: Sequence[str],
    month_column: str | None,
    months: Sequence[str] | None = None,
) -> dict[str, tuple[int, str]]:
    """Rows and checksum of months of `source`: of all by default.

    Months that follow each other are read together, and no others.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    found: dict[str, tuple[int, str]] = {}
    for where in [""] if months is None or month_column is None else _spans(months, month_column):
        rows = connection.execute(
            f"select {_month(month_column)}, count(*), sum(hash({names}))"
            f" from {source} {where} group by 1 order by 1"
        ).fetchall()
        found |= {str(row[0]): (int(row[1]), str(row[2])) for row in rows}
    return found


def month_filter(month_column: str, first: str, last: str) -> str:
    """The SQL condition for the months from `first` to `last` (inclusive)."""
    return (
        f"where \"{month_column}\" >= date '{first}-01'"
        f" and \"{month_column}\" < date '{last}-01' + interval 1 month"
    )


def month_number(month: str) -> int:
    """Months since the year 0, so that neighbours differ by one: `2026-03` is 24315."""
    year, number = month.split("-")
    return int(year) * 12 + int(number)


def _spans(months: Sequence[str], month_column: str) -> Iterator[str]:
    ordered = sorted(months, key=month_number)
    first = 0
    for place, month in enumerate(ordered):
        following = ordered[place + 1] if place + 1 < len(ordered) else None
        if following is None or month_number(following) != month_number(month) + 1:
            yield month_filter(month_column, ordered[first], month)
            first = place + 1


def _month(month_column: str | None) -> str:
    if month_column is None:
        return f"'{ALL}'"
    return f"coalesce(strftime(\"{month_column}\", '%Y-%m'), '{UNDATED}')"


def key_order(table: PublishedTable) -> str:
    """What published rows are ordered by, as SQL."""
    return ", ".join(f'"{name}" asc nulls first' for name in table.key)


def quoted(path: Path) -> str:
    """A path as an SQL text."""
    text = str(path).replace("'", "''")
    return f"'{text}'"
