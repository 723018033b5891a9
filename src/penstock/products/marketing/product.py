"""The declaration of the product `marketing`.

Belongs here: what the spine must know of it. Does not belong here: behaviour.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from penstock.contracts.directory import Directory
from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import Product, RefusedFiles
from penstock.contracts.roll import Roll
from penstock.contracts.routes import Routes
from penstock.settings import Settings

# Each room is imported by those who enter it: Polars, Pydantic's models and Altair take their time.


def _tenants(settings: Settings) -> Sequence[str]:
    from penstock.products.marketing.tenants import read_tenants  # noqa: PLC0415

    return read_tenants(settings).served


def _of_tenant(product: Product, settings: Settings, slug: str) -> Product:
    from penstock.products.marketing.tenant_product import of_tenant  # noqa: PLC0415

    return of_tenant(product, settings, slug)


def _platform(product: Product, settings: Settings) -> Product:
    del settings
    from penstock.products.marketing.platform.declaration import platform_of  # noqa: PLC0415

    return platform_of(product)


def _mock(product: Product, settings: Settings, **options: Any) -> int:
    from penstock.products.marketing.mock import mock  # noqa: PLC0415

    return mock(product, settings, **options)


def _land_tables(
    product: Product, settings: Settings, inputs: Sequence[Path], **options: Any
) -> FolderLanding:
    from penstock.products.marketing.receive import land_tables  # noqa: PLC0415

    return land_tables(product, settings, inputs, **options)


def _land_drop(product: Product, settings: Settings, **options: Any) -> FolderLanding:
    from penstock.products.marketing.receive import land_drop  # noqa: PLC0415

    return land_drop(product, settings, **options)


def _routes(product: Product, settings: Settings, run_id: str) -> Routes:
    from penstock.products.marketing.account import routes_of  # noqa: PLC0415

    return routes_of(product, settings, run_id)


def _roll(settings: Settings) -> Roll:
    from penstock.products.marketing.tenants import read_tenants  # noqa: PLC0415

    return read_tenants(settings).roll


def _report(product: Product, settings: Settings) -> Path:
    from penstock.products.marketing.report import write_report  # noqa: PLC0415

    return write_report(product, settings)


def _directory() -> Directory:
    from penstock.products.marketing.directory import DIRECTORY  # noqa: PLC0415

    return DIRECTORY


def _refused_files() -> RefusedFiles:
    from penstock.products.marketing.refused import REFUSED_FILES  # noqa: PLC0415

    return REFUSED_FILES


PRODUCT = Product(
    name="marketing",
    contracts={},
    published=(),
    mock=_mock,
    report=_report,
    source=lambda settings: settings.marketing_source,
    summary="""
        select
            ads.source_platform, count(distinct ads.campaign_id) as campaigns,
            cast(sum(ads.spend) as decimal(18, 2)) as spend, ads.currency, sum(ads.clicks) as clicks
        from fct_{tenant}__ad_performance as ads
        group by ads.source_platform, ads.currency
        order by ads.source_platform, ads.currency
    """,
    tenants=_tenants,
    of_tenant=_of_tenant,
    platform=_platform,
    roll=_roll,
    drop_dir=lambda settings: settings.marketing_drop_dir,
    land_tables=_land_tables,
    land_drop=_land_drop,
    routes=_routes,
    refused_files=_refused_files,
    finds_changes=True,
    directory=_directory,
)
