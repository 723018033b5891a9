"""Finding what is new in `data/raw/`: files the ledger does not know in their present form.

Belongs here: comparing the folder with the ledger. Does not belong here: opening tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from penstock.landing.files import PartitionName, read_metadata, sha256_of
from penstock.ledger import Delivery


@dataclass(frozen=True)
class PendingFile:
    """A file to load. `schema` is None when the file cannot be read; `problem` says why."""

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
    (being written) are not looked at. A file the ledger does not know gets its delivery time
    here, once: from its own metadata, else from its modification time.
    """
    by_id = {delivery.delivery_id: delivery for delivery in known}
    pending: list[PendingFile] = []
    for table in tables:
        folder = raw_dir / table
        if not folder.exists():
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.is_dir():
                continue
            before = by_id.get(f"{table}/{path.name}")
            stat = path.stat()
            if before is not None and before.status in ("loaded", "rejected"):
                if (stat.st_size, stat.st_mtime_ns) == (before.bytes, before.modified_ns):
                    continue
                if sha256_of(path) == before.sha256:
                    continue
            pending.append(_pending(path, table, run_id=run_id))
    return pending


def _pending(path: Path, table: str, *, run_id: str) -> PendingFile:
    stat = path.stat()
    name = PartitionName.parse(path.name)
    schema: pa.Schema | None = None
    problem = ""
    sha256 = ""
    if name is None or name.table != table:
        problem = (
            f"{path}: is not named like a partition; expected "
            f"{table}_YYYY-MM-DD[.source][.rN].parquet: rename it, or land it with a mapping"
        )
    try:
        sha256 = sha256_of(path)
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        problem = problem or (
            f"{path}: cannot be read as Parquet ({reason}); expected a complete Parquet file: "
            "write it again under the same name and load"
        )
    metadata = read_metadata(schema) if schema is not None else {}
    modified = datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    delivered_at = metadata.get("delivered_at")
    delivery = Delivery(
        delivery_id=f"{table}/{path.name}",
        table_name=table,
        status="landed",
        source=metadata.get("source", name.source if name and name.source else "dropped"),
        sha256=sha256,
        bytes=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        delivered_at=datetime.fromisoformat(delivered_at) if delivered_at else modified,
        run_id=run_id,
    )
    duplicates = metadata.get("duplicates", "keep_last")
    return PendingFile(path, delivery, duplicates, None if problem else schema, problem)
