"""The corpus of bad input, first part: files dropped into `raw/weather/`.

Each kind is one file (48 rows if whole) and what becomes of it; `docs/bad-input.md` lists them.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf, nan
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from support.worlds import FIRST_DAY, weather

ROWS = 48
_MANY = 40_000


@dataclass(frozen=True)
class BadFile:
    """One kind: how to write it at the path it gets, and what is to become of its rows.

    `rejected` files are not loaded at all; `says` is part of the message or expectation.
    """

    kind: str
    write: Callable[[Path], None]
    accepted: int = ROWS
    refused: Mapping[str, int] = field(default_factory=dict)
    says: str = ""
    file_name: str = ""
    rejected: bool = False
    ignored: bool = False

    @property
    def outcome(self) -> str:
        """What the page says becomes of it."""
        if self.ignored:
            return "not looked at"
        if self.rejected:
            return "file rejected"
        refused = ", ".join(f"`{reason}`" for reason in self.refused)
        return f"rows refused: {refused}" if refused else "stored"

    @property
    def name(self) -> str:
        """The file's name in `raw/weather/`."""
        slug = "".join(c if c.isalnum() else "-" for c in self.kind.lower())
        return self.file_name or f"weather_{FIRST_DAY}.{slug}.parquet"


def frame(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path], None]:
    """A writer of the good rows, changed."""

    def write(path: Path) -> None:
        with path.open("wb") as file:  # a name that is no text is none to Polars either
            change(weather()).write_parquet(file)

    return write


