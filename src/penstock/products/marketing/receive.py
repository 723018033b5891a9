"""Receiving tables: each file is routed by what it physically is, landed, or quarantined.

Belongs here: finding files, the verdict on each, writing landed Parquet, trying quarantined files
again. Does not belong here: the rules of routing (`routing.py`); loading, which drives mock out.

The tenant is the one whose command it is; the connector is the one that delivered (`source`). Which
object a table is, its columns decide alone.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from penstock.contracts.layered import FolderLanding, LandedFile
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.drops import look_into, note_taken
from penstock.landing.files import sha256_of, write_atomically, write_text_atomically
from penstock.ledger import Ledger, QuarantineCount
from penstock.locking import writer_lock
from penstock.products.marketing.land_table import land_table
from penstock.products.marketing.physical_table import UnreadableTableError, read_physical
from penstock.products.marketing.place import Incoming, Place, RefusedTableError, open_place
from penstock.runs import delivery_time, recorded
from penstock.settings import Settings

_SUFFIXES = (".parquet", ".csv")


def land_tables(
    product: Product,
    settings: Settings,
    inputs: Sequence[Path],
    *,
    source: str | None = None,
    again: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> FolderLanding:
    """Land a tenant's files, and those that were quarantined and fit by now.

    `source` is the connector that delivered them; it is needed where two share their tables. A
    file that was landed before is skipped, unless `again`.

    Raises: PenstockError when there is no file, or a path is not there; ConfigurationError;
    WriterBusyError.
    """
    files = list(_files(inputs))
    with (
        recorded(product, settings, "land") as run_id,
        writer_lock(product.lock(settings), holder="land", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        place = replace(open_place(product, settings, ledger, run_id=run_id), again=again)
        if source is not None:
            place.catalogue.connector(source)
        landed = [one for one in try_again(place) if one.status != "failed"]
        now = delivery_time(ledger)
        for place_in_line, path in enumerate(files):
            progress(f"landing {path.name}")
            # Of two files that speak of one record the later one counts.
            moment = now + timedelta(milliseconds=place_in_line)
            landed.append(receive(place, Incoming(path, path.name, source, moment, now.date())))
    return FolderLanding(tuple(landed))


def land_drop(
    product: Product,
    settings: Settings,
    *,
    run_id: str,
    progress: Callable[[str], None] = lambda _: None,
) -> FolderLanding:
    """Land what lies in a tenant's drop folder and was not taken yet, and what fits by now.

    A file in `<connector>/` was delivered by that connector; which object it is, its columns say.
    A folder's name that is no connector refuses its files. A file that may still be being written
    waits for the next run.

    Raises: PenstockError when it is no tenant's product; ConfigurationError; WriterBusyError.
    """
    folder = None if product.drop_dir is None else product.drop_dir(settings)
    with (
        writer_lock(product.lock(settings), holder="land", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        place = open_place(product, settings, ledger, run_id=run_id)
        landed = [one for one in try_again(place) if one.status != "failed"]
        if folder is None or not folder.is_dir():
            return FolderLanding(tuple(landed))
        now = delivery_time(ledger)
        drop = look_into(folder, ledger, settle_seconds=settings.settle_seconds)
        for place_in_line, file in enumerate(drop.settled):
            progress(f"landing {file.name}")
            moment = now + timedelta(milliseconds=place_in_line)
            incoming = Incoming(file.path, file.name, file.source, moment, now.date())
            landed.append(receive(place, incoming))
            # What may not be read yet waits for whoever gives the right to.
            if os.access(file.path, os.R_OK):
                with ledger.transaction():
                    note_taken(ledger, [file])
    return FolderLanding(tuple(landed))


def receive(place: Place, incoming: Incoming) -> LandedFile:
    """Land one file, or quarantine it with the reason; what cannot be opened is only named."""
    try:
        sha256 = sha256_of(incoming.path)
    except OSError as error:
        problem = (
            f"unopened: {incoming.path}: cannot be opened ({error.strerror or error}); expected a "
            "file you may read: mend it and land it again"
        )
        return LandedFile(incoming.name, "failed", 0, problem)
    known = place.ledger.fact(_fact(sha256, incoming.source))
    if not place.again and place.stands(known):
        _settle(place, sha256)
        return LandedFile(incoming.name, "unchanged", 0)
    try:
        table = read_physical(incoming.path)
    except UnreadableTableError as error:
        return _quarantine(place, incoming, sha256, RefusedTableError("unreadable", str(error)), 0)
    try:
        delivery = land_table(place, incoming, table)
    except RefusedTableError as error:
        return _quarantine(place, incoming, sha256, error, table.rows.height)
    with place.ledger.transaction():
        place.ledger.put_deliveries([delivery])
        place.ledger.put_facts({_fact(sha256, incoming.source): delivery.delivery_id})
    _settle(place, sha256)
    return LandedFile(incoming.name, "new", table.rows.height)


def _quarantine(
    place: Place, incoming: Incoming, sha256: str, error: RefusedTableError, rows: int
) -> LandedFile:
    """Keep the file and why it was refused; a run goes on, and says so."""
    kept = place.quarantine / f"{_short(sha256)}{incoming.path.suffix.lower()}"
    if kept != incoming.path:
        write_atomically(kept, lambda temporary: _copy(incoming.path, temporary))
    verdict = {
        **asdict(incoming),
        "path": kept.name,
        "outcome": error.outcome,
        "message": str(error),
    }
    text = json.dumps(verdict, default=str, indent=1)
    write_text_atomically(kept.with_suffix(".json"), text)
    origin = f"{place.tenant.slug}@{incoming.name}#{_short(sha256)}"
    with place.ledger.transaction():
        count = QuarantineCount(origin, error.outcome, max(rows, 1), str(kept))
        place.ledger.put_quarantine([origin], [count])
    return LandedFile(incoming.name, "failed", rows, f"{error.outcome}: {error}")


def try_again(place: Place, chosen: Collection[str] | None = None) -> Iterator[LandedFile]:
    """Route quarantined files again, a contract may have come since; `chosen` as `kept_as`."""
    for verdict_file in sorted(place.quarantine.glob("*.json")):
        if chosen is not None and verdict_file.stem not in chosen:
            continue
        verdict: dict[str, Any] = json.loads(verdict_file.read_text(encoding="utf-8"))
        kept = place.quarantine / verdict["path"]
        incoming = Incoming(
            kept,
            verdict["name"],
            verdict["source"],
            datetime.fromisoformat(verdict["delivered_at"]),
            date.fromisoformat(verdict["day"]),
        )
        yield receive(place, incoming)


def kept_as(origin: str) -> str:
    """By what the quarantine keeps the refused file of an origin; empty if it is no such origin.

    >>> kept_as("acme@orders.parquet#0f3a"), kept_as("acme_shopify__orders/a.parquet")
    ('0f3a', '')
    """
    return origin.rpartition("#")[2] if "#" in origin else ""


def _settle(place: Place, sha256: str) -> None:
    """What was refused of a file that has landed is over, whatever name or source it came with."""
    refused = [
        one.origin for one in place.ledger.quarantine() if one.origin.endswith(f"#{_short(sha256)}")
    ]
    with place.ledger.transaction():
        place.ledger.put_quarantine(refused, [])
    # The verdict first: without its file it could not be tried again.
    (place.quarantine / f"{_short(sha256)}.json").unlink(missing_ok=True)
    for kept in place.quarantine.glob(f"{_short(sha256)}.*"):
        kept.unlink()


def _files(inputs: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named."""
    found = False
    for one in inputs:
        if not one.exists():
            message = f"{one}: is not there; expected a file or a folder: is the path right?"
            raise PenstockError(message)
        inside = sorted(one.rglob("*")) if one.is_dir() else [one]
        for path in inside:
            if path.is_file() and path.suffix.lower() in _SUFFIXES:
                found = True
                yield path
    if not found:
        named = ", ".join(str(one) for one in inputs)
        message = f"{named}: expected {' or '.join(_SUFFIXES)} files, or folders of such"
        raise PenstockError(message)


def _fact(sha256: str, source: str | None) -> str:
    return f"received {source or '-'} {sha256}"


def _short(sha256: str) -> str:
    """By what a refused file is called."""
    return sha256[:16]


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
