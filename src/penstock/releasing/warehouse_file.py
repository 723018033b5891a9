"""The released DuckDB file: the published tables of day grain and coarser, for whoever has DuckDB.

Belongs here: writing it. Does not belong here: Parquet parts (`export.py`), comparing both
(`pack.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from penstock.contracts.published import PublishedTable
from penstock.loading.kept_open import current_database
from penstock.releasing.sealed import WAREHOUSE
from penstock.releasing.working import key_order, quoted


def write_warehouse(
    connection: duckdb.DuckDBPyConnection,
    published: Sequence[PublishedTable],
    sources: Mapping[str, str],
    building: Path,
) -> None:
    """Write the tables of day grain and coarser into the released DuckDB file, in key order.

    They come from the working warehouse, not from the Parquet files: that both are equal is then
    something to check. `sources` as by `sources_of`.
    """
    with _released(connection, building):
        for table in published:
            if table.in_warehouse:
                connection.execute(f'create schema if not exists released."{table.layer}"')
                connection.execute(
                    f'create table released."{table.layer}"."{table.name}" as'
                    f" from {sources[table.name]} order by {key_order(table)}"
                )


def add_views(connection: duckdb.DuckDBPyConnection, building: Path, views: Sequence[str]) -> None:
    """Add the views that keep old names alive to the released DuckDB file."""
    if not views:
        return
    working = current_database(connection)
    with _released(connection, building):
        connection.execute("use released")
        try:
            connection.execute("create schema transition")
            for view in views:
                connection.execute(view)
        finally:
            connection.execute(f'use "{working}"')


@contextmanager
def _released(connection: duckdb.DuckDBPyConnection, building: Path) -> Iterator[None]:
    """Within the block the released DuckDB file is attached as `released`."""
    # Readers may have an older DuckDB than the working warehouse needs.
    path = quoted(building / WAREHOUSE)
    connection.execute(f"attach {path} as released (storage_version 'v1.0.0')")
    try:
        yield
    finally:
        connection.execute("detach released")
