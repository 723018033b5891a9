"""Landing what the platform knows: a snapshot per table, when it differs from the last one.

Belongs here: writing snapshots. Does not belong here: their rows (`facts.py`).

A snapshot is whole, and a row that is no longer in it is gone from its time on: the histories are
made of the order of snapshots, which stay.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from penstock.contracts.contract import Contract
from penstock.contracts.product import Product
from penstock.contracts.row_hash import content_hash, row_hashes
from penstock.landing.files import PartitionName, read_metadata, write_parquet
from penstock.ledger import Ledger
from penstock.locking import writer_lock
from penstock.products.marketing.platform import facts
from penstock.runs import delivery_time
from penstock.settings import Settings

SOURCE = "penstock"
"""Who delivers the snapshots."""

TABLES: Mapping[str, facts.Facts] = {
    "platform__tenants": facts.tenant_entries,
    "platform__tenant_commits": facts.tenant_commits,
    "platform__blueprints": facts.blueprints,
    "platform__schema_routes": facts.schema_routes,
    "platform__semantic_tables": facts.semantic_tables,
}
"""Where the rows of each table come from."""


def land_own(product: Product, settings: Settings) -> int:
    """Land the snapshots that have changed; returns how many.

    Raises: ConfigurationError when tenants.yaml or the catalogue cannot be read; WriterBusyError.
    """
    with (
        writer_lock(product.lock(settings), holder="land", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        now = delivery_time(ledger)
        return sum(
            _land(product.contracts[table], product.raw_dir(settings) / table, rows, now)
            for table, rows in (
                (table, list(tell(product, settings))) for table, tell in TABLES.items()
            )
        )


def _land(contract: Contract, folder: Path, rows: list[facts.Row], now: datetime) -> bool:
    frame = pl.DataFrame(rows, schema=contract.polars_schema).sort(contract.key)
    content = content_hash(row_hashes(frame))
    latest = _latest(folder)
    if latest is not None and latest[1].get("content") == content:
        return False
    name = PartitionName(contract.table, now.date())
    if latest is not None and latest[0].day >= name.day:
        name = PartitionName(contract.table, latest[0].day, None, latest[0].revision + 1)
    metadata = {"content": content, "delivered_at": now.isoformat(), "source": SOURCE}
    arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    write_parquet(folder / name.file_name, arrow, metadata)
    return True


def _latest(folder: Path) -> tuple[PartitionName, dict[str, str]] | None:
    """The last snapshot's name and what is written in it; None before the first."""
    names = [PartitionName.parse(path.name) for path in folder.glob("*.parquet")]
    there = [one for one in names if one is not None]
    if not there:
        return None
    last = max(there, key=lambda one: (one.day, one.revision))
    return last, read_metadata(pq.read_schema(folder / last.file_name))
