"""Retracting deliveries: their rows leave the warehouse, their files leave `raw/`, nothing is lost.

Belongs here: moving retracted files aside and deleting their rows. Does not belong here: deciding
what to retract.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.ledger import Delivery, Ledger
from penstock.loading import references
from penstock.loading.in_step import announce, confirm, keep_in_step, leave
from penstock.loading.one_opening import one_opening
from penstock.loading.stale import first_stale_day, mark_stale
from penstock.locking import writer_lock
from penstock.settings import Settings


def retract(
    product: Product, settings: Settings, chosen: Callable[[Delivery], bool]
) -> list[Delivery]:
    """Take back the chosen deliveries; their files move to `quarantine/retracted/`.

    Raises: WriterBusyError.
    """
    with (
        writer_lock(
            product.lock(settings), holder="retract", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        taken = [one for one in ledger.deliveries() if one.status != "retracted" and chosen(one)]
        retract_deliveries(product, settings, ledger, taken)
    return taken


def retract_deliveries(
    product: Product, settings: Settings, ledger: Ledger, taken: Sequence[Delivery]
) -> None:
    """Take back deliveries while the writer's lock is held.

    The days they covered become stale: the next transform builds what is left. Killed in the
    middle, the next load finishes it.
    """
    keep_in_step(product, settings, ledger)
    ids = [one.delivery_id for one in taken]
    with ledger.transaction():
        before = ledger.spans()
        touched = [first for one in ids for first, _ in ledger.covered_by(one).values()]
        if any(product.contracts[one.table_name].time_column is None for one in taken):
            # What all rows refer to goes: rows may be judged, and every day read, otherwise.
            touched += [first for first, _ in before.values()]
            references.tell(ledger)
        ledger.put_coverage(ids, [])
        ledger.put_quarantine(ids, [])
        ledger.put_deliveries(replace(one, status="retracting") for one in taken)
        if product.finds_changes and taken:
            touched.append(date.min)  # no day is told: the models look for themselves
        mark_stale(ledger, first_stale_day(before, ledger.spans(), touched))
    finish_retractions(product, settings, ledger)


def finish_retractions(product: Product, settings: Settings, ledger: Ledger) -> None:
    """Delete the rows and move the files of every retraction that has begun."""
    begun = ledger.deliveries(status="retracting")
    if not begun:
        return
    # dlt takes a second to import: having nothing to retract does not pay for it.
    from penstock.loading.dlt_pipeline import delete_deliveries  # noqa: PLC0415
    from penstock.loading.warehouse import open_warehouse  # noqa: PLC0415

    by_table = {
        table: [one.delivery_id for one in begun if one.table_name == table]
        for table in product.contracts
    }
    token = announce(ledger)
    warehouse = product.warehouse(settings)
    with one_opening(product, settings):
        if warehouse.exists():
            with open_warehouse(
                warehouse, wait_seconds=settings.lock_wait_seconds, config=settings.duckdb_config
            ) as connection:
                delete_deliveries(connection, by_table)
        leave(product, settings, token)
    for one in begun:
        _move_aside(product.raw_dir(settings), settings.quarantine_dir, one)
    with ledger.transaction():
        confirm(product, settings, ledger, token)
        ledger.put_deliveries(replace(one, status="retracted") for one in begun)


def find_delivery(product: Product, settings: Settings, file: Path) -> str:
    """The delivery id of a landed file given by path, by path below `raw/`, or by name.

    Raises: PenstockError when no landed file, or more than one, is meant.
    """
    with Ledger(product.ledger(settings)) as ledger:
        known = [one.delivery_id for one in ledger.deliveries() if one.status != "retracted"]
    raw_dir = product.raw_dir(settings)
    absolute = file if file.is_absolute() else Path.cwd() / file
    matching = [
        one
        for one in known
        if raw_dir / one == absolute or one == str(file) or Path(one).name == str(file)
    ]
    if len(matching) != 1:
        meant = ", ".join(matching) if matching else "none"
        message = (
            f"{file}: expected one landed file below {raw_dir}, found {meant}; "
            "give it as <table>/<file name> (see `penstock status --files`)"
        )
        raise PenstockError(message)
    return matching[0]


def _move_aside(raw_dir: Path, quarantine_dir: Path, delivery: Delivery) -> None:
    """Move the file, also to another file system; an earlier file of the name stays beside it."""
    source = raw_dir / delivery.delivery_id
    target = quarantine_dir / "retracted" / delivery.delivery_id
    target.parent.mkdir(parents=True, exist_ok=True)
    names = (target.with_stem(f"{target.stem}.{number}") for number in count(2))
    while target.exists():
        target = next(names)
    if source.exists():
        shutil.move(source, target)
