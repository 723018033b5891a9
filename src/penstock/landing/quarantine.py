"""The quarantine's files: every row that was refused, with its reason and its position.

Belongs here: writing, reading and giving up refused rows as Parquet. Does not belong here:
deciding what is refused (mappings refuse what they cannot place, the gate what it cannot store).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.landing.files import read_metadata, write_parquet
from penstock.ledger import QuarantineCount

REFUSED_SCHEMA = {
    "table_name": pl.String(),
    "reason": pl.String(),
    "column_name": pl.String(),
    "expected": pl.String(),
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "row_json": pl.String(),
}
"""One refused row: where it stands in the user's file (rows from 1), why, and all its values."""

REJECTED = "rejected_file"
"""Reason of all rows of a file that could not be read at all."""

ISO_TIME = "%Y-%m-%dT%H:%M:%S%.6f"
"""How a time is written in `row_json`."""

_IDENTITY = ["table_name", "reason", "source_file", "source_row", "row_json"]
"""What makes a refused row the same row when it is refused again."""


def refused_rows(
    rows: pl.DataFrame,
    *,
    table: str,
    reason: str,
    column: str,
    expected: str | pl.Expr,
    values: Sequence[str],
) -> pl.DataFrame:
    """Rows (with `_source_file` and `_source_row`) as refused rows; `values` go into the JSON.

    `expected` says what should have been there, the same for every row or row by row.
    """
    return rows.select(
        pl.lit(table).alias("table_name"),
        pl.lit(reason).alias("reason"),
        pl.lit(column).alias("column_name"),
        (pl.lit(expected) if isinstance(expected, str) else expected).alias("expected"),
        pl.col("_source_file").alias("source_file"),
        pl.col("_source_row").cast(pl.Int64).alias("source_row"),
        pl.struct(_printable(name, rows[name], is_refused=name == column) for name in values)
        .struct.json_encode()
        .alias("row_json"),
    )


def write_refused(
    quarantine_dir: Path,
    *,
    origin: str,
    refused: pl.DataFrame,
    about: Mapping[str, str] | None = None,
) -> list[QuarantineCount]:
    """Write an origin's refused rows to its own file and count them by reason.

    `origin` (a delivery id, say) names the file; refusing again replaces it. `about` is kept in
    the file's metadata. A row that was
    discarded before and is refused again, unchanged and for the same reason, stays discarded.
    """
    path = quarantine_file(quarantine_dir, origin)
    if refused.is_empty():
        path.unlink(missing_ok=True)
        return []
    _write(path, refused, {**(about or {}), "origin": origin})
    return count_refused(quarantine_dir, origin)


def count_refused(quarantine_dir: Path, origin: str) -> list[QuarantineCount]:
    """The refused rows of an origin by reason, discarded ones counted apart."""
    refused = read_refused(quarantine_dir, origin)
    counts = refused.group_by("reason").agg(pl.len(), pl.col("is_discarded").sum()).sort("reason")
    file = quarantine_file(quarantine_dir, origin).name
    return [
        QuarantineCount(origin, reason, rows, file, discarded)
        for reason, rows, discarded in counts.iter_rows()
    ]


def mapped_origins(quarantine_dir: Path) -> set[str]:
    """Origins whose rows a mapping refused, from the files themselves."""
    told = [read_metadata(pq.read_schema(path)) for path in quarantine_dir.glob("*.parquet")]
    return {one["origin"] for one in told if "@" in one["origin"]}


def discard_refused(
    quarantine_dir: Path, origin: str, *, reason: str | None
) -> list[QuarantineCount]:
    """Give up an origin's open rows, of one reason if given; they are kept and no longer open.

    Returns the counts after it.
    """
    refused = read_refused(quarantine_dir, origin)
    chosen = pl.lit(value=True) if reason is None else pl.col("reason") == reason
    given_up = refused.filter(chosen | pl.col("is_discarded")).select(_IDENTITY)
    if not given_up.is_empty():
        _write(_discarded_file(quarantine_dir, origin), given_up, {"origin": origin})
    return count_refused(quarantine_dir, origin)


def quarantine_file(quarantine_dir: Path, origin: str) -> Path:
    """Where the refused rows of an origin lie."""
    return quarantine_dir / f"{origin.replace('/', '__').removesuffix('.parquet')}.parquet"


def read_refused(quarantine_dir: Path, origin: str) -> pl.DataFrame:
    """The refused rows of an origin, in the order of the user's file.

    REFUSED_SCHEMA and `is_discarded`.
    """
    path = quarantine_file(quarantine_dir, origin)
    if not path.exists():
        return pl.DataFrame(schema={**REFUSED_SCHEMA, "is_discarded": pl.Boolean()})
    refused = pl.read_parquet(path).sort("source_file", "source_row")
    discarded = _discarded_file(quarantine_dir, origin)
    if not discarded.exists():
        return refused.with_columns(pl.lit(value=False).alias("is_discarded"))
    given_up = pl.read_parquet(discarded).unique().with_columns(is_discarded=pl.lit(value=True))
    joined = refused.join(
        given_up, on=_IDENTITY, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.with_columns(pl.col("is_discarded").fill_null(value=False))


def open_refused(quarantine_dir: Path, origin: str) -> pl.DataFrame:
    """The refused rows of an origin that nobody has discarded, in the order of the user's file."""
    return read_refused(quarantine_dir, origin).filter(~pl.col("is_discarded"))


def _discarded_file(quarantine_dir: Path, origin: str) -> Path:
    return quarantine_dir / "discarded" / quarantine_file(quarantine_dir, origin).name


def _write(path: Path, rows: pl.DataFrame, metadata: Mapping[str, str]) -> None:
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    write_parquet(path, _plain_strings(table), metadata)


def _printable(name: str, values: pl.Series, *, is_refused: bool) -> pl.Expr:
    """The column as JSON can hold it: JSON knows no bytes, and no time; instants are in UTC.

    Nor does it know infinity and NaN: where these are what is refused, they are told as texts.
    """
    dtype = values.dtype
    if is_refused and dtype.is_float() and not values.is_finite().any():
        return pl.col(name).cast(pl.String)
    if isinstance(dtype, pl.Datetime):
        zoned = pl.col(name) if dtype.time_zone is None else _in_utc(name)
        return zoned.dt.to_string(ISO_TIME)
    if isinstance(dtype, pl.Binary):
        return pl.col(name).bin.encode("hex")
    if "Binary" in str(dtype):
        return pl.lit(f"({dtype}: not shown)").alias(name)
    return pl.col(name)


def _in_utc(name: str) -> pl.Expr:
    return pl.col(name).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _plain_strings(table: pa.Table) -> pa.Table:
    fields = [
        pa.field(one.name, pa.string() if pa.types.is_large_string(one.type) else one.type)
        for one in table.schema
    ]
    return table.cast(pa.schema(fields))
