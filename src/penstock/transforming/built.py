"""Which days each room has done, from the raw folder and the ledger.

Belongs here: days per table and room, for whoever shows them. Does not belong here: doing them.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from penstock.contracts.product import Product
from penstock.landing.days import days_between, files_by_day
from penstock.ledger import Ledger
from penstock.loading.stale import stale_from
from penstock.settings import Settings


@dataclass(frozen=True)
class DaysDone:
    """Days that have landed and are loaded, by dated raw table, and days that are built."""

    landed: Mapping[str, AbstractSet[date]]
    loaded: Mapping[str, AbstractSet[date]]
    built: AbstractSet[date]


def days_done(product: Product, settings: Settings) -> DaysDone:
    """The days of every room; nothing is opened but the ledger."""
    raw_dir = product.raw_dir(settings)
    landed = {table: set(files_by_day(raw_dir, table)) for table in product.dated_tables}
    if not product.ledger(settings).exists():
        return DaysDone(landed, {table: set() for table in product.dated_tables}, set())
    with Ledger(product.ledger(settings)) as ledger:
        deliveries = ledger.deliveries(status="loaded")
        stale = stale_from(ledger)
    loaded: dict[str, set[date]] = {table: set() for table in product.dated_tables}
    for one in deliveries:
        if one.table_name in loaded and one.first_day is not None and one.last_day is not None:
            loaded[one.table_name] |= set(days_between(one.first_day, one.last_day))
    built = {day for days in loaded.values() for day in days if stale is None or day < stale}
    return DaysDone(landed, loaded, built)
