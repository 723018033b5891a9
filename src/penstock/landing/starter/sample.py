"""A file nobody has described yet, opened: how its text is written, and its rows.

Belongs here: separator, decimal sign, encoding, rows as text. Does not belong here: meaning.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from penstock.errors import PenstockError
from penstock.landing.convert import Notation, is_text
from penstock.landing.mapping import Entity, Input
from penstock.landing.stamps import TimeColumn

_HEAD_BYTES = 256 * 1024
_ROWS = 1_000_000
_SEPARATORS = (";", "\t", "|", ",")
_DECIMAL_COMMA = r"^-?\d{1,3}(\.?\d{3})*,\d+$"
_THOUSANDS_POINT = r"^-?\d{1,3}(\.\d{3})+,\d+$"
_DECIMAL_POINT = r"^-?\d+\.\d+$"


@dataclass(frozen=True)
class Sample:
    """One file's first million rows; `options` are entries of `inputs` that reading it needs."""

    path: Path
    frame: pl.DataFrame
    options: dict[str, object]

    @property
    def notation(self) -> Notation:
        """How its numbers are written."""
        mark = self.options.get("thousands_mark")
        return Notation(
            bool(self.options.get("decimal_comma")), None if mark is None else str(mark)
        )


def read_sample(path: Path) -> Sample:
    """Open a CSV or Parquet file without a mapping.

    Raises: PenstockError when it cannot be read as either, or has no rows.
    """
    try:
        sample = _parquet(path) if path.suffix == ".parquet" else _text(path)
    except (pl.exceptions.PolarsError, OSError, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"{path}: cannot be read ({reason}); give a CSV (.csv, .csv.gz, .txt) or Parquet"
        raise PenstockError(message) from error
    if sample.frame.is_empty():
        message = f"{path}: has no rows to guess from; give a file with some"
        raise PenstockError(message)
    return sample


def _parquet(path: Path) -> Sample:
    return Sample(path, pl.scan_parquet(path).head(_ROWS).collect(), {})


def _text(path: Path) -> Sample:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    options: dict[str, object] = {}
    try:
        # The last character may be cut in two.
        text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        text = head.decode("utf-8", errors="replace")
        options["encoding"] = "utf8-lossy"
    separator = _separator(text)
    if separator != ",":
        options["separator"] = separator
    frame = _frame(path, options)
    if separator != "," and _has_decimal_commas(frame):
        options["decimal_comma"] = True
        if _has(frame, _THOUSANDS_POINT):
            options["thousands_mark"] = "."
    return Sample(path, frame, options)


def _frame(path: Path, options: dict[str, object]) -> pl.DataFrame:
    # Read as landing will read it: the same nulls, every column as text.
    spec = Input.model_validate(
        {
            "recognised_by": ["any"],
            "time": TimeColumn(column="any"),
            "entity": Entity(constant="any"),
            **options,
        }
    )
    return pl.read_csv(
        path,
        separator=spec.separator,
        infer_schema=False,
        encoding=spec.encoding,
        null_values=spec.null_values,
        n_rows=_ROWS,
    )


def _separator(text: str) -> str:
    """The sign that parts the first lines into the same number of cells, the more the better."""
    lines = text.splitlines()[:50]
    lines = lines[:-1] if len(lines) > 1 else lines

    def cells(separator: str) -> int:
        widths = {len(row) for row in csv.reader(lines, delimiter=separator) if row}
        return widths.pop() if len(widths) == 1 else 1

    return max(_SEPARATORS, key=lambda one: (cells(one), one == ","))


def _has_decimal_commas(frame: pl.DataFrame) -> bool:
    return _has(frame, _DECIMAL_COMMA) and not _has(frame, _DECIMAL_POINT)


def _has(frame: pl.DataFrame, pattern: str) -> bool:
    """Whether a cell of the first rows is written so."""
    text = frame.head(1000).select(
        [pl.col(name) for name, dtype in frame.schema.items() if is_text(dtype)]
    )
    return bool(text.width) and any(text.select(pl.all().str.contains(pattern).any()).row(0))
