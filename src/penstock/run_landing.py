"""What a run lands by itself: files that were dropped, and mock days where there are no real ones.

Belongs here: the order of the two, which days are made, the rule that mock and real data never mix.
Does not belong here: landing what a user names (`runs.py`); making or routing anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import Product
from penstock.landing.days import files_by_day
from penstock.landing.unfinished import unfinished_days
from penstock.ledger import Ledger
from penstock.loading.sources import real_sources
from penstock.settings import Settings

Progress = Callable[[str], None]
_FIRST_MOCK_DAYS = 120


@dataclass(frozen=True)
class LandedNew:
    """What a run has landed. `mocked_files` is None when nothing was to be mocked.

    `dropped` is the account of the drop folder, None for a product whose runs take from none.
    """

    dropped: FolderLanding | None
    mocked_files: int | None


def land_new(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    run_id: str,
    progress: Progress = lambda _: None,
) -> LandedNew:
    """Take what lies in the product's drop folder, then make the mock days, where there are any.

    In this order: the first real file ends the mocking. Dates as in `mock_days`.

    Raises: as landing and mocking do.
    """
    dropped = None
    if product.land_drop is not None:
        dropped = product.land_drop(product, settings, run_id=run_id, progress=progress)
    mocked = mock_days(product, settings, start=start, end=end, run_id=run_id, progress=progress)
    return LandedNew(dropped, mocked)


def mock_days(
    product: Product,
    settings: Settings,
    *,
    start: date | None,
    end: date | None,
    run_id: str,
    progress: Progress,
) -> int | None:
    """Make the mock days from `start` to `end`; returns the files written, None with real data.

    Without dates they continue after the last landed day up to yesterday (UTC), or are the last
    120, or however many a product by itself begins with. Days that a killed run left unfinished
    are made whole with them.

    Raises: as the product's mock does.
    """
    with Ledger(product.ledger(settings)) as ledger:
        real = real_sources(product, settings, ledger)
        unfinished = unfinished_days(ledger)
    if product.source(settings) == "files" or real:
        return None
    if not product.dated_tables:
        # The product knows by itself which days there are.
        return product.mock(
            product, settings, start=start, end=end, run_id=run_id, progress=progress
        )
    last = end or datetime.now(UTC).date() - timedelta(days=1)
    newest = _newest_landed_day(product, settings)
    following = newest + timedelta(days=1) if newest else last - timedelta(_FIRST_MOCK_DAYS - 1)
    first = start or following
    if start is None and unfinished is not None:
        first, last = min(first, unfinished[0]), end or max(last, unfinished[1])
    if start is None and first > last:
        return 0
    return product.mock(product, settings, start=first, end=last, run_id=run_id, progress=progress)


def _newest_landed_day(product: Product, settings: Settings) -> date | None:
    raw_dir = product.raw_dir(settings)
    days = [day for table in product.dated_tables for day in files_by_day(raw_dir, table)]
    return max(days, default=None)
