"""Asking a release with SQL: read-only, whatever is published meanwhile.

Belongs here: opening the current release. Does not belong here: the working warehouse
(`transforming/query.py`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from penstock.contracts.product import Product
from penstock.releasing import sealed
from penstock.releasing.series import series_of
from penstock.releasing.working import quoted
from penstock.settings import Settings
from penstock.transforming.query import QueryError, QueryResult, answer, shut_in


def current_release(product: Product, settings: Settings, *, series: str | None = None) -> Path:
    """The folder of the release that readers use now; it stays when the next one is published.

    Raises: QueryError when there is none, or its folder is gone.
    """
    target = series_of(settings, series or product.series)
    folder = target.current()
    if folder is None:
        message = (
            f"nothing of {product.name} is released yet: `penstock release {product.name}`, or ask "
            "the working warehouse with --working"
        )
        raise QueryError(message)
    if not folder.is_dir():
        message = (
            f"{folder}: is gone, and nobody pruned it; put it back from a copy, let readers use an "
            f"older one (`penstock releases rollback {product.name} RUN_ID`), or `penstock release "
            f"{product.name}` makes the next"
        )
        raise QueryError(message)
    return folder


@contextmanager
def reading_release(release: Path) -> Iterator[Callable[[str], QueryResult]]:
    """Ask several questions of one release; every published table is a view of its name.

    Tables of the released DuckDB file are read from it, the others from their Parquet files.

    Raises: QueryError with DuckDB's message.
    """
    tables, _ = sealed.read_tables(release)
    warehouse = release / sealed.WAREHOUSE
    with duckdb.connect() as connection:
        try:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach {quoted(warehouse)} as released (read_only)")
            for table in tables:
                connection.execute(f'create schema if not exists "{table.layer}"')
                if table.in_warehouse:
                    source = f'released."{table.layer}"."{table.name}"'
                else:
                    files = ", ".join(quoted(release / one.file) for one in table.parts)
                    source = f"read_parquet([{files}])"
                connection.execute(f'create view "{table.layer}"."{table.name}" as from {source}')
        except duckdb.Error as error:
            message = f"{release}: cannot be read ({error}): `penstock verify {release}`"
            raise QueryError(message) from error
        layers = list(dict.fromkeys(table.layer for table in tables))
        connection.execute(f"set search_path = '{','.join([*layers, 'main'])}'")
        folders = sorted({str((release / one.parts[0].file).parent) for one in tables})
        allowed = ", ".join(quoted(Path(one)) for one in folders)
        connection.execute(f"set allowed_directories = [{allowed}]")
        shut_in(connection)
        yield lambda sql: answer(connection, sql)


def query_release(product: Product, settings: Settings, sql: str) -> QueryResult:
    """Answer one query from the current release."""
    with reading_release(current_release(product, settings)) as ask:
        return ask(sql)
