"""Files that arrived in `data/raw/` by themselves: what a sensor has to know.

Belongs here: which files wait, the days they touch, one name for all of them together. Does not
belong here: starting anything; loading.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from penstock.contracts.product import Product
from penstock.landing.drops import look_into
from penstock.landing.files import PartitionName
from penstock.ledger import Ledger
from penstock.loading.discover import PendingFile, pending_files
from penstock.locking import is_alive
from penstock.settings import Settings


@dataclass(frozen=True)
class Arrival:
    """Files that wait to be loaded. `days`: the first and last day their names tell, if any.

    `batch` names exactly these files in exactly this state: a file more, or one that has changed,
    makes another batch.
    """

    batch: str
    files: tuple[str, ...]
    days: tuple[date, date] | None


@dataclass(frozen=True)
class Quiet:
    """Nothing to start now, and why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


Outcome = Literal["done", "failed"]
"""How a run that a batch started ended."""

_ATTEMPTS = 3


def next_attempt(arrival: Arrival, outcomes: Sequence[Outcome]) -> int | Quiet:
    """Number of the next attempt at a batch, after runs that ended so and left files waiting.

    >>> arrival = Arrival("b", ("weather/weather_2026-11-23.parquet",), None)
    >>> next_attempt(arrival, []), next_attempt(arrival, ["failed"])
    (1, 2)
    """
    if len(outcomes) < _ATTEMPTS:
        return len(outcomes) + 1
    return Quiet(
        f"gave up on {len(arrival.files):,} files after {_ATTEMPTS} runs ({', '.join(outcomes)}): "
        f"{arrival.files[0]} ...; mend what the runs say, then `penstock run` or change the files"
    )


def look_for_arrivals(product: Product, settings: Settings) -> Arrival | Quiet:
    """The files that wait, unless a running command is about to load them itself.

    A file that cannot be read yet, and was changed less than `settle_seconds` ago, is taken for
    one that is still being written: it waits for its next look.
    """
    if is_alive(product.life(settings)):
        return Quiet("a command is running; it loads what it lands")
    if not product.raw_dir(settings).exists():
        return Quiet("nothing has landed yet")
    with Ledger(product.ledger(settings)) as ledger:
        known = ledger.deliveries()
    pending = pending_files(product.raw_dir(settings), product.contracts, known, run_id="")
    still = time.time() - settings.settle_seconds
    settled = [one for one in pending if one.schema is not None or _changed_at(one) <= still]
    if not settled:
        writing = ", ".join(one.path.name for one in pending)
        return Quiet(f"still being written: {writing}" if writing else "no new file")
    return arrival_of(settled)


def look_at_drop(product: Product, settings: Settings) -> Arrival | Quiet:
    """The files in a product's drop folder, or a tenant's, that nobody took in their state.

    Files that changed less than `settle_seconds` ago may still be being written: they wait. So do
    those beside them where a drop is a folder as a whole. A running command takes what was dropped
    for its product; for a tenant it says nothing, it may be another tenant's.
    """
    folder = None if product.drop_dir is None else product.drop_dir(settings)
    if folder is None or not folder.is_dir():
        return Quiet(f"there is no {folder}")
    if not product.tenant and is_alive(product.life(settings)):
        return Quiet("a command is running; it takes what was dropped")
    with Ledger(product.ledger(settings)) as ledger:
        drop = look_into(folder, ledger, settle_seconds=settings.settle_seconds)
    if drop.unsettled and (not drop.settled or product.land_folders is not None):
        writing = ", ".join(one.name for one in drop.unsettled[:3])
        return Quiet(f"may still be being written: {writing}")
    if not drop.settled:
        return Quiet("no new file in the drop folder")
    states = [product.series, *(f"{one.name} {one.state}" for one in drop.settled)]
    batch = hashlib.sha256("\n".join(states).encode()).hexdigest()[:16]
    return Arrival(batch, tuple(one.name for one in drop.settled), None)


def arrival_of(files: Sequence[PendingFile]) -> Arrival:
    """The files as one arrival."""
    states = sorted(
        (one.delivery.delivery_id, one.delivery.bytes, one.delivery.modified_ns) for one in files
    )
    days = [name.day for one in files if (name := PartitionName.parse(one.path.name)) is not None]
    return Arrival(
        batch=hashlib.sha256(repr(states).encode()).hexdigest()[:16],
        files=tuple(name for name, _, _ in states),
        days=(min(days), max(days)) if days else None,
    )


def days_to_run(arrival: Arrival, *, first: date, today: date) -> tuple[date, date]:
    """The partitions an arrival touches: its days, kept to those that exist.

    A partition exists when its day is over (UTC). Files whose days are not known, or lie outside,
    count for the nearest one.

    >>> days_to_run(Arrival("b", (), None), first=date(2026, 1, 1), today=date(2026, 11, 24))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 23))
    """
    last = today - timedelta(days=1)
    begin, end = arrival.days or (last, last)
    return min(max(begin, first), last), max(min(end, last), first)


def _changed_at(file: PendingFile) -> float:
    return file.delivery.modified_ns / 1e9
