"""Receiving drops: folders with `source_crm` and `source_erp`, file by file.

Belongs here: finding the inputs in a drop, keeping each file, turning a good one into landed
Parquet. Does not belong here: the store itself (`receipts.py`); loading.

Killed anywhere, receiving again completes it: the store and the Parquet file are written whole,
and a file counts as received when its line is in the journal.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG
from typing import Literal

import pyarrow as pa

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.files import PartitionName, sha256_of, write_parquet
from penstock.ledger import Delivery, Ledger
from penstock.loading.retract import retract_deliveries
from penstock.products.sales.contracts import INPUTS, Input
from penstock.products.sales.read_csv import CsvContent, UnreadableFileError, read_csv
from penstock.products.sales.receipts import (
    Receipt,
    keep,
    present_set,
    receipts,
    record,
    stored_file,
)
from penstock.settings import Settings

Status = Literal["new", "unchanged", "failed"]


@dataclass(frozen=True)
class ReceivedFile:
    """A file of a drop and what became of it."""

    receipt: Receipt
    status: Status


@dataclass(frozen=True)
class Received:
    """The account of a drop: its files, and files in it that no input is made of."""

    files: tuple[ReceivedFile, ...]
    unknown: tuple[Path, ...] = ()

    @property
    def failed(self) -> tuple[ReceivedFile, ...]:
        """Files that cannot be used."""
        return tuple(one for one in self.files if one.status == "failed")


@dataclass(frozen=True)
class Place:
    """Where files are received, under which run. `received_at` is simulated for mock files."""

    product: Product
    settings: Settings
    ledger: Ledger
    run_id: str
    is_mock: bool = False
    received_at: datetime | None = None

    def present(self) -> dict[str, Receipt]:
        """The set that counts now, by table."""
        return present(self.product, self.settings, self.ledger)

    def next_moment(self) -> datetime:
        """Now (naive UTC), and later than every receipt before: the order of receipts counts."""
        if self.received_at is not None:
            return self.received_at
        known = [
            datetime.fromisoformat(one.received_at) for one in receipts(self.product, self.settings)
        ]
        now = datetime.now(UTC).replace(tzinfo=None)
        return max([now, *(one + timedelta(milliseconds=1) for one in known)])


def receive(place: Place, folders: Sequence[Path]) -> Received:
    """Receive every input that lies in the folders, while the writer's lock is held.

    A file whose content is the one that counts already is unchanged and not kept again. Of two
    folders with the same input the later one wins. Real files make mock ones leave.

    Raises: PenstockError when a folder holds no input at all.
    """
    looked = [_look_into(folder) for folder in folders]
    done = [_receive_one(place, one, paths) for found, _ in looked for one, paths in found.items()]
    if done and not place.is_mock:
        _drive_mock_out(place)
    return Received(tuple(done), tuple(path for _, unknown in looked for path in unknown))


def try_again(place: Place) -> Iterator[Receipt]:
    """Read the files once more that could not be used; yields those that now can be."""
    for receipt in place.present().values():
        kept = stored_file(place.product, place.settings, receipt.sha256)
        if receipt.error and kept.exists():
            one = _land(place, replace(receipt, run_id=place.run_id, error=""), kept)
            if not one.error:
                record(place.product, place.settings, one)
                yield one


def present(product: Product, settings: Settings, ledger: Ledger) -> dict[str, Receipt]:
    """The set that counts now, by table."""
    retracted = {one.delivery_id for one in ledger.deliveries() if not one.stands}
    return present_set(receipts(product, settings), retracted=retracted)


def has_inputs(folder: Path) -> bool:
    """Whether an input lies in a drop folder; none does if there is no folder."""
    return folder.is_dir() and bool(_systems(folder)) and bool(_look_into(folder)[0])


def _systems(folder: Path) -> Mapping[str, Path]:
    """The folders of source systems in a drop, by name."""
    known = {one.folder for one in INPUTS}
    return {one.name: one for one in sorted(folder.iterdir()) if one.name in known and one.is_dir()}


def _look_into(folder: Path) -> tuple[dict[Input, list[Path]], list[Path]]:
    """The inputs that lie in a drop, with the files that have their name; and other files."""
    if not folder.is_dir() or not (systems := _systems(folder)):
        expected = ", ".join(sorted({one.folder for one in INPUTS}))
        message = (
            f"{folder}: expected a folder with {expected} in it: name the folder that holds them"
        )
        raise PenstockError(message)
    by_name = {(one.folder, one.file_name.casefold()): one for one in INPUTS}
    found: dict[Input, list[Path]] = {}
    strangers: list[Path] = []
    for name, path in systems.items():
        for file in sorted(path.iterdir()):
            one = by_name.get((name, file.name.casefold()))
            if one is not None:
                found.setdefault(one, []).append(file)
            elif not file.name.startswith("."):
                strangers.append(file)
    return found, strangers


def _receive_one(place: Place, one: Input, paths: Sequence[Path]) -> ReceivedFile:
    path = paths[0]
    before = place.present().get(one.contract.table)
    moment = place.next_moment().isoformat()
    receipt = Receipt(
        table=one.contract.table,
        source_system=one.source_system,
        name=one.path,
        source=MOCK if place.is_mock else one.source_system,
        sha256="",
        bytes=0,
        modified_at=moment,
        received_at=moment,
        run_id=place.run_id,
    )
    if len(paths) > 1:
        names = " and ".join(file.name for file in paths)
        problem = (
            f"{one.path}: {path.parent} holds {names}, one name in several spellings; expected one "
            "file: leave the right one there and land again"
        )
        receipt = replace(receipt, error=problem)
        record(place.product, place.settings, receipt)
        return ReceivedFile(receipt, "failed")
    try:
        stat, sha256 = _stat(path), sha256_of(path)
    except OSError as error:
        # Nothing can be kept of it but the fact.
        problem = (
            f"{one.path}: {path} cannot be opened ({error.strerror or error}); expected a file "
            "you may read: mend it and land it again"
        )
        receipt = replace(receipt, error=problem)
    else:
        # A store that takes nothing more is no fault of the file's: it ends the command.
        kept = keep(place.product, place.settings, path, sha256)
        if before is not None and (before.sha256, before.source) == (sha256, receipt.source):
            return ReceivedFile(before, "failed" if before.error else "unchanged")
        changed_at = datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None)
        receipt = replace(
            receipt, sha256=sha256, bytes=stat.st_size, modified_at=changed_at.isoformat()
        )
        receipt = _land(place, receipt, kept)
    record(place.product, place.settings, receipt)
    return ReceivedFile(receipt, "failed" if receipt.error else "new")


def _stat(path: Path) -> os.stat_result:
    """Size and times of a file; a pipe, whose end never comes, is not to be opened."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise OSError("it is no file")
    return found


