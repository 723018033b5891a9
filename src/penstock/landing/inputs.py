"""A user's own files as frames of text or numbers, each recognised as one input of a mapping.

Belongs here: finding, opening and recognising CSV and Parquet files.
Does not belong here: turning their columns into a contract (`apply_mapping.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from penstock.errors import PenstockError
from penstock.landing.files import sha256_of
from penstock.landing.mapping import Input, Mapping

_SUFFIXES = (".csv", ".csv.gz", ".txt", ".parquet")


@dataclass(frozen=True)
class InputFile:
    """One opened file: `frame` has the file's own columns plus `_source_file`, `_source_row`."""

    path: Path
    input_name: str
    sha256: str
    frame: pl.DataFrame


@dataclass(frozen=True)
class RefusedFile:
    """A file that was left where it is, and why."""

    path: Path
    message: str


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The given files, and the data files directly inside given folders, by name.

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
    return sorted(set(found))


def open_inputs(
    mapping: Mapping, paths: Iterable[Path]
) -> tuple[list[InputFile], list[RefusedFile]]:
    """Open each file as the input whose columns it has; the others are refused by name."""
    opened: list[InputFile] = []
    refused: list[RefusedFile] = []
    for path in paths:
        try:
            opened.append(_open(mapping, path))
        except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError, EOFError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            refused.append(
                RefusedFile(path, f"{path}: cannot be read ({reason}); it stays as it is")
            )
        except _UnrecognisedError as error:
            refused.append(RefusedFile(path, str(error)))
    return opened, refused


class _UnrecognisedError(PenstockError):
    """A file that is none of the mapping's inputs."""


def _open(mapping: Mapping, path: Path) -> InputFile:
    attempts: list[str] = []
    for name, spec in mapping.inputs.items():
        columns = _columns(path, spec)
        missing = [column for column in spec.recognised_by if column not in columns]
        if missing:
            attempts.append(f"no column {', '.join(missing)} (input {name})")
            continue
        frame = _read(path, spec).with_row_index("_source_row", offset=1)
        marked = frame.with_columns(pl.lit(path.name).alias("_source_file"))
        return InputFile(path, name, sha256_of(path), marked)
    message = (
        f"{path}: is no input of mapping {mapping.name}: {'; '.join(attempts)}. "
        "Compare the file's header with `recognised_by` in the mapping; the file was left alone."
    )
    raise _UnrecognisedError(message)


def _columns(path: Path, spec: Input) -> list[str]:
    if path.suffix == ".parquet":
        return list(pl.read_parquet_schema(path))
    head = pl.read_csv(
        path, separator=spec.separator, infer_schema=False, n_rows=0, encoding=spec.encoding
    )
    return head.columns


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
