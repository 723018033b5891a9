"""Reading a file as it physically landed: its columns, their types, its rows.

Belongs here: Parquet and CSV as frames, types in the words of contracts. Does not belong here:
what the columns mean (`routing.py`).
"""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from penstock.contracts.contract import ColumnType
from penstock.errors import PenstockError
from penstock.landing.files import foreign_text
from penstock.products.marketing.landing_contract import is_metadata

MISSING = ("", "-", "--")
"""Texts by which exports say that there is no value."""

_TIMES = (
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %k:%M:%S",
    "%Y-%m-%d",
    "%a, %d %b %Y %H:%M:%S %z",
)
_TEXTS = {"true": True, "false": False, "1": True, "0": False}


class UnreadableTableError(PenstockError):
    """A file that is no table."""


@dataclass(frozen=True)
class PhysicalTable:
    """A file's rows and the type of each column; None where the file does not say (CSV, all null).

    Metadata columns of the landing tool are left out of both.
    """

    rows: pl.DataFrame
    types: Mapping[str, ColumnType | None]


def read_physical(path: Path) -> PhysicalTable:
    """Read a Parquet or CSV file.

    Raises: UnreadableTableError naming a column that the header has twice, or what is wrong.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return physical(pl.read_parquet(path, glob=False))
        if suffix == ".csv":
            return _read_csv(path)
    except (OSError, csv.Error, pl.exceptions.PolarsError, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        message = (
            f"{path}: cannot be read ({reason}); expected a whole {suffix} file: land it again"
        )
        raise UnreadableTableError(message) from error
    message = f"{path}: expected a .parquet or .csv file"
    raise UnreadableTableError(message)


def physical(rows: pl.DataFrame) -> PhysicalTable:
    """A frame as it would be read from a file with types."""
    kept = rows.select(one for one in rows.columns if not is_metadata(one))
    return PhysicalTable(_flat(kept), {name: _type(kind) for name, kind in kept.schema.items()})


def typed(column: pl.Series, kind: ColumnType) -> pl.Series:
    """A column as its contract's type; texts that say "missing" become null, times become UTC.

    A value that cannot be of that type becomes null too: `unfit` tells which.
    """
    if column.dtype == pl.Null:
        return pl.Series(column.name, [None] * column.len(), dtype=_DTYPES[kind])
    if column.dtype != pl.String:
        return _native(column, kind)
    text = _without_markers(column)
    match kind:
        case "string":
            return text
        case "boolean":
            lower = text.str.to_lowercase()
            result = lower.replace_strict(_TEXTS, default=None, return_dtype=pl.Boolean)
        case "timestamp":
            result = _times(text)
        case "date":
            result = _times(text).dt.date()
        case _:
            result = text.cast(_DTYPES[kind], strict=False)
    return result


def unfit(column: pl.Series, result: pl.Series) -> str | None:
    """The first value of `column` that `typed` could not keep; None if it kept all."""
    source = _without_markers(column) if column.dtype == pl.String else column
    lost = source.filter(source.is_not_null() & result.is_null())
    return None if lost.is_empty() else str(lost[0])


_DTYPES: dict[ColumnType, pl.DataType] = {
    "timestamp": pl.Datetime("us"),
    "date": pl.Date(),
    "float": pl.Float64(),
    "integer": pl.Int64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
}


def _read_csv(path: Path) -> PhysicalTable:
    if foreign := foreign_text(path):
        message = (
            f"{path}: is not UTF-8: {foreign}; expected text in UTF-8, with or without a byte "
            "order mark: save it so and land it again"
        )
        raise UnreadableTableError(message)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    twice = [name for name, count in Counter(header).items() if count > 1]
    if not header:
        message = f"{path}: is empty; expected a header with the names of columns: land it again"
        raise UnreadableTableError(message)
    if twice:
        message = (
            f"{path}: has the column {', '.join(twice)} twice; expected every column once: which "
            "one is meant? Rename or remove one"
        )
        raise UnreadableTableError(message)
    rows = pl.read_csv(path, infer_schema=False)
    if rows.height:
        _refuse_short_lines(path, header)
    rows.columns = header
    kept = [one for one in header if not is_metadata(one)]
    return PhysicalTable(rows.select(kept), dict.fromkeys(kept))


def _refuse_short_lines(path: Path, header: list[str]) -> None:
    """Polars fills a short line up: of a transfer that broke off, a value cut in two would stay.

    Raises: UnreadableTableError naming the first line that has other than the header's fields.
    """
    ragged: list[pa_csv.InvalidRow] = []

    def note(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    pa_csv.read_csv(
        path,
        # One thread: only then a bad row carries its number.
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        convert_options=pa_csv.ConvertOptions(
            include_columns=header[:1], column_types={header[0]: pa.string()}
        ),
    )
    if ragged:
        first = ragged[0]
        message = (
            f"{path}: line {first.number} has {first.actual_columns} fields; expected "
            f"{len(header)}, as the header has: was the transfer cut off? Land it again, whole"
        )
        raise UnreadableTableError(message)


def _without_markers(column: pl.Series) -> pl.Series:
    text = column.str.strip_chars()
    return text.set(text.is_in(list(MISSING)), None)


def _times(text: pl.Series) -> pl.Series:
    result = pl.Series(text.name, [None] * text.len(), dtype=pl.Datetime("us"))
    frame = pl.DataFrame({"text": text})
    for pattern in _TIMES:
        if result.null_count() == text.null_count():
            break
        parsed = frame.select(
            pl.col("text").str.to_datetime(pattern, strict=False, time_unit="us").alias("at")
        )["at"]
        dtype = parsed.dtype
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            parsed = parsed.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        result = pl.select(pl.coalesce(result, parsed)).to_series()
    return result.alias(text.name)


def _native(column: pl.Series, kind: ColumnType) -> pl.Series:
    dtype = column.dtype
    if kind == "timestamp" and isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.dt.cast_time_unit("us")
    return column.cast(_DTYPES[kind])


def _type(dtype: pl.DataType) -> ColumnType | None:
    if dtype == pl.Null:
        return None
    if dtype.is_numeric():
        return "integer" if dtype.is_integer() else "float"
    named: dict[type[pl.DataType], ColumnType] = {
        pl.Boolean: "boolean",
        pl.Date: "date",
        pl.Datetime: "timestamp",
    }
    # Text; nested values land as the JSON text they are.
    return named.get(type(dtype), "string")


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Nested values as JSON text, dictionaries as the text they stand for."""
    changed = []
    for name, dtype in rows.schema.items():
        if isinstance(dtype, pl.Struct):
            changed.append(pl.col(name).struct.json_encode())
        elif isinstance(dtype, pl.List):
            wrapped = pl.struct(pl.col(name).alias("v")).struct.json_encode()
            changed.append(wrapped.str.strip_prefix('{"v":').str.strip_suffix("}").alias(name))
        elif isinstance(dtype, pl.Categorical | pl.Enum):
            changed.append(pl.col(name).cast(pl.String))
    return rows.with_columns(changed)
