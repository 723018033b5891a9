"""The developer's copy: raw tables of the working warehouse in a file of their own.

Belongs here: filling the file that the plain dbt CLI builds in. Does not belong here: models.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from penstock.contracts.contract import Contract
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.loading.warehouse import attach_read_only, open_warehouse
from penstock.locking import writer_lock
from penstock.settings import Settings


@dataclass(frozen=True)
class DevSyncReport:
    """Rows copied per raw table into `warehouse`."""

    warehouse: Path
    rows: dict[str, int]


def dev_sync(product: Product, settings: Settings, *, days: int | None = None) -> DevSyncReport:
    """Copy the raw tables, the last `days` landed days of them if given.

    The copy replaces an earlier one; models built in the file stay and are built again by dbt.

    Raises: WriterBusyError; PenstockError when nothing is loaded.
    """
    source, target = product.warehouse(settings), product.dev_warehouse(settings)
    if not source.exists():
        message = f"nothing of {product.name} is loaded yet: `penstock run {product.name}` first."
        raise PenstockError(message)
    wait = settings.lock_wait_seconds
    with (
        writer_lock(product.lock(settings), holder="dev-sync", wait_seconds=wait),
        open_warehouse(target, wait_seconds=wait) as connection,
    ):
        attach_read_only(connection, source, name="working", wait_seconds=wait)
        connection.execute("create schema if not exists raw")
        connection.begin()
        rows = {
            contract.table: _copy(connection, contract, days)
            for contract in product.contracts.values()
        }
        connection.commit()
    return DevSyncReport(target, rows)


def _copy(connection: duckdb.DuckDBPyConnection, contract: Contract, days: int | None) -> int:
    table, time = contract.table, contract.time_column
    limit = ""
    if days is not None and time is not None:
        limit = f" where {time} >= (select max({time})::date - {days - 1} from working.raw.{table})"
    connection.execute(
        f"create or replace table raw.{table} as select * from working.raw.{table}{limit}"
    )
    counted = connection.execute(f"select count(*) from raw.{table}").fetchall()
    return int(counted[0][0])
