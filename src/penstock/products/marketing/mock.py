"""Mock data of a tenant: the days of its world that have not landed yet.

Belongs here: which days, filing each connector's tables through the router. Does not belong here:
what happens in a world (`mock_data/`).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from penstock.contracts.product import MOCK, Product
from penstock.contracts.row_hash import content_hash, row_hashes
from penstock.errors import PenstockError
from penstock.landing.days import days_between, refuse_odd_days
from penstock.landing.files import PartitionName
from penstock.ledger import Delivery, Ledger
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
_DAY_FACT = "mocked_day "


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

    Without dates it continues after the last day that is there, up to yesterday (UTC), and makes
    what the days that are there lack: those of a source that was enabled since, the rest of one
    that was killed. A file that was retracted lands again when its day is asked for. Every day is
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
        world = world_of(place.tenant, place.catalogue)
        written = 0
        for day, sources in _days(place, start, end):
            progress(f"{product.tenant}: {day}")
            written += sum(_land_day(place, world, day, source) for source in sources)
    return written


def _days(place: Place, start: date | None, end: date | None) -> Iterator[tuple[date, list[str]]]:
    """The days to make, each with the sources that it lacks; all of them where it is asked for."""
    today = datetime.now(UTC).date()
    last = end or today - timedelta(days=1)
    refuse_odd_days(start or last, last, today=today)
    sources = list(place.tenant.sources)
    if start is not None:
        yield from ((day, sources) for day in days_between(start, last))
        return
    there = {day for delivery, day, _ in _mocked(place) if delivery.stands}
    done = _done(place)
    for day in sorted(one for one in there if one <= last):
        lacking = [one for one in sources if _day_fact(one, day) not in done]
        if lacking:
            yield day, lacking
    first = max(there) + timedelta(days=1) if there else last - timedelta(days=FIRST_DAYS - 1)
    yield from ((day, sources) for day in days_between(first, last))


def _done(place: Place) -> set[str]:
    """Facts of the days that every source's tables have landed of, retracted ones too."""
    done = set(place.ledger.facts_beginning(_DAY_FACT))
    if not done:  # a ledger of the time before these facts were kept, or a new one
        done = {_day_fact(source, day) for _, day, source in _mocked(place)}
        with place.ledger.transaction():
            place.ledger.put_facts(dict.fromkeys(done, ""))
    return done


def _mocked(place: Place) -> Iterator[tuple[Delivery, date, str]]:
    """Every mock delivery, with its day and source."""
    for one in place.ledger.deliveries():
        name = PartitionName.parse(Path(one.delivery_id).name)
        if one.source == MOCK and name is not None:
            whose = name.table.removeprefix(f"{place.tenant.slug}_")
            yield one, name.day, whose.partition("__")[0]


def _land_day(place: Place, world: World, day: date, source: str) -> int:
    """Land the tables of a source's day whose rows have not landed yet."""
    delivered_at = datetime.combine(day + timedelta(days=1), _DELIVERED)
    module = dress(place.catalogue.connector(source).master_model)
    written = sum(
        _land_table(place, Incoming(Path(), name, source, delivered_at, day), rows)
        for name, rows in module.tables(world, source, day).items()
    )
    with place.ledger.transaction():
        place.ledger.put_facts({_day_fact(source, day): ""})
    return written


def _day_fact(source: str, day: date) -> str:
    return f"{_DAY_FACT}{source} {day}"


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
