"""Mock data of a tenant: the days of its world that have not landed yet.

Belongs here: which days, filing each connector's tables through the router. Does not belong here:
what happens in a world (`mock_data/`).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from penstock.contracts.product import MOCK, Product
from penstock.contracts.row_hash import content_hash, row_hashes
from penstock.errors import PenstockError
from penstock.landing.days import days_between, refuse_odd_days
from penstock.landing.files import PartitionName
from penstock.ledger import Ledger
from penstock.loading.sources import real_sources
from penstock.locking import writer_lock
from penstock.products.marketing.land_table import land_table
from penstock.products.marketing.mock_data.connectors import dress
from penstock.products.marketing.mock_data.world import World, world_of
from penstock.products.marketing.physical_table import physical
from penstock.products.marketing.place import Incoming, Place, open_place
from penstock.settings import Settings, new_run_id

FIRST_DAYS = 30
"""Days that a mock run without dates makes at first, up to yesterday."""

_DELIVERED = time(4, 0)


def mock(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    seed: int | None = None,
    portfolio: Path | None = None,
    is_clean: bool | None = None,
    run_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Land the days from `start` to `end` of a tenant's world; returns the new files.

    Without dates it continues after the last day that is there, up to yesterday (UTC): a file that
    was retracted lands again when its day is asked for. Every day is
    delivered at 04:00 UTC of the next: simulated, so that a day has the same bytes whenever made.

    Raises: PenstockError when the tenant has real data, when the days end before they start or lie
    in the future, or for an option that it does not have.
    """
    if portfolio is not None or is_clean or seed is not None:
        message = (
            f"{product.name}: seed and levers of a tenant are in tenants.yaml: leave these away"
        )
        raise PenstockError(message)
    with (
        writer_lock(product.lock(settings), holder="mock", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        real = ", ".join(sorted(real_sources(product, settings, ledger)))
        if real:
            message = (
                f"{product.series}: real data have landed here ({real}), and mock rows never mix "
                "with them: retract those, or set PENSTOCK_DATA_DIR to another directory"
            )
            raise PenstockError(message)
        place = open_place(product, settings, ledger, run_id=run_id or new_run_id(), is_mock=True)
        first, last = _days(ledger, start, end)
        world = world_of(place.tenant, place.catalogue)
        written = 0
        for day in days_between(first, last):
            progress(f"{product.tenant}: {day}")
            written += _land_day(place, world, day)
    return written


def _days(ledger: Ledger, start: date | None, end: date | None) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    last = end or today - timedelta(days=1)
    refuse_odd_days(start or last, last, today=today)
    if start is not None:
        return start, last
    names = [
        PartitionName.parse(Path(one.delivery_id).name)
        for one in ledger.deliveries()
        if one.source == MOCK and one.stands
    ]
    newest = max((one.day for one in names if one is not None), default=None)
    if newest is not None:
        return newest + timedelta(days=1), last
    return last - timedelta(days=FIRST_DAYS - 1), last


def _land_day(place: Place, world: World, day: date) -> int:
    """Land the tables of a day whose rows have not landed yet."""
    written = 0
    delivered_at = datetime.combine(day + timedelta(days=1), _DELIVERED)
    for platform in place.tenant.sources:
        module = dress(place.catalogue.connector(platform).master_model)
        for name, rows in module.tables(world, platform, day).items():
            incoming = Incoming(Path(), name, platform, delivered_at, day)
            written += _land_table(place, incoming, rows)
    return written


def _land_table(place: Place, incoming: Incoming, rows: pl.DataFrame) -> int:
    table = physical(rows)
    content = content_hash(row_hashes(table.rows))
    fact = f"mocked {incoming.source} {incoming.name} {content}"
    if place.stands(place.ledger.fact(fact)):
        return 0
    delivery = land_table(place, incoming, table)
    with place.ledger.transaction():
        place.ledger.put_deliveries([delivery])
        place.ledger.put_facts({fact: delivery.delivery_id})
    return 1
