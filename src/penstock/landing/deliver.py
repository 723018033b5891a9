"""Delivering frames: one immutable Parquet file per table, day and delivery.

Belongs here: cutting a frame into days, naming revisions, recognising what has landed already.
Does not belong here: where the frame came from (generators, mappings); the ledger.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

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
    `delivered_at` gives the delivery time (UTC) of a partition day. `input_id` identifies what the
    rows come from (a user's file and its mapping, a mock world); `duplicates` is `keep_first` or
    `keep_last` for rows with equal keys. `again` delivers also what a later delivery has corrected.
    """

    contract: Contract
    frame: pl.DataFrame
    source: str
    delivered_at: Callable[[date], datetime]
    input_id: str = ""
    duplicates: str = "keep_last"
    plain_name: bool = False
    again: bool = False


@dataclass(frozen=True)
class Delivered:
    """What a shipment became: the files written and the days that had landed already.

    Of the unchanged days, `superseded_days` have been delivered with other values since.
    """

    deliveries: tuple[Delivery, ...]
    unchanged_days: int
    superseded_days: int = 0


def deliver(shipment: Shipment, raw_dir: Path, *, run_id: str) -> Delivered:
    """Write the shipment's days that have not landed yet, each file whole or not at all.

    A day is skipped when its newest revision that speaks of one of its entities (assets, say) has
    the same content, or when the same input file has already brought the same content: delivering
    twice changes nothing, in any order. With `again` only the newest revision counts, so that
    values return which a later delivery has replaced.
    """
    table = shipment.contract.table
    folder = raw_dir / table
    file_source = None if shipment.plain_name else shipment.source
    revisions = _revisions(folder, source=file_source)
    written: list[Delivery] = []
    unchanged = superseded = 0
    for day, rows in _by_day(shipment):
        content = content_hash(rows["_row_hash"])
        entities = _entities(shipment.contract, rows)
        existing = revisions.get(day, [])
        compared, same_input = existing, "" if shipment.again else shipment.input_id
        if shipment.contract.time_column is None:
            # Of an entity's declarations the latest counts as a whole, whatever day its file is
            # named after: values that return have to land again.
            compared, same_input = _by_delivery_time(folder, revisions), ""
        landed = _landed_as(
            folder, compared, content=content, entities=entities, input_id=same_input
        )
        if landed is not None:
            unchanged += 1
            superseded += landed == "superseded"
            continue
        revision = existing[-1].revision + 1 if existing else 1
        path = folder / PartitionName(table, day, file_source, revision).file_name
        delivered_at = shipment.delivered_at(day)
        metadata = {
            "content": content,
            "delivered_at": delivered_at.isoformat(),
            "duplicates": shipment.duplicates,
            "entities": json.dumps(entities),
            "source": shipment.source,
        }
        if shipment.input_id:
            metadata["input"] = shipment.input_id
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
    return Delivered(tuple(written), unchanged, superseded)


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


def _by_delivery_time(
    folder: Path, revisions: dict[date, list[PartitionName]]
) -> list[PartitionName]:
    def delivered(name: PartitionName) -> tuple[str, int, date]:
        landed = _landed(folder / name.file_name) or {}
        return landed.get("delivered_at", ""), name.revision, name.day

    return sorted((name for names in revisions.values() for name in names), key=delivered)


def _landed_as(
    folder: Path,
    existing: list[PartitionName],
    *,
    content: str,
    entities: list[str],
    input_id: str,
) -> Literal["newest", "superseded"] | None:
    newest = True
    for name in reversed(existing):
        landed = _landed(folder / name.file_name)
        if landed is None or not _shares(landed.get("entities"), entities):
            continue
        same_input = bool(input_id) and landed.get("input") == input_id
        if landed.get("content") == content and (newest or same_input):
            return "newest" if newest else "superseded"
        newest = False
    return None


def _landed(path: Path) -> dict[str, str] | None:
    """The metadata of a landed file; None if it cannot be read: it does not count as landed."""
    try:
        return read_metadata(pq.read_schema(path))
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        return None


def _entities(contract: Contract, rows: pl.DataFrame) -> list[str]:
    """What the rows speak of (assets, say), sorted."""
    column = contract.key[0] if contract.reference is None else contract.reference.column
    return sorted(rows[column].cast(pl.String).unique().drop_nulls().to_list())


def _shares(landed: str | None, entities: list[str]) -> bool:
    """Whether a landed file speaks of one of the entities; one that does not say counts so."""
    if not landed:
        return True
    try:
        return not set(json.loads(landed)).isdisjoint(entities)
    except (ValueError, TypeError):
        return True


def _arrow(rows: pl.DataFrame) -> pa.Table:
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))
