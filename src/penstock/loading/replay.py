"""Working with the quarantine: rows go through the gate again, or are given up.

Belongs here: which deliveries come again, what is discarded. Does not belong here: the gate; rows
that a mapping refused (`landing/replay.py`).

A delivery comes again as a whole, under its own file and positions, and replaces its own rows:
nothing is there twice, and the marts equal those of a build from scratch.
"""

from collections.abc import Sequence
from dataclasses import replace

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.quarantine import discard_refused
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.locking import writer_lock
from penstock.settings import Settings

REJECTED = "rejected_file"
"""Reason of all rows of a file that could not be read at all."""


def known_origins(ledger: Ledger, origins: Sequence[str]) -> list[str]:
    """The origins asked for, all of them when none is named.

    Raises: PenstockError when nothing of one is quarantined.
    """
    known = sorted({one.origin for one in ledger.quarantine()})
    for origin in origins:
        if origin not in known:
            listed = ", ".join(known[:5]) or "nothing"
            message = f"{origin}: nothing of it is quarantined; quarantined are: {listed}"
            raise PenstockError(message)
    return list(origins) or known


def call_again(product: Product, settings: Settings, origins: Sequence[str]) -> list[Delivery]:
    """Have the deliveries behind the origins go through the gate again with the next load.

    Origins that a mapping refused are no deliveries and are left as they are.

    Raises: PenstockError when nothing of an origin is quarantined, or its file is gone.
    """
    with (
        writer_lock(
            product.lock(settings), holder="replay", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        chosen = set(known_origins(ledger, origins))
        again = [one for one in ledger.deliveries() if one.delivery_id in chosen]
        for one in again:
            path = product.raw_dir(settings) / one.delivery_id
            if not path.exists():
                message = (
                    f"{path}: is gone, its rows cannot be read again; put the file back, or "
                    f"`penstock retract {one.delivery_id}`"
                )
                raise PenstockError(message)
        with ledger.transaction():
            ledger.put_deliveries(replace(one, status="landed") for one in again)
    return again


def discard(
    product: Product, settings: Settings, origins: Sequence[str], *, reason: str | None = None
) -> list[QuarantineCount]:
    """Give up the open rows of the origins, of one reason if given; the rows are kept.

    Returns the counts of these origins after it.

    Raises: PenstockError when nothing of an origin is quarantined, or not for that reason, or its
    file was rejected as a whole.
    """
    with (
        writer_lock(
            product.lock(settings), holder="discard", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        chosen = known_origins(ledger, origins)
        mine = [one for one in ledger.quarantine() if one.origin in chosen]
        for origin in chosen:
            _check(origin, {one.reason for one in mine if one.origin == origin}, reason)
        counts = [
            count
            for origin in chosen
            for count in discard_refused(settings.quarantine_dir, origin, reason=reason)
        ]
        with ledger.transaction():
            ledger.put_quarantine(chosen, counts)
    return counts


def _check(origin: str, reasons: set[str], reason: str | None) -> None:
    if REJECTED in reasons:
        message = (
            f"{origin}: was rejected as a whole; mend the file and load again, or "
            f"`penstock retract {origin}` (the file is kept)"
        )
        raise PenstockError(message)
    if reason is not None and reason not in reasons:
        listed = ", ".join(sorted(reasons))
        message = f"{origin}: no row was refused as {reason}; expected one of {listed}"
        raise PenstockError(message)
