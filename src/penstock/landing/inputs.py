"""A user's own files as frames of text or numbers, each recognised as one input of a mapping.

Belongs here: finding, recognising and opening CSV and Parquet files; whether their columns can be
what the mapping says.
Does not belong here: turning their columns into a contract (`apply_mapping.py`).
"""

import codecs
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError
from penstock.landing.convert import is_text
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.files import sha256_of
from penstock.landing.mapping import Input, Mapping

WORKING_PREFIX = "_penstock_"
"""Columns that landing adds to a file's own while it works; no file's column may start so."""

_SUFFIXES = (".csv", ".csv.gz", ".txt", ".parquet")


@dataclass(frozen=True)
class RecognisedFile:
    """One file that is an input of the mapping; `position` is its place among the files given."""

    path: Path
    input_name: str
    position: int


@dataclass(frozen=True)
class InputFile:
    """One opened file: `frame` has the file's own columns plus `_source_file`, `_source_row`."""

    path: Path
    input_name: str
    position: int
    sha256: str
    frame: pl.DataFrame


@dataclass(frozen=True)
class RefusedFile:
    """A file that was left where it is, and why."""

    path: Path
    message: str


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files in the order given, each once; of a folder the data files inside it, by name.

    Raises: PenstockError for a path that does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if one.name.endswith(_SUFFIXES))
        elif path.exists():
            found.append(path)
        else:
            message = f"{path}: does not exist; give files or folders to land."
            raise PenstockError(message)
    once: dict[Path, Path] = {}
    for path in found:
        once.setdefault(path.resolve(), path)
    return list(once.values())


def recognise(
    mapping: Mapping, paths: Sequence[Path], contracts: MappingOf[str, Contract]
) -> tuple[list[RecognisedFile], list[RefusedFile]]:
    """Each file as the input whose columns it has, by its header; the others are refused by name.

    A file is refused too when a column the mapping wants is missing or cannot be what it should.
    """
    recognised: list[RecognisedFile] = []
    refused: list[RefusedFile] = []
    for position, path in enumerate(paths):
        try:
            name = _recognise(mapping, path, contracts)
        except _UnrecognisedError as error:
            refused.append(RefusedFile(path, str(error)))
        except _UNREADABLE as error:
            refused.append(_unreadable(path, error))
        else:
            recognised.append(RecognisedFile(path, name, position))
    return recognised, refused


def open_file(mapping: Mapping, file: RecognisedFile) -> InputFile | RefusedFile:
    """The file with all its rows, or why it cannot be read."""
    try:
        frame = _read(file.path, mapping.inputs[file.input_name])
        sha256 = sha256_of(file.path)
    except _UNREADABLE as error:
        return _unreadable(file.path, error)
    marked = frame.with_row_index("_source_row", offset=1).with_columns(
        pl.lit(file.path.name).alias("_source_file")
    )
    return InputFile(file.path, file.input_name, file.position, sha256, marked)


# What Polars calls the second of two columns of one name; it reads the first.
_SECOND = "_duplicated_0"
_UNREADABLE = (pl.exceptions.PolarsError, OSError, UnicodeDecodeError, EOFError)


def _unreadable(path: Path, error: BaseException) -> RefusedFile:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    message = (
        f"{path}: cannot be read ({reason}); expected a whole CSV or Parquet file, written as "
        "the mapping says (`separator`, `encoding`): mend either and land again; it was left alone"
    )
    return RefusedFile(path, message)


class _UnrecognisedError(PenstockError):
    """A file that is none of the mapping's inputs, or not as the mapping says."""


