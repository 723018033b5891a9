"""Files written whole or not at all, and how they are named and recognised.

Belongs here: partition file names, atomic writing, hashes of files, what is no UTF-8 in one,
Parquet with fixed options.
Does not belong here: what a table's rows mean.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_NAME = re.compile(
    r"^(?P<table>[a-z][a-z0-9_]*)_(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:\.(?P<source>(?!r\d+\.)[A-Za-z0-9_-]+))?(?:\.r(?P<revision>[1-9]\d*))?\.parquet$"
)
METADATA_PREFIX = "penstock."
_SHOWN = 40


@dataclass(frozen=True)
class PartitionName:
    """`<table>_YYYY-MM-DD[.<source>][.r<revision>].parquet`; revision 1 is not written."""

    table: str
    day: date
    source: str | None = None
    revision: int = 1

    @property
    def file_name(self) -> str:
        """The name as a file name."""
        source = f".{self.source}" if self.source else ""
        revision = f".r{self.revision}" if self.revision > 1 else ""
        return f"{self.table}_{self.day.isoformat()}{source}{revision}.parquet"

    @classmethod
    def parse(cls, file_name: str) -> "PartitionName | None":
        """The parts of a file name; None if it is not a partition's."""
        match = _NAME.match(file_name)
        if match is None:
            return None
        try:
            day = date.fromisoformat(match["day"])
        except ValueError:
            return None
        return cls(match["table"], day, match["source"], int(match["revision"] or 1))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, make it durable, then rename it.

    A reader sees the old file or the new one, never a part; a killed writer leaves only a
    hidden temporary file, which the next write of the same path replaces.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text as UTF-8, its line ends as they are, whole or not at all."""
    write_atomically(path, lambda temporary: _put(temporary, text.encode("utf-8")))


def write_parquet(path: Path, table: pa.Table, metadata: Mapping[str, str]) -> None:
    """Write a table atomically; equal content and metadata give equal bytes.

    `metadata` goes into the file's key-value metadata under the prefix `penstock.`.
    """
    named = {f"{METADATA_PREFIX}{key}": value for key, value in sorted(metadata.items())}
    stamped = table.replace_schema_metadata(named)
    write_atomically(
        path,
        lambda temporary: pq.write_table(
            stamped, temporary, version="2.6", compression="zstd", row_group_size=1_048_576
        ),
    )


def read_metadata(schema: pa.Schema) -> dict[str, str]:
    """The `penstock.` metadata of a Parquet file's schema, without the prefix.

    Raises: UnicodeDecodeError when they are no text; what other programs left is not looked at.
    """
    prefix = METADATA_PREFIX.encode()
    return {
        key.removeprefix(prefix).decode(): value.decode()
        for key, value in (schema.metadata or {}).items()
        if key.startswith(prefix)
    }


def foreign_text(path: Path) -> str:
    """Where a file first is no UTF-8: line, byte, and what stands before it; empty if it is."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                before = line[max(0, error.start - _SHOWN) : error.start].decode("utf-8", "replace")
                return f"line {number} has the byte 0x{line[error.start]:02x} after {before!r}"
    return ""


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
