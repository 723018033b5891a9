"""The declaration of the product `sales`.

Belongs here: what the spine must know of it. Does not belong here: behaviour.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from penstock.contracts.layered import FolderLanding, LayeredRun
from penstock.contracts.product import Product
from penstock.products.sales.contracts import CONTRACTS
from penstock.products.sales.tables import GOLD, SILVER
from penstock.settings import Settings

# Each room is imported by those who enter it: Polars, dlt, dbt and Altair take their time.


def _mock(product: Product, settings: Settings, **options: Any) -> int:
    from penstock.products.sales.mock import mock  # noqa: PLC0415

    return mock(product, settings, **options)


def _land_folders(product: Product, settings: Settings, folders: Sequence[Path]) -> FolderLanding:
    from penstock.products.sales.run import land_folders  # noqa: PLC0415

    return land_folders(product, settings, folders)


def _run_layers(product: Product, settings: Settings, **options: Any) -> LayeredRun:
    from penstock.products.sales.run import run_layers  # noqa: PLC0415

    return run_layers(product, settings, **options)


def _report(product: Product, settings: Settings) -> Path:
    from penstock.products.sales.report import write_report  # noqa: PLC0415

    return write_report(product, settings)


def _release_extras(product: Product, settings: Settings, payload: Path) -> None:
    from penstock.products.sales.records import copy_record  # noqa: PLC0415

    copy_record(product, settings, payload)


PRODUCT = Product(
    name="sales",
    contracts=CONTRACTS,
    published=(*GOLD, *SILVER),
    mock=_mock,
    report=_report,
    source=lambda settings: settings.sales_source,
    summary="""
        select period, order_count, customer_count, quantity, sales_amount, average_order_value
        from mart_sales_monthly
        order by period desc
        limit 12
    """,
    schemas=("gold", "silver", "audit", "intermediate", "raw"),
    land_folders=_land_folders,
    run_layers=_run_layers,
    release_extras=_release_extras,
    drop_dir=lambda settings: settings.sales_drop_dir,
)
