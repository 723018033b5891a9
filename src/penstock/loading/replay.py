"""Working with the quarantine: rows go through the gate again, or are given up.

Belongs here: which deliveries come again, what is discarded, the ledger's account of it. Does not
belong here: the gate; mapping rows again (`landing/replay.py`).

A delivery comes again as a whole, under its own file and positions, and replaces its own rows:
nothing is there twice, and the marts equal those of a build from scratch.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.deliver import deliver
from penstock.landing.land_files import declaration
from penstock.landing.mapping import Mapping
from penstock.landing.quarantine import REJECTED, discard_refused, quarantine_file
from penstock.landing.replay import obstacle, refused_by, replay_refused
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.loading.discover import pending_files
from penstock.loading.retract import retract_deliveries
from penstock.locking import writer_lock
from penstock.settings import Settings

_log = logging.getLogger(__name__)


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
    """Have the deliveries behind these origins go through the gate again with the next load.

    Origins that a mapping refused are no deliveries and are left as they are.

    Raises: PenstockError when a delivery's file is gone.
    """
    with (
        writer_lock(
            product.lock(settings), holder="replay", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        chosen = set(origins)
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


def replay_mapped(
    product: Product,
    settings: Settings,
    origins: Sequence[str],
    *,
    mapping: Mapping,
    entities: pl.DataFrame,
    run_id: str,
    delivered_at: Callable[[Ledger], datetime],
) -> None:
    """Map the rows again that the mapping, before it was mended, refused.

    `entities` is what the mapping describes. Without origins: all that it ever refused, as far as
    it can be mapped without its file; the rest is named in a warning.

    Raises: PenstockError when it refused none of them, or one that was named, or each, cannot be
    mapped again; as `replay_refused`.
    """
    with (
        writer_lock(
            product.lock(settings), holder="replay", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        refused = {
            origin: about
            for origin in known_origins(ledger, origins)
            if (about := refused_by(settings.quarantine_dir, origin)) is not None
            and (origins or about.mapping == mapping.name)
        }
        if not refused:
            message = (
                f"mapping {mapping.name} refused nothing of that; see `penstock quarantine list`"
            )
            raise PenstockError(message)
        stuck = {one: told for one in refused if (told := obstacle(mapping, one, refused[one]))}
        if stuck and (origins or stuck.keys() == refused.keys()):
            raise PenstockError("\n".join(stuck.values()))
        for problem in stuck.values():
            _log.warning("%s", problem)
        declared = declaration(
            mapping,
            entities,
            product.contracts[product.declaring],
            delivered_at=delivered_at(ledger),
        )
        raw_dir = product.raw_dir(settings)
        with ledger.transaction():
            ledger.put_deliveries(deliver(declared, raw_dir, run_id=run_id).deliveries)
        for origin, about in refused.items():
            if origin in stuck:
                continue
            replayed = replay_refused(
                mapping,
                origin,
                about,
                contracts=product.contracts,
                entities=entities,
                raw_dir=raw_dir,
                quarantine_dir=settings.quarantine_dir,
                run_id=run_id,
            )
            with ledger.transaction():
                ledger.put_deliveries(replayed.delivered.deliveries)
            known = ledger.deliveries(table=about.table)
            waiting = pending_files(raw_dir, [about.table], known, run_id=run_id)
            there = {one.delivery_id: one for one in (*known, *(w.delivery for w in waiting))}
            superseded = [there[name] for name in replayed.superseded if name in there]
            retract_deliveries(product, settings, ledger, superseded)
            with ledger.transaction():
                ledger.put_quarantine([origin], replayed.quarantined)


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
            for count in _discarded_file(product, settings, origin, mine)
            or discard_refused(settings.quarantine_dir, origin, reason=reason)
        ]
        with ledger.transaction():
            ledger.put_quarantine(chosen, counts)
    return counts


def _discarded_file(
    product: Product, settings: Settings, origin: str, counts: Sequence[QuarantineCount]
) -> list[QuarantineCount]:
    """The counts of a file that was refused whole, after it is given up; none if it is no such."""
    if product.refused_files is None or quarantine_file(settings.quarantine_dir, origin).exists():
        return []
    mine = [one for one in counts if one.origin == origin]
    kept = product.refused_files().discard(product, settings, origin)
    if kept is None:
        return mine  # given up before
    return [replace(one, discarded=one.row_count, file=str(kept)) for one in mine]


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
