"""Mending the ledger when it and the warehouse do not belong together.

Belongs here: rebuilding the ledger from the raw tables, forgetting loads whose warehouse is gone.
Does not belong here: normal loading.
"""

import logging
from dataclasses import replace

from penstock.contracts.product import Product
from penstock.landing.quarantine import REJECTED, count_refused, mapped_origins
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.loading.account import deliveries_in_warehouse
from penstock.loading.in_step import last_commit
from penstock.loading.stale import mark_stale
from penstock.settings import Settings

_log = logging.getLogger(__name__)


def known_deliveries(product: Product, settings: Settings, ledger: Ledger) -> list[Delivery]:
    """The ledger's deliveries, after mending the two cases in which it cannot be right.

    Loaded deliveries without a warehouse file: they are to be loaded again. A warehouse whose
    deliveries the ledger has never seen (it was lost): it is rebuilt from the raw tables. A ledger
    that knows of a commit was not lost, even if every delivery in it waits to be loaded again.
    """
    known = ledger.deliveries()
    warehouse = product.warehouse(settings)
    judged = any(one.status in ("loaded", "rejected") for one in known)
    if judged and not warehouse.exists():
        _log.warning("%s is gone: every landed file will be loaded again", warehouse)
        _forget_loads(ledger, known)
        return ledger.deliveries()
    if not judged and warehouse.exists() and last_commit(ledger) is None:
        _rebuild(product, settings, ledger)
        return ledger.deliveries()
    return known


def _forget_loads(ledger: Ledger, known: list[Delivery]) -> None:
    loaded = [one for one in known if one.status == "loaded"]
    with ledger.transaction():
        ledger.put_deliveries(replace(one, status="landed") for one in loaded)
        ledger.put_coverage([one.delivery_id for one in loaded], [])


def _rebuild(product: Product, settings: Settings, ledger: Ledger) -> None:
    deliveries, coverage = deliveries_in_warehouse(product, settings)
    if not deliveries:
        return
    _log.warning("the ledger was lost: %s deliveries recovered from the warehouse", len(deliveries))
    ids = [one.delivery_id for one in deliveries]
    with ledger.transaction():
        ledger.put_deliveries(deliveries)
        ledger.put_coverage(ids, coverage)
        _recount_quarantine(product, settings, ledger, deliveries)
        mark_stale(ledger, min((one.first_day for one in coverage), default=None))


def _recount_quarantine(
    product: Product, settings: Settings, ledger: Ledger, deliveries: list[Delivery]
) -> None:
    """The counts of refused rows, from the quarantine's own files and the deliveries' account."""
    counts = [
        QuarantineCount(
            one.delivery_id,
            REJECTED,
            one.rows_read,
            str(product.raw_dir(settings) / one.delivery_id),
        )
        for one in deliveries
        if one.status == "rejected"
    ]
    origins = {one.delivery_id for one in deliveries if one.status == "loaded"}
    for origin in origins | mapped_origins(settings.quarantine_dir):
        counts += count_refused(settings.quarantine_dir, origin)
    ledger.put_quarantine([one.origin for one in counts], counts)
