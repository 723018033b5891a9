"""What the raw tables themselves say was delivered, whatever the ledger says.

Belongs here: reading deliveries and their coverage out of the warehouse.
Does not belong here: mending the ledger with it (`recover.py`, `in_step.py`).
"""

from dataclasses import fields

from penstock.contracts.product import Product
from penstock.ledger import Coverage, Delivery
from penstock.settings import Settings


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