def _recognise(mapping: Mapping, path: Path, contracts: MappingOf[str, Contract]) -> str:
    _check_kind(path)
    attempts: list[str] = []
    for name, spec in mapping.inputs.items():
        schema = _schema(path, spec)
        missing = [column for column in spec.recognised_by if column not in schema]
        if missing:
            attempts.append(f"no column {', '.join(missing)} (input {name})")
            continue
        problems = list(_problems(mapping, name, schema, contracts))
        if problems:
            listed = "; ".join(problems)
            message = f"{path}: {listed}. Its columns are {list(schema)}; the file was left alone."
            raise _UnrecognisedError(message)
        return name
    message = (
        f"{path}: is no input of mapping {mapping.name}: {'; '.join(attempts)}. "
        "Compare the file's header with `recognised_by` in the mapping; the file was left alone."
    )
    raise _UnrecognisedError(message)


def _check_kind(path: Path) -> None:
    """Refuse what is not to be opened, or is text of another width than every reader here takes."""
    if not path.is_file():
        message = f"{path}: is no file; expected a CSV or Parquet file; it was left alone."
        raise _UnrecognisedError(message)
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            message = f"{path}: is UTF-16; expected UTF-8: write it as that; it was left alone."
            raise _UnrecognisedError(message)


def _problems(
    mapping: Mapping,
    name: str,
    schema: MappingOf[str, pl.DataType],
    contracts: MappingOf[str, Contract],
) -> Iterator[str]:
    """What is wrong with the columns of a file that was recognised as an input."""
    spec = mapping.inputs[name]
    for column in schema:
        if column in SOURCE_COLUMNS or column.startswith(WORKING_PREFIX):
            yield f"column {column!r} has a name that Penstock uses itself; rename it"
    for where, column, kind in _wanted(mapping, name, contracts):
        if column not in schema:
            yield f"has no column {column!r}, which the mapping wants for {where}; correct either"
            continue
        if f"{column}{_SECOND}" in schema:
            yield f"has column {column!r} twice, the mapping wants it for {where}; rename one"
        dtype = schema[column]
        expected = None
        if kind == "time":
            expected = _unlike_time(dtype, spec)
        elif dtype.is_nested() or isinstance(dtype, pl.Binary):
            expected = f"a {kind}"
        elif kind == "number" and not (
            is_text(dtype) or dtype.is_numeric() or isinstance(dtype, pl.Null)
        ):
            expected = "a number, or text that is one"
        if expected is not None:
            yield f"column {column!r} is {dtype}, {where} wants {expected}"


def _wanted(
    mapping: Mapping, name: str, contracts: MappingOf[str, Contract]
) -> Iterator[tuple[str, str, str]]:
    """Where the mapping wants which column of an input, and as what: time, text or number."""
    spec = mapping.inputs[name]
    yield f"inputs.{name}.time", spec.time.column, "time"
    if spec.entity is not None and spec.entity.column is not None:
        yield f"inputs.{name}.entity", spec.entity.column, "text"
    for table, mapped in mapping.tables.items():
        for target, source in mapped.columns.items():
            if source.column is not None and (source.input or mapped.input) == name:
                text = contracts[table].by_name[target].type == "string"
                yield f"{table}.{target}", source.column, "text" if text else "number"


def _unlike_time(dtype: pl.DataType, spec: Input) -> str | None:
    """What should have been there when a column of this type cannot be the time; else None."""
    if isinstance(dtype, pl.Datetime | pl.Date):
        aware = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
        if aware or spec.time.zone != "offset":
            return None
        return (
            "stamps with an offset under `zone: offset`; these have none: say in `zone` which "
            "clock they follow (UTC, an IANA name, a fixed offset)"
        )
    return None if is_text(dtype) else "a timestamp, a date, or text; write it as one of these"


def _schema(path: Path, spec: Input) -> dict[str, pl.DataType]:
    if path.suffix == ".parquet":
        return dict(pl.read_parquet_schema(path))
    head = pl.read_csv(
        path, separator=spec.separator, infer_schema=False, n_rows=0, encoding=spec.encoding
    )
    return dict(head.schema)


def _read(path: Path, spec: Input) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    # Every column as text: what a cell means is decided per column, where a wrong one is named.
    return pl.read_csv(
        path,
        separator=spec.separator,
        infer_schema=False,
        encoding=spec.encoding,
        null_values=spec.null_values,
    )
