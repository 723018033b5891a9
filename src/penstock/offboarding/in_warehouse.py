"""A tenant in a warehouse: dropping its relations and rows, and searching every table for it.

Belongs here: every statement about it. Does not belong here: files.

What is dropped is known by name; the search reads the catalogue and every text of every table, so
that it also finds what nobody thought of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from penstock.loading.warehouse import attach_read_only, open_warehouse
from penstock.offboarding.holdings import Names
from penstock.settings import Settings

_SLUG = "tenant_slug"
"""Column of the pooled tables that says whose a row is."""

_OF_DLT = {"_dlt_loads": "schema_name", "_dlt_version": "schema_name"}
"""dlt's own tables, and the column with the pipeline's name, which is the tenant's own."""


@dataclass(frozen=True)
class Searched:
    """How many relations and rows were looked at, and what was found, in words."""

    relations: int
    rows: int
    found: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    columns: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def qualified(self) -> str:
        return f'"{self.schema}"."{self.name}"'


def clear(warehouse: Path, settings: Settings, names: Names) -> None:
    """Drop the tenant's relations and delete its rows, in one transaction.

    Raises: WriterBusyError when somebody reads the warehouse for too long.
    """
    with open_warehouse(
        warehouse, wait_seconds=settings.lock_wait_seconds, config=settings.duckdb_config
    ) as connection:
        tables = list(_tables(connection))
        connection.begin()
        for schema in sorted(names.relations.schemas & _schemas(connection)):
            connection.execute(f'drop schema "{schema}" cascade')
        for one in tables:
            if one.schema in names.relations.schemas:
                continue
            if _is_own(one.schema, one.name, names):
                connection.execute(f"drop table {one.qualified}")
                continue
            condition = _rows_of(one, names)
            if condition:
                connection.execute(f"delete from {one.qualified} where {condition}")
        connection.commit()
        connection.execute("checkpoint")


def search(warehouse: Path, settings: Settings, names: Names) -> Searched:
    """Look for the tenant in the catalogue and in every row of every table.

    Raises: WriterBusyError when somebody writes the warehouse for too long.
    """
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {settings.duckdb_threads}")
        connection.execute(f"set memory_limit = {_literal(settings.duckdb_memory_limit)}")
        attach_read_only(
            connection, warehouse, name="searched", wait_seconds=settings.lock_wait_seconds
        )
        connection.execute("use searched")
        found = [f"schema {one}" for one in sorted(_schemas(connection) & names.relations.schemas)]
        relations = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'searched'"
            " union all select schema_name, view_name from duckdb_views()"
            " where database_name = 'searched' and not internal order by all"
        ).fetchall()
        found += [
            f"{schema}.{name}"
            for schema, name in relations
            if schema in names.relations.schemas
            or _is_own(schema, name, names)
            or name in names.relations.built
        ]
        rows = 0
        for one in _tables(connection):
            counted = connection.execute(
                f"select count(*), count(*) filter (where {_anywhere(one, names)})"
                f" from {one.qualified}"
            ).fetchall()
            rows += int(counted[0][0])
            if counted[0][1]:
                found.append(f"{one.schema}.{one.name}: {counted[0][1]:,} rows")
    return Searched(len(relations), rows, tuple(found))


def _is_own(schema: str, name: str, names: Names) -> bool:
    """Whether a table outside the tenant's own schemas is the tenant's alone."""
    is_raw = schema == "raw" and name in names.relations.raw_tables
    return is_raw or (schema == "audit" and name == names.commits)


def _rows_of(one: _Table, names: Names) -> str:
    """The condition for the tenant's rows of a table that holds others' as well; empty for none."""
    if _SLUG in one.columns:
        return f"{_SLUG} = {_literal(names.slug)}"
    if one.schema == "raw" and one.name == "deliveries":
        tables = ", ".join(map(_literal, sorted(names.relations.raw_tables)))
        return f"table_name in ({tables})"
    if one.schema == "raw" and one.name in _OF_DLT:
        return f"{_OF_DLT[one.name]} = {_literal(names.pipeline)}"
    # What a pooled table tells of relations, without saying whose they are.
    return _named(one, names) if one.schema in names.relations.pooled else ""


def _anywhere(one: _Table, names: Names) -> str:
    """The condition for rows that say they are the tenant's, or name its relations."""
    told = f"{_SLUG} = {_literal(names.slug)}" if _SLUG in one.columns else ""
    return " or ".join(filter(None, [told, _named(one, names)])) or "false"


def _named(one: _Table, names: Names) -> str:
    if not one.texts:
        return ""
    texts = ", ".join(f'cast("{text}" as varchar)' for text in one.texts)
    return f"regexp_matches(concat_ws(chr(10), {texts}), {_literal(names.pattern)})"


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[_Table]:
    """Every table; views hold no rows."""
    rows = connection.execute(
        "select schema_name, table_name, list(column_name), list(column_name) filter ("
        "   data_type in ('VARCHAR', 'JSON') or data_type like '%VARCHAR%')"
        " from duckdb_columns() as columns"
        " where database_name = current_database() and table_name in ("
        "   select table_name from duckdb_tables() as tables"
        "   where tables.database_name = columns.database_name"
        "   and tables.schema_name = columns.schema_name)"
        " group by all order by all"
    ).fetchall()
    for schema, name, columns, texts in rows:
        yield _Table(schema, name, tuple(columns), tuple(texts or ()))


def _schemas(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = current_database()"
    ).fetchall()
    return {row[0] for row in rows}


def _literal(text: str) -> str:
    """A text as SQL: a bound parameter would make DuckDB import pandas."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
