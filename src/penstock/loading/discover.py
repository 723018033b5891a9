"""Finding what is new in `data/raw/`: files the ledger does not know in their present form.

Belongs here: comparing the folder with the ledger. Does not belong here: opening tables.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from penstock.contracts.product import DROPPED
from penstock.landing.files import PartitionName, read_metadata, sha256_of
from penstock.ledger import Delivery

_PARQUET = ".parquet"


@dataclass(frozen=True)
class PendingFile:
    """A file to load. `schema` is None when the file cannot be read.

    `problem` says why it cannot be loaded: it cannot be read, or has a name of another kind.
    """

    path: Path
    delivery: Delivery
    duplicates: str
    schema: pa.Schema | None
    problem: str = ""


def pending_files(
    raw_dir: Path, tables: Iterable[str], known: Iterable[Delivery], *, run_id: str
) -> list[PendingFile]:
    """Files that are not loaded, or have changed since, by name.

    A file is unchanged if its size and modification time are, or else its SHA-256. Hidden files
    (being written) are not looked at, nor are folders, unless they are named like a file: some
    writers make a folder of parts, whose rows would be missing without a word. A file the ledger
    does not know gets its delivery time here, once: from its own metadata, else from its
    modification time.
    """
    by_id = {delivery.delivery_id: delivery for delivery in known}
    pending: list[PendingFile] = []
    for table in tables:
        folder = raw_dir / table
        if not folder.exists():
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or (path.is_dir() and path.suffix != _PARQUET):
                continue
            before = by_id.get(f"{table}/{_text(path.name)}")
            if before is None or not _is_unchanged(path, before):
                pending.append(_pending(path, table, run_id=run_id))
    return pending


def _is_unchanged(path: Path, before: Delivery) -> bool:
    if before.status not in ("loaded", "rejected"):
        return False
    stat = _stat(path)
    if (stat.st_size, stat.st_mtime_ns) == (before.bytes, before.modified_ns):
        return True
    try:
        return _sha256(path) == before.sha256
    except OSError:
        return False


def _pending(path: Path, table: str, *, run_id: str) -> PendingFile:
    stat = _stat(path)
    name = PartitionName.parse(path.name)
    schema: pa.Schema | None = None
    metadata: dict[str, str] = {}
    delivered_at = datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    problem = ""
    sha256 = ""
    if name is None or name.table != table:
        problem = (
            f"{_text(str(path))}: is not named like a partition; expected "
            f"{table}_YYYY-MM-DD[.source][.rN].parquet: rename it, or land it with a mapping"
        )
    try:
        sha256 = _sha256(path)
        found = pq.read_schema(path)
        metadata = read_metadata(found)
        delivered_at = _delivered_at(metadata) or delivered_at
        schema = found
    except (OSError, ValueError, OverflowError, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        problem = problem or (
            f"{_text(str(path))}: cannot be read as Parquet ({reason}); expected a complete "
            "Parquet file: write it again under the same name and load"
        )
    delivery = Delivery(
        delivery_id=f"{table}/{_text(path.name)}",
        table_name=table,
        status="landed",
        source=metadata.get("source", DROPPED),
        sha256=sha256,
        bytes=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        delivered_at=delivered_at,
        run_id=run_id,
    )
    duplicates = metadata.get("duplicates", "keep_last")
    if _text(path.name) != path.name:
        # No account can hold such a name: the file is refused under the one that is shown.
        return PendingFile(Path(_text(str(path))), delivery, duplicates, None, problem)
    return PendingFile(path, delivery, duplicates, schema, problem)


def _sha256(path: Path) -> str:
    """As `sha256_of`; a pipe, whose end never comes, is not opened."""
    if path.is_dir():
        raise OSError("a folder: write its rows as one file")
    if not path.is_file():
        raise OSError("no file, or a link to one that is gone")
    return sha256_of(path)


def _stat(path: Path) -> os.stat_result:
    """Size and times of a file; of the link itself where what it points to is gone."""
    return path.stat() if path.exists() else path.lstat()


def _delivered_at(metadata: dict[str, str]) -> datetime | None:
    """The delivery time a file carries, naive UTC. Raises: ValueError when it is no time."""
    text = metadata.get("delivered_at")
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _text(name: str) -> str:
    """A file name as text that can be stored, whatever bytes it is made of."""
    return os.fsencode(name).decode(errors="replace")
