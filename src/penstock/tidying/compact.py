"""Compacting a warehouse: a DuckDB file never shrinks, so its rows move into a new one.

Belongs here: copying, comparing and renaming. Does not belong here: when to do it.

Killed at any moment, the old file or the new one is whole under its name: the copy is made beside
it, compared table by table, and takes the name in one rename.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from penstock.errors import PenstockError
from penstock.loading.warehouse import open_warehouse
from penstock.settings import Settings

Config = dict[str, str | bool | int | float | list[str]]
"""What DuckDB calls a configuration."""

_WORTH_FRAC = 0.05
"""A copy that saves less than this share of the file is thrown away."""


class CompactError(PenstockError):
    """A warehouse could not be compacted; it is as it was."""


@dataclass(frozen=True)
class Compacted:
    """Bytes of a warehouse before and after; equal where a copy was not worth it."""

    before: int
    after: int


def compact(warehouse: Path, settings: Settings, *, always: bool = False) -> Compacted:
    """Compact a warehouse while the writer's lock is held.

    A copy that saves little is thrown away, unless nothing of what was deleted may stay in the
    file (`always`). Such a copy is not compressed: the next one is.

    Raises: WriterBusyError when somebody reads it; CompactError when the disk has no room for a
    copy, or the copy has other rows.
    """
    copy = warehouse.with_name(f".{warehouse.name}.compact")
    _remove(copy)
    # Whatever the log still holds goes into the file: the copy has to do without it.
    with open_warehouse(
        warehouse, wait_seconds=settings.lock_wait_seconds, config=settings.duckdb_config
    ) as connection:
        connection.execute("checkpoint")
    before = warehouse.stat().st_size
    free = shutil.disk_usage(warehouse.parent).free
    if free < before:
        message = (
            f"{warehouse}: compacting needs {before / 1e9:,.1f} GB beside it, {free / 1e9:,.1f} GB "
            "are free: make room and tidy again"
        )
        raise CompactError(message)
    try:
        _copy(warehouse, copy, settings, compressed=not always)
        after = copy.stat().st_size
        if after > (1 - _WORTH_FRAC) * before and not always:
            return Compacted(before, before)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        copy.replace(warehouse)
        return Compacted(before, after)
    finally:
        _remove(copy)


def _copy(warehouse: Path, copy: Path, settings: Settings, *, compressed: bool) -> None:
    # Views name their tables with the database's name: it has to be the one they know.
    name = warehouse.stem
    # The order of rows is what lets a read of some days skip the others.
    config: Config = {**settings.duckdb_config, "preserve_insertion_order": True}
    with duckdb.connect(config=config) as connection:
        if not compressed:
            # DuckDB fills the unused end of a compressed segment of texts with whatever lies in its
            # memory, deleted rows among it (https://github.com/duckdb/duckdb/issues/23382).
            connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f'attach {_quoted(warehouse)} as "{name}" (read_only)')
        connection.execute(f"attach {_quoted(copy)} as compacted")
        connection.execute(f'copy from database "{name}" to compacted')
        connection.execute("checkpoint compacted")
        old, new = _row_counts(connection, name), _row_counts(connection, "compacted")
        if old != new:
            differing = ", ".join(sorted(one for one in old if old[one] != new.get(one)))
            message = (
                f"{warehouse}: the compacted copy has other rows in {differing}; it was dropped"
            )
            raise CompactError(message)
        connection.execute("detach compacted")


def _row_counts(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    """Rows per table, and -1 per view."""
    tables = connection.execute(
        "select table_schema, table_name, table_type from information_schema.tables"
        f" where table_catalog = '{database}'"
    ).fetchall()
    counts = {}
    for schema, table, kind in tables:
        counts[f"{schema}.{table}"] = -1
        if kind == "BASE TABLE":
            rows = connection.execute(f'select count(*) from "{database}"."{schema}"."{table}"')
            counts[f"{schema}.{table}"] = int(rows.fetchall()[0][0])
    return counts


def _remove(copy: Path) -> None:
    for path in (copy, copy.with_name(f"{copy.name}.wal")):
        path.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
