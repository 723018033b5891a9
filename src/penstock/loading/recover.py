"""Mending the ledger when it and the warehouse do not belong together.

Belongs here: rebuilding the ledger from the raw tables, forgetting loads whose warehouse is gone.
Does not belong here: normal loading.
"""

import logging
from dataclasses import fields, replace

from penstock.contracts.product import Product
from penstock.landing.quarantine import REJECTED, count_refused, mapped_origins
from penstock.ledger import Coverage, Delivery, Ledger, QuarantineCount
from penstock.loading.stale import mark_stale
from penstock.settings import Settings

_log = logging.getLogger(__name__)


def known_deliveries(product: Product, settings: Settings, ledger: Ledger) -> list[Delivery]:
    """The ledger's deliveries, after mending the two cases in which it cannot be right.

    Loaded deliveries without a warehouse file: they are to be loaded again. A warehouse whose
    deliveries the ledger has never seen (it was lost): it is rebuilt from the raw tables.
    """
    known = ledger.deliveries()
    warehouse = product.warehouse(settings)
    judged = any(one.status in ("loaded", "rejected") for one in known)
    if judged == warehouse.exists():
        return known
    if judged:
        _log.warning("%s is gone: every landed file will be loaded again", warehouse)
        _forget_loads(ledger, known)
    else:
        _rebuild(product, settings, ledger)
    return ledger.deliveries()


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


def deliveries_in_warehouse(
    product: Product, settings: Settings
) -> tuple[list[Delivery], list[Coverage]]:
    """The deliveries that the raw tables hold whole, and what they cover."""
    # DuckDB is imported here, since only a lost ledger needs the warehouse.
    from penstock.loading.warehouse import open_to_read  # noqa: PLC0415

    names = [one.name for one in fields(Delivery)]
    with open_to_read(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'raw'"
        ).fetchall()
        present = {row[0] for row in tables}
        if "deliveries" not in present:
            return [], []
        # dlt writes `_dlt_loads` last: a package that is not there was cut off and comes again.
        rows = connection.execute(
            f"select {', '.join(names)} from raw.deliveries"
            " where _dlt_load_id in (select load_id from raw._dlt_loads where status = 0)"
            " and table_name in (select unnest(?))",
            [list(product.contracts)],
        ).fetchall()
        whole = [row[0] for row in rows]
        coverage = [
            Coverage(*row)
            for one in product.contracts.values()
            if one.table in present and one.time_column is not None and one.reference is not None
            for row in connection.execute(
                f"select _delivery_id, {one.reference.column}, "
                f"min({one.time_column})::date, max({one.time_column})::date "
                f"from raw.{one.table} where _delivery_id in (select unnest(?)) group by all",
                [whole],
            ).fetchall()
        ]
    return [Delivery(**dict(zip(names, row, strict=True))) for row in rows], coverage
