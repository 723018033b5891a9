"""A received CSV file as text, every row or none.

Belongs here: reading one file strictly, what its columns look like. Does not belong here: where
files lie; what a value means.

Reading is strict because the lenient readers lose rows: a last line without line end, a line that
was cut off in a transfer, a byte that is no UTF-8 are either read right or named.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError
from penstock.landing.files import foreign_text

_NAMED = 5


class UnreadableFileError(PenstockError):
    """A received file that cannot be used: empty, cut off, without a column, no UTF-8."""


@dataclass(frozen=True)
class CsvContent:
    """The rows of a file as text (`table`: the contract's columns), and what they look like.

    `types`: column to integer, decimal, date or text. `ignored`: columns no contract asks for.
    """

    table: pa.Table
    types: dict[str, str]
    ignored: tuple[str, ...]


def read_csv(path: Path, contract: Contract, *, name: str) -> CsvContent:
    """All rows of a comma-separated UTF-8 file; an empty field is null, nothing else is.

    `name` is what the file is called in messages.

    Raises: UnreadableFileError naming the file, what was expected and what to do.
    """
    try:
        table = _parse(path, name)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if foreign := foreign_text(path):
            raise _unreadable(name, f"is not UTF-8: {foreign}") from error
        reason = str(error).splitlines()[0]
        raise _unreadable(name, f"cannot be read as CSV in UTF-8 ({reason})") from error
    names = {one.strip().casefold(): one for one in table.column_names}
    if len(names) < table.num_columns:
        raise _unreadable(name, f"names a column twice ({', '.join(table.column_names)})")
    lost = [one for one in contract.by_name if one.casefold() not in names]
    if lost:
        raise _unreadable(
            name,
            f"has no column {', '.join(lost)} (found {', '.join(table.column_names)}; expected "
            f"{', '.join(contract.by_name)})",
        )
    if table.num_rows == 0:
        raise _unreadable(name, "has a header and no rows")
    mine = {one: names[one.casefold()] for one in contract.by_name}
    kept = table.select(list(mine.values())).rename_columns(list(mine))
    ignored = tuple(one for one in table.column_names if one not in mine.values())
    return CsvContent(kept, _types(kept), ignored)


def _parse(path: Path, name: str) -> pa.Table:
    if path.stat().st_size == 0:
        raise _unreadable(name, "is empty")
    ragged: list[pa_csv.InvalidRow] = []

    def note(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    with path.open(encoding="utf-8-sig") as file:
        header = next(csv.reader([file.readline().rstrip("\n")]), [])
    table = pa_csv.read_csv(
        path,
        # One thread: only then a bad row carries its number.
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    if ragged:
        listed = "; ".join(
            f"line {row.number} has {row.actual_columns} fields: {row.text[:60]!r}"
            for row in ragged[:_NAMED]
        )
        raise _unreadable(
            name,
            f"has {len(ragged):,} lines that are not {table.num_columns} fields long ({listed})",
        )
    return table


def _unreadable(name: str, problem: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name}: {problem}; have it sent again and land it: until then "
        "the last release stays current"
    )


def _types(table: pa.Table) -> dict[str, str]:
    frame = pl.DataFrame(pl.from_arrow(table))
    return {name: _type(frame[name]) for name in frame.columns}


def _type(values: pl.Series) -> str:
    """What every value that is there can be read as."""
    present = values.drop_nulls().str.strip_chars()
    if present.is_empty():
        return "text"
    if present.cast(pl.Int64, strict=False).null_count() == 0:
        return "integer"
    if present.cast(pl.Float64, strict=False).null_count() == 0:
        return "decimal"
    if present.str.to_date("%Y-%m-%d", strict=False).null_count() == 0:
        return "date"
    return "text"
