"""Delivering frames: one immutable Parquet file per table, day and delivery.

Belongs here: cutting a frame into days, naming revisions, recognising what has landed already.
Does not belong here: where the frame came from (generators, mappings); the ledger.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.contracts.contract import Contract
from penstock.contracts.row_hash import content_hash, row_hashes
from penstock.landing.files import PartitionName, read_metadata, sha256_of, write_parquet
from penstock.ledger import Delivery

SOURCE_COLUMNS = ("_source_file", "_source_row")
"""Columns a mapped delivery carries beside the contract's: the user's file and row (from 1)."""


@dataclass(frozen=True)
class Shipment:
    """Rows of one table from one source, about to be delivered.

    `frame` has the contract's columns, and `SOURCE_COLUMNS` when a user's file stands behind it.
    `delivered_at` gives the delivery time (UTC) of a partition day. `input_sha256` identifies
    the user's file; `duplicates` is `keep_first` or `keep_last` for rows with equal keys.
    """

    contract: Contract
    frame: pl.DataFrame
    source: str
    delivered_at: Callable[[date], datetime]
    input_sha256: str = ""
    duplicates: str = "keep_last"
    plain_name: bool = False


@dataclass(frozen=True)
class Delivered:
    """What a shipment became: the files written and the days that had landed already."""

    deliveries: tuple[Delivery, ...]
    unchanged_days: int


def deliver(shipment: Shipment, raw_dir: Path, *, run_id: str) -> Delivered:
    """Write the shipment's days that have not landed yet, each file whole or not at all.

    A day is skipped when its newest revision has the same content, or when the same input file
    has already brought the same content: delivering twice changes nothing, in any order.
    """
    table = shipment.contract.table
    folder = raw_dir / table
    file_source = None if shipment.plain_name else shipment.source
    revisions = _revisions(folder, source=file_source)
    written: list[Delivery] = []
    unchanged = 0
    for day, rows in _by_day(shipment):
        content = content_hash(rows["_row_hash"])
        existing = revisions.get(day, [])
        if _has_landed(folder, existing, content=content, input_sha256=shipment.input_sha256):
            unchanged += 1
            continue
        revision = existing[-1].revision + 1 if existing else 1
        path = folder / PartitionName(table, day, file_source, revision).file_name
        delivered_at = shipment.delivered_at(day)
        metadata = {
            "content": content,
            "delivered_at": delivered_at.isoformat(),
            "duplicates": shipment.duplicates,
            "source": shipment.source,
        }
        if shipment.input_sha256:
            metadata["input"] = shipment.input_sha256
        write_parquet(path, _arrow(rows.drop("_row_hash")), metadata)
        stat = path.stat()
        written.append(
            Delivery(
                delivery_id=f"{table}/{path.name}",
                table_name=table,
                status="landed",
                source=shipment.source,
                sha256=sha256_of(path),
                bytes=stat.st_size,
                modified_ns=stat.st_mtime_ns,
                delivered_at=delivered_at,
                rows_read=rows.height,
                run_id=run_id,
            )
        )
    return Delivered(tuple(written), unchanged)


def _by_day(shipment: Shipment) -> Iterator[tuple[date, pl.DataFrame]]:
    if shipment.frame.is_empty():
        return
    measured = shipment.frame.drop(SOURCE_COLUMNS, strict=False)
    frame = shipment.frame.with_columns(row_hashes(measured))
    if shipment.contract.time_column is None:
        # Reference tables are small and arrive whole: one file, dated by their earliest version.
        yield frame["valid_from"].min(), frame  # type: ignore[misc]  # a Date column's minimum is a date
        return
    day = pl.col(shipment.contract.time_column).dt.date().alias("_day")
    parts = frame.with_columns(day).partition_by(
        "_day", as_dict=True, include_key=False, maintain_order=True
    )
    for key in sorted(parts):
        yield key[0], parts[key]


def _revisions(folder: Path, *, source: str | None) -> dict[date, list[PartitionName]]:
    found: dict[date, list[PartitionName]] = defaultdict(list)
    if folder.exists():
        for path in folder.iterdir():
            name = PartitionName.parse(path.name)
            if name is not None and name.source == source:
                found[name.day].append(name)
    for names in found.values():
        names.sort(key=lambda name: name.revision)
    return found


def _has_landed(
    folder: Path, existing: list[PartitionName], *, content: str, input_sha256: str
) -> bool:
    newest = len(existing) - 1
    for position, name in enumerate(existing):
        landed = read_metadata(pq.read_schema(folder / name.file_name))
        same_input = bool(input_sha256) and landed.get("input") == input_sha256
        if landed.get("content") == content and (position == newest or same_input):
            return True
    return False


def _arrow(rows: pl.DataFrame) -> pa.Table:
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))
