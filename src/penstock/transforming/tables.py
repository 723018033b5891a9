"""What the built tables hold, in numbers.

Belongs here: counts of the working warehouse. Does not belong here: rows of it.
"""

from penstock.contracts.product import Product
from penstock.locking import writer_lock
from penstock.settings import Settings
from penstock.transforming.query import reading


def row_counts(product: Product, settings: Settings) -> dict[str, int]:
    """Rows of every table (views are not counted), by name.

    Raises: WriterBusyError; QueryError when there is no warehouse.
    """
    wait = settings.lock_wait_seconds
    with (
        writer_lock(product.lock(settings), holder="count rows", wait_seconds=wait),
        reading(product, settings) as ask,
    ):
        tables = ask(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE'"
        ).rows
        if not tables:
            return {}
        counts = " union all ".join(
            f'select \'{name}\', count(*) from "{schema}"."{name}"' for schema, name in tables
        )
        return {name: int(count) for name, count in ask(counts).rows}
