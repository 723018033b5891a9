"""Mapping refused rows again, after the mapping was mended: without the user's file.

Belongs here: refused rows as the file they came from, deliveries that take the place of earlier
ones. Does not belong here: rows that the gate refused (`loading/replay.py`); retracting.

A replayed row joins the rows of its file that were delivered before, in one delivery of the same
time, as if the file had been landed with the mended mapping in the first place.
"""

import json
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError
from penstock.landing.apply_mapping import MappedTable, map_file
from penstock.landing.deliver import Delivered, Shipment, deliver
from penstock.landing.files import PartitionName, read_metadata
from penstock.landing.inputs import InputFile
from penstock.landing.mapping import Mapping, mapping_hash
from penstock.landing.quarantine import (
    ISO_TIME,
    quarantine_file,
    read_refused,
    write_refused,
)
from penstock.ledger import QuarantineCount


@dataclass(frozen=True)
class RefusedRows:
    """What a quarantine file tells of the landing that refused its rows.

    `columns` are the file's own, each `number`, `text`, `time` (wall clock), `instant` or `date`.
    """

    mapping: str
    input_name: str
    table: str
    file: str
    sha256: str
    delivered_at: datetime
    columns: MappingOf[str, str]

    def as_metadata(self) -> dict[str, str]:
        """As text, for the quarantine file."""
        return {
            **{name: str(value) for name, value in vars(self).items()},
            "delivered_at": self.delivered_at.isoformat(),
            "columns": json.dumps(dict(self.columns)),
        }


@dataclass(frozen=True)
class Replayed:
    """What became of an origin's rows. `superseded` deliveries are contained in the new ones."""

    delivered: Delivered
    superseded: tuple[str, ...]
    quarantined: list[QuarantineCount]


def about_file(mapped: MappedTable, *, mapping: str, delivered_at: datetime) -> RefusedRows:
    """What the quarantine keeps about a landed file."""
    schema = mapped.file.frame.drop("_source_file", "_source_row").schema
    return RefusedRows(
        mapping=mapping,
        input_name=mapped.file.input_name,
        table=mapped.contract.table,
        file=mapped.file.path.name,
        sha256=mapped.file.sha256,
        delivered_at=delivered_at,
        columns={name: _kind(dtype) for name, dtype in schema.items()},
    )


def refused_by(quarantine_dir: Path, origin: str) -> RefusedRows | None:
    """The landing that refused an origin's rows; None for rows that the gate refused."""
    path = quarantine_file(quarantine_dir, origin)
    told = read_metadata(pq.read_schema(path)) if path.exists() else {}
    if "mapping" not in told:
        return None
    return RefusedRows(
        mapping=told["mapping"],
        input_name=told["input_name"],
        table=told["table"],
        file=told["file"],
        sha256=told["sha256"],
        delivered_at=datetime.fromisoformat(told["delivered_at"]),
        columns=json.loads(told["columns"]),
    )


def replay_refused(
    mapping: Mapping,
    origin: str,
    about: RefusedRows,
    *,
    contracts: MappingOf[str, Contract],
    entities: pl.DataFrame,
    raw_dir: Path,
    quarantine_dir: Path,
    run_id: str,
) -> Replayed:
    """Map an origin's refused rows again and deliver those that are accepted now.

    Raises: PenstockError when the mapping does not make the table any more, or joins other files.
    """
    problem = obstacle(mapping, origin, about)
    if problem:
        raise PenstockError(problem)
    # The input's other tables may join files that are not at hand: they have origins of their own.
    alone = mapping.model_copy(update={"tables": {about.table: mapping.tables[about.table]}})
    refused = read_refused(quarantine_dir, origin)
    file = InputFile(Path(about.file), about.input_name, 0, about.sha256, _as_file(refused, about))
    (mapped,) = map_file(
        alone,
        file,
        contracts=contracts,
        entities=entities,
        lookups={},
        delivered_at=about.delivered_at,
    )
    delivered, superseded = _deliver(mapped, mapping, about, raw_dir=raw_dir, run_id=run_id)
    counts = write_refused(
        quarantine_dir, origin=origin, refused=mapped.refused, about=about.as_metadata()
    )
    return Replayed(delivered, superseded, counts)


