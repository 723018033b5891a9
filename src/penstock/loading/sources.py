"""Whose data a data directory holds: mock and real data never mix.

Belongs here: the sources of everything landed, whether the ledger knows it yet or not.
Does not belong here: retracting; refusing (whoever lands decides).
"""

from collections.abc import Iterable

from penstock.contracts.product import DROPPED, MOCK, Product
from penstock.ledger import Delivery, Ledger
from penstock.loading.discover import PendingFile, pending_files
from penstock.loading.recover import known_deliveries
from penstock.settings import Settings

_NOT_REAL = {MOCK, DROPPED}


def real_sources(product: Product, settings: Settings, ledger: Ledger) -> set[str]:
    """Sources of all real landings: those in the ledger (mended if lost) and those in `raw/`."""
    known = known_deliveries(product, settings, ledger)
    pending = pending_files(product.raw_dir(settings), product.contracts, known, run_id="")
    return {one.source for one in _landed(known, pending)} - _NOT_REAL


def mock_beside_real(known: Iterable[Delivery], pending: Iterable[PendingFile]) -> list[Delivery]:
    """The mock deliveries that have to make way; none as long as no real file has landed."""
    landed = _landed(known, pending)
    if all(one.source in _NOT_REAL for one in landed):
        return []
    return [one for one in landed if one.source == MOCK]


def _landed(known: Iterable[Delivery], pending: Iterable[PendingFile]) -> list[Delivery]:
    waiting = {one.delivery.delivery_id: one.delivery for one in pending}
    there = [one for one in known if one.stands and one.delivery_id not in waiting]
    return [*there, *waiting.values()]
