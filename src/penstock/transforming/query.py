"""Asking the warehouse, or files, with SQL: read-only.

Belongs here: opening for reading, resolving unqualified names, refusing what does not read. Does
not belong here: printing.

Two locks: only a statement that reads is run, and DuckDB itself may open no other file.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.loading.kept_open import is_kept
from penstock.loading.warehouse import WarehouseError, open_to_read
from penstock.locking import WriterBusyError
from penstock.settings import Settings

_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".gz": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}
_EXPLAIN = re.compile(r"^\s*explain(\s+analyze\b|\s*\([^()]*\))?", re.IGNORECASE)
_ALLOWED = (
    "questions are read-only; expected one statement that reads: select, from, with, values, "
    "describe, show, summarize, pragma table_info, or explain of one of them"
)


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

    Unqualified names are looked up in the product's order of schemas.

    Raises: QueryError with DuckDB's message, or naming the writer that holds the file.
    """
    warehouse = product.warehouse(settings)
    if not warehouse.exists():
        message = f"{warehouse} does not exist yet: `penstock run {product.name}` builds it."
        raise QueryError(message)
    is_ours = is_kept(warehouse)
    try:
        connection = open_to_read(
            warehouse,
            wait_seconds=settings.lock_wait_seconds if is_ours else 0,
            config=settings.duckdb_config,
        )
    except WriterBusyError as error:
        message = (
            f"{warehouse.name} is being written right now, try again shortly ({error.__cause__})"
        )
        raise QueryError(message) from error
    except WarehouseError as error:
        raise QueryError(str(error)) from error
    with connection:
        connection.execute(f"set search_path = '{','.join(_schemas(connection, product.schemas))}'")
        if not is_ours:  # shut in, the writer could go on with nothing
            shut_in(connection)
        yield lambda sql: answer(connection, sql)


def query_warehouse(product: Product, settings: Settings, sql: str) -> QueryResult:
    """Answer one query from the working warehouse, as `reading` does."""
    with reading(product, settings) as ask:
        return ask(sql)


def query_files(files: Sequence[Path], sql: str) -> QueryResult:
    """Answer a query over Parquet, CSV or JSON files; each is a view named by its file's stem.

    Raises: QueryError for a missing, unknown or unreadable file, for two files of one stem, or
    with DuckDB's message.
    """
    named: dict[str, Path] = {}
    with duckdb.connect() as connection:
        paths = ", ".join(_quoted(file) for file in files)
        connection.execute(f"set allowed_paths = [{paths}]")
        for file in files:
            name = file.name.split(".")[0].replace('"', "")
            other = named.setdefault(name.lower(), file)
            if other is not file:
                message = (
                    f"{file}: would be called {name}, as {other} is; expected files of different "
                    "stems: rename one of them"
                )
                raise QueryError(message)
            _create_view(connection, name, file)
        shut_in(connection)
        return answer(connection, sql)


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    reader = _READERS.get(file.suffix.lower())
    if not file.is_file() or reader is None or not name:
        message = f"{file}: expected an existing file of {', '.join(_READERS)}"
        raise QueryError(message)
    try:
        connection.execute(f'create view "{name}" as select * from {reader}({_quoted(file)})')
    except duckdb.Error as error:
        message = f"{file}: {reader} cannot read it ({error}); expected a whole {file.suffix} file"
        raise QueryError(message) from error


def shut_in(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on DuckDB opens no further file and cannot be told otherwise."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> QueryResult:
    """The answer to one question. Raises: QueryError when it does not read, or DuckDB refuses."""
    try:
        if not _reads(sql):
            message = f"{sql.strip() or 'empty SQL'}: {_ALLOWED}"
            raise QueryError(message)
        cursor = connection.execute(sql)
        columns = tuple(one[0] for one in cursor.description or ())
        return QueryResult(columns, cursor.fetchall())
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def _reads(sql: str) -> bool:
    """Whether the text is one statement that reads.

    EXPLAIN ANALYZE runs what it explains, so that has to read as well.

    >>> _reads("from mart_fleet_summary"), _reads("explain analyze copy t to 'file.csv'")
    (True, False)
    """
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        return False
    (statement,) = statements
    if statement.type == duckdb.StatementType.EXPLAIN:
        prefix = _EXPLAIN.match(statement.query)
        return prefix is not None and _reads(statement.query[prefix.end() :])
    return bool(statement.type == duckdb.StatementType.SELECT)


def _quoted(path: Path) -> str:
    text = str(path.resolve()).replace("'", "''")
    return f"'{text}'"


def _schemas(connection: duckdb.DuckDBPyConnection, layers: Sequence[str]) -> list[str]:
    """Existing schemas in the order of `layers`; an adapter may have prefixed their names."""
    # Schemas, not tables: to list those takes longer with every tenant.
    rows = connection.execute(
        "select schema_name from duckdb_schemas()"
        " where database_name = current_database() and not internal"
    ).fetchall()
    found = [row[0] for row in rows]
    ordered = [name for layer in layers for name in sorted(found) if name.endswith(layer)]
    return [*ordered, "main"]
