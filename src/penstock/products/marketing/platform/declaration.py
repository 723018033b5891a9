"""The platform as a product of its own: what the rooms of the spine are handed.

Belongs here: its contracts, tables and models, as data. Does not belong here: doing anything with
them.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import PLATFORM, Product
from penstock.contracts.published import PublishedTable
from penstock.errors import PenstockError
from penstock.products.marketing.platform.contracts import PLATFORM_CONTRACTS
from penstock.products.marketing.platform.land import land_own
from penstock.products.marketing.platform.report import write_report
from penstock.settings import Settings


def _table(name: str, *key: str) -> PublishedTable:
    return PublishedTable(name=name, key=key, layer=PLATFORM, folder="tables", may_shrink=True)


PUBLISHED = (
    replace(
        _table("hub_key_registry", "tenant_skey", "object_name"),
        month_column="first_seen_at",
        in_warehouse=False,
    ),
    _table("platform_sat__source_schema_history", "raw_table", "valid_from"),
    _table("platform_sat__tenant_config_history", "tenant_slug", "valid_from"),
    _table("platform_sat__tenant_source_configs", "tenant_slug", "source_platform"),
    _table("platform_ops__master_model_registry", "master_model_id", "object_name"),
    _table(
        "platform_ops__schema_hash_registry",
        "source_schema_hash",
        "master_model_id",
        "object_name",
    ),
    _table("platform_ops__semantic_manifests", "tenant_slug", "semantic_table"),
    _table(
        "platform_ops__boring_semantic_layer",
        "tenant_slug",
        "semantic_table",
        "field_kind",
        "field_name",
    ),
)
"""The tables of the platform's releases; the hub, which grows with every event, in Parquet only.

They say what there is of the tenants, and that may become less: a tenant or source goes, mock data
make way for real ones.
"""


def platform_of(product: Product) -> Product:
    """The declaration of what is kept over all tenants of a product."""
    return replace(
        product,
        tenant=PLATFORM,
        tenants=None,
        of_tenant=None,
        platform=None,
        contracts=PLATFORM_CONTRACTS,
        published=PUBLISHED,
        schemas=(PLATFORM, "audit", "raw"),
        environment={"PENSTOCK_TENANT": PLATFORM},
        select=("tag:registry",),
        source=lambda _: "files",
        roll=None,
        drop_dir=None,
        land_drop=None,
        routes=None,
        land_own=land_own,
        land_tables=_land_tables,
        mock=_mock,
        report=write_report,
        summary="""
            select tenant_slug, count(*) as keys, count(distinct master_model_id) as master_models
            from hub_key_registry
            group by tenant_slug
            order by tenant_slug
        """,
    )


def _mock(product: Product, settings: Settings, **options: Any) -> int:
    del settings, options
    raise _lands_by_itself(product)


def _land_tables(
    product: Product, settings: Settings, inputs: Sequence[Path], **options: Any
) -> FolderLanding:
    del settings, inputs, options
    raise _lands_by_itself(product)


def _lands_by_itself(product: Product) -> PenstockError:
    return PenstockError(
        f"{product.tenant} is what all tenants of {product.name} share, and lands by itself: "
        f"penstock run {product.name}{product.whose}"
    )
