"""Asking the warehouse, or files, with SQL: read-only.

Belongs here: opening for reading, resolving unqualified names. Does not belong here: printing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.settings import Settings

_LAYERS = ("marts", "intermediate", "staging", "raw")
_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".gz": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}


class QueryError(PenstockError):
    """A query that cannot be answered."""


@dataclass(frozen=True)
class QueryResult:
    """Column names and rows of Python values."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@contextmanager
def reading(product: Product, settings: Settings) -> Iterator[Callable[[str], QueryResult]]:
    """Ask several questions of one state of the working warehouse.

    Unqualified names are looked up marts first.

    Raises: QueryError with DuckDB's message, or naming the writer that holds the file.
    """
    warehouse = product.warehouse(settings)
    if not warehouse.exists():
        message = f"{warehouse} does not exist yet: `penstock run {product.name}` builds it."
        raise QueryError(message)
    try:
        connection = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.IOException as error:
        message = f"{warehouse.name} is being written right now, try again shortly ({error})"
        raise QueryError(message) from error
    with connection:
        connection.execute(f"set search_path = '{','.join(_schemas(connection))}'")
        yield lambda sql: _answer(connection, sql)


def query_warehouse(product: Product, settings: Settings, sql: str) -> QueryResult:
    """Answer one query from the working warehouse, as `reading` does."""
    with reading(product, settings) as ask:
        return ask(sql)


def query_files(files: Sequence[Path], sql: str) -> QueryResult:
    """Answer a query over Parquet, CSV or JSON files; each is a view named by its file's stem.

    Raises: QueryError for a missing or unknown file, or with DuckDB's message.
    """
    with duckdb.connect() as connection:
        for file in files:
            reader = _READERS.get(file.suffix.lower())
            if not file.exists() or reader is None:
                message = f"{file}: expected an existing file of {', '.join(_READERS)}"
                raise QueryError(message)
            name = file.name.split(".")[0].replace('"', "")
            path = str(file).replace("'", "''")
            connection.execute(f"create view \"{name}\" as select * from {reader}('{path}')")
        return _answer(connection, sql)


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> QueryResult:
    try:
        cursor = connection.execute(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    columns = tuple(one[0] for one in cursor.description or ())
    return QueryResult(columns, cursor.fetchall())


def _schemas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Existing schemas, marts first; an adapter may have prefixed their names."""
    rows = connection.execute(
        "select distinct table_schema from information_schema.tables"
    ).fetchall()
    found = [row[0] for row in rows]
    ordered = [name for layer in _LAYERS for name in sorted(found) if name.endswith(layer)]
    return [*ordered, "main"]