def raw(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A writer of a good file's bytes, changed."""

    def write(path: Path) -> None:
        weather().write_parquet(path)
        path.write_bytes(change(path.read_bytes()))

    return write


def first(column: str, value: object, *, rows: int = 1) -> Callable[[Path], None]:
    """A writer of the good rows with another value in the first ones."""

    def change(good: pl.DataFrame) -> pl.DataFrame:
        changed = pl.when(pl.int_range(pl.len()) < rows).then(pl.lit(value))
        return good.with_columns(changed.otherwise(column).alias(column))

    return frame(change)


def _damaged(content: bytes) -> bytes:
    damaged = bytearray(content)
    damaged[40:400] = bytes(360)  # the footer stays readable, the pages do not
    return bytes(damaged)


def _no_text(path: Path) -> None:
    table = weather().to_arrow(compat_level=pl.CompatLevel.oldest())
    latin1 = pa.array([b"wind_\xe4"] * ROWS, pa.binary()).view(pa.string())
    index = table.schema.get_field_index("asset_id")
    pq.write_table(table.set_column(index, "asset_id", latin1), path)


def _own_account(path: Path) -> None:
    table = weather().to_arrow().replace_schema_metadata({b"penstock.source": b"\xff\xfe"})
    pq.write_table(table, path)


def _huge_row_group(path: Path) -> None:
    many = weather(date(2020, 1, 1), _MANY // ROWS + 1).head(_MANY)
    pq.write_table(many.to_arrow(), path, row_group_size=_MANY)


def _link(path: Path) -> None:
    target = path.parent.parent.parent / "elsewhere.parquet"
    weather().write_parquet(target)
    path.symlink_to(target)


def _in_denver(good: pl.DataFrame) -> pl.DataFrame:
    zoned = pl.col("timestamp").dt.replace_time_zone("UTC")
    return good.with_columns(zoned.dt.convert_time_zone("America/Denver"))


def _ghi_twice(path: Path) -> None:
    good = weather().to_arrow()
    pq.write_table(good.append_column("ghi", good["ghi"]), path)


def _locked(path: Path) -> None:
    weather().write_parquet(path)
    path.chmod(0)


def stored(kind: str, write: Callable[[Path], None], *, rows: int = ROWS) -> BadFile:
    """A kind that is taken in, every row of it."""
    return BadFile(kind, write, accepted=rows)


def rejected(
    kind: str, write: Callable[[Path], None], says: str, *, file_name: str = ""
) -> BadFile:
    """A kind that is left where it is and named."""
    return BadFile(kind, write, accepted=0, says=says, file_name=file_name, rejected=True)


def refused(
    kind: str,
    write: Callable[[Path], None],
    reason: str,
    says: str,
    *,
    rows: int = 1,
    of: int = ROWS,
) -> BadFile:
    """A kind of which some rows are refused for a reason, the others taken in."""
    return BadFile(kind, write, accepted=of - rows, refused={reason: rows}, says=says)


HALF_PAST = datetime(2025, 3, 1, 0, 30)
GRID = "a multiple of the asset's interval_minutes"
WHOLE = frame(lambda good: good)
BAD_FILES: tuple[BadFile, ...] = (
    rejected("Truncated Parquet", raw(lambda b: b[: len(b) // 2]), "cannot be read as Parquet"),
    rejected("Damaged pages, whole footer", raw(_damaged), "breaks off while reading"),
    rejected("Empty file", raw(lambda _: b""), "expected a complete Parquet file"),
    stored("Zero rows", frame(lambda f: f.head(0)), rows=0),
    rejected("CSV named .parquet", lambda path: weather().write_csv(path), "cannot be read"),
    rejected("File still being written", raw(lambda b: b[:-8]), "again under the same name"),
    BadFile("Hidden file", WHOLE, file_name=".weather.partial", ignored=True),
    rejected("Text in a column of numbers", first("ghi", "sunny"), "column ghi is large_string"),
    rejected(
        "Time as text", frame(lambda f: f.cast({"timestamp": pl.String()})), "is large_string"
    ),
    rejected(
        "Nested column",
        frame(lambda f: f.with_columns(ghi=pl.concat_list("ghi", "ghi"))),
        "column ghi is large_list",
    ),
    rejected("Missing key column", frame(lambda f: f.drop("asset_id")), "has no column asset_id"),
    rejected("Column named twice", _ghi_twice, "names column ghi twice"),
    rejected("No measure", frame(lambda f: f.select("asset_id", "timestamp")), "has none of the"),
    stored("Missing measure", frame(lambda f: f.drop("ghi"))),
    stored("Extra columns", frame(lambda f: f.with_columns(_note=pl.lit("x"), extra=pl.lit(1)))),
    stored(
        "Other number types",
        frame(lambda f: f.cast({"ghi": pl.Int16(), "temperature_c": pl.Decimal(9, 3)})),
    ),
    stored("Text as categories", frame(lambda f: f.cast({"asset_id": pl.Categorical()}))),
    rejected("Non-UTF-8 text in Parquet", _no_text, "breaks off while reading"),
    refused(
        "Equal duplicates",
        frame(lambda f: pl.concat([f, f.head(3)])),
        "duplicate_identical",
        "one row per key",
        rows=3,
        of=ROWS + 3,
    ),
    refused(
        "Different duplicates",
        frame(lambda f: pl.concat([f, f.head(3).with_columns(ghi=pl.lit(7.0))])),
        "duplicate_kept_last",
        "one row per key",
        rows=3,
        of=ROWS + 3,
    ),
    refused("Null time", first("timestamp", None), "missing_value", "a value in every row"),
    refused("Null asset", first("asset_id", None), "missing_value", "a value in every row"),
    refused("NaN", first("ghi", nan), "not_finite", "a finite number or nothing"),
    refused("Infinity", first("ghi", inf), "not_finite", "a finite number or nothing"),
    refused("Unknown choice", first("source_class", "hearsay"), "unknown_value", "one of onsite"),
    refused("Unknown asset", first("asset_id", "stranger"), "unknown_asset", "land the asset"),
    refused("Stamp off the grid", first("timestamp", HALF_PAST), "off_the_grid", GRID),
    refused(
        "Stamp with microseconds",
        first("timestamp", datetime(2025, 3, 1, microsecond=1)),
        "off_the_grid",
        GRID,
    ),
    refused(
        "Mixed intervals",
        frame(lambda f: pl.concat([f, f.with_columns(pl.col("timestamp").dt.offset_by("30m"))])),
        "off_the_grid",
        GRID,
        rows=ROWS,
        of=2 * ROWS,
    ),
    refused(
        "Logger reset to 1970",
        first("timestamp", datetime(1970, 1, 1)),
        "before_operation",
        "a time after 2018-12-31",
    ),
    refused("Year 1", first("timestamp", datetime(1, 1, 1)), "before_operation", "a time after"),
    refused(
        "Year 2099",
        first("timestamp", datetime(2099, 1, 1)),
        "after_delivery",
        "a time before its delivery",
    ),
    stored("Stamps with a zone", frame(_in_denver)),
    stored("Impossible values", first("temperature_c", -273.2)),
    stored(
        "Rows of another day than the name",
        frame(lambda f: f.with_columns(pl.col("timestamp").dt.offset_by("-1d"))),
    ),
    stored("Huge row group", _huge_row_group, rows=_MANY),
    stored("Symbolic link", _link),
    rejected(
        "Link to nothing", lambda path: path.symlink_to(path.parent / "nowhere"), "cannot be read"
    ),
    rejected("Pipe", os.mkfifo, "no file"),
    rejected("Folder named like a file", Path.mkdir, "a folder: write its rows as one file"),
    rejected("Unreadable file", _locked, "Permission denied"),
    rejected("Metadata that are no text", _own_account, "cannot be read"),
    rejected("Name of no partition", WHOLE, "weather_YYYY-MM-DD", file_name="wetter.parquet"),
    rejected(
        "Name of another table",
        WHOLE,
        "weather_YYYY-MM-DD",
        file_name="generation_2025-03-01.parquet",
    ),
    rejected("Name that is no text", WHOLE, "is not named like", file_name="\udcff.parquet"),
    rejected(
        "Day that does not exist",
        WHOLE,
        "is not named like",
        file_name="weather_2025-02-30.parquet",
    ),
)