def _land(place: Place, receipt: Receipt, kept: Path) -> Receipt:
    """The receipt with what the file holds, its rows landed as Parquet; or with its error."""
    try:
        content = read_csv(kept, place.product.contracts[receipt.table], name=receipt.name)
    except UnreadableFileError as error:
        return replace(receipt, error=str(error))
    # A file that no receipt speaks of was left by a killed landing: it is written again.
    taken = {one.delivery_id for one in receipts(place.product, place.settings)}
    name = PartitionName(receipt.table, receipt.received_on, receipt.sha256[:12])
    while f"{receipt.table}/{name.file_name}" in taken:
        name = replace(name, revision=name.revision + 1)
    path = place.product.raw_dir(place.settings) / receipt.table / name.file_name
    write_parquet(
        path,
        _with_origin(content, receipt.name),
        {
            "content": receipt.sha256,
            "delivered_at": receipt.received_at,
            "source": receipt.source,
            "input": receipt.name,
        },
    )
    stat = path.stat()
    delivery = Delivery(
        delivery_id=f"{receipt.table}/{name.file_name}",
        table_name=receipt.table,
        status="landed",
        source=receipt.source,
        sha256=sha256_of(path),
        bytes=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        delivered_at=datetime.fromisoformat(receipt.received_at),
        rows_read=content.table.num_rows,
        run_id=receipt.run_id,
    )
    with place.ledger.transaction():
        place.ledger.put_deliveries([delivery])
    return replace(
        receipt,
        rows=content.table.num_rows,
        types=content.types,
        ignored_columns=content.ignored,
        delivery_id=delivery.delivery_id,
    )


def _with_origin(content: CsvContent, name: str) -> pa.Table:
    """The rows with the file and the place (from 1) they came from."""
    rows = content.table.num_rows
    return content.table.append_column(
        "_source_file", pa.array([name] * rows, pa.string())
    ).append_column("_source_row", pa.array(range(1, rows + 1), pa.int64()))


def _drive_mock_out(place: Place) -> None:
    mocked = [one for one in place.ledger.deliveries() if one.source == MOCK and one.stands]
    if mocked:
        retract_deliveries(place.product, place.settings, place.ledger, mocked)


def set_id(chosen: Mapping[str, Receipt]) -> str:
    """Identity of a set of files: which content stands for which input."""
    facts = "\n".join(f"{table} {one.sha256}" for table, one in sorted(chosen.items()))
    return hashlib.sha256(facts.encode()).hexdigest()