def obstacle(mapping: Mapping, origin: str, about: RefusedRows) -> str:
    """What keeps an origin's rows from being mapped again; empty if nothing does."""
    table = mapping.tables.get(about.table)
    if mapping.name != about.mapping or table is None or table.input != about.input_name:
        return (
            f"{origin}: was refused by mapping {about.mapping}, table {about.table} of input "
            f"{about.input_name}; mapping {mapping.name} has no such thing: give the mended one"
        )
    joined = sorted({one.input for one in table.columns.values() if one.input is not None})
    if joined:
        return (
            f"{origin}: table {about.table} joins {', '.join(joined)}, whose values are in files "
            "of their own: land the files again, with the mended mapping"
        )
    return ""


def _deliver(
    mapped: MappedTable, mapping: Mapping, about: RefusedRows, *, raw_dir: Path, run_id: str
) -> tuple[Delivered, tuple[str, ...]]:
    """Deliver the accepted rows together with those of their file that came before, day by day."""
    time = mapped.contract.time_column or ""
    days = mapped.accepted[time].dt.date().unique().to_list()
    parts, times = [mapped.accepted], dict.fromkeys(days, about.delivered_at)
    for day in days:
        for path, delivered_at in _landed_before(raw_dir, about, day):
            parts.append(pl.read_parquet(path).select(mapped.accepted.columns))
            times[day] = delivered_at
    # An earlier replay, killed before it was done, may have delivered some of the rows already.
    rows = pl.concat(parts).unique("_source_row", keep="first").sort("_source_row")
    shipment = Shipment(
        contract=mapped.contract,
        frame=rows,
        source=mapping.name,
        delivered_at=lambda day: times[day],
        input_id=f"{about.sha256}:{mapping_hash(mapping)}",
        duplicates=mapped.duplicates,
    )
    delivered = deliver(shipment, raw_dir, run_id=run_id)
    superseded = [
        f"{about.table}/{path.name}"
        for day in days
        for path, _ in _landed_before(raw_dir, about, day)[1:]
    ]
    return delivered, tuple(superseded)


def _landed_before(raw_dir: Path, about: RefusedRows, day: date) -> list[tuple[Path, datetime]]:
    """Landed files with rows of the same user's file on a day, the newest first."""
    found = []
    for path in (raw_dir / about.table).glob(f"{about.table}_{day}.{about.mapping}*.parquet"):
        name, told = PartitionName.parse(path.name), read_metadata(pq.read_schema(path))
        of_file = told.get("input", "").startswith(f"{about.sha256}:")
        if name is not None and name.source == about.mapping and of_file:
            found.append((name.revision, path, datetime.fromisoformat(told["delivered_at"])))
    return [(path, delivered_at) for _, path, delivered_at in sorted(found, reverse=True)]


def _as_file(refused: pl.DataFrame, about: RefusedRows) -> pl.DataFrame:
    """The refused rows as they stood in the user's file, with their positions."""
    values = [json.loads(row) for row in refused["row_json"]]
    columns = [
        _restored([row[name] for row in values], kind).alias(name)
        for name, kind in about.columns.items()
    ]
    return pl.DataFrame(columns).with_columns(
        refused["source_row"].cast(pl.UInt32).alias("_source_row"),
        refused["source_file"].alias("_source_file"),
    )


def _restored(values: list[Any], kind: str) -> pl.Series:
    if kind == "number":
        return pl.Series(values, dtype=pl.Float64, strict=False)
    plain = [json.dumps(v) if v is not None and not isinstance(v, str) else v for v in values]
    text = pl.Series(plain, dtype=pl.String)
    match kind:
        case "date":
            return text.str.to_date("%Y-%m-%d")
        case "time":
            return text.str.to_datetime(ISO_TIME, time_unit="us")
        case "instant":
            return text.str.to_datetime(ISO_TIME, time_unit="us").dt.replace_time_zone("UTC")
        case _:
            return text


def _kind(dtype: pl.DataType) -> str:
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, pl.Datetime):
        return "time" if dtype.time_zone is None else "instant"
    return "date" if isinstance(dtype, pl.Date) else "text"
