"""One tenant as a product of its own: what the rooms of the spine are handed.

Belongs here: its contracts, tables, models and environment, as data. Does not belong here: doing
anything with them.
"""

import json
from dataclasses import replace
from typing import Any

from penstock.contracts.contract import Contract
from penstock.contracts.directory import Relations
from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable
from penstock.products.marketing.catalogue import Catalogue, ConnectorObject, read_catalogue
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.landing_contract import LandingContract
from penstock.products.marketing.semantic import write_manifest
from penstock.products.marketing.tenants import Tenant, read_tenants
from penstock.settings import Settings

FACTS = (
    "fct_{}__ad_performance",
    "fct_{}__orders",
    "fct_{}__events",
    "fct_{}__sessions",
    "dim_{}__campaigns",
    "dim_{}__users",
)
"""Names of the star schema's tables; each has one row per `tenant_skey`."""


POOLED = "platform"
"""Schema of the master models, where rows of all tenants lie."""


def of_tenant(product: Product, settings: Settings, slug: str) -> Product:
    """The declaration of one tenant.

    Raises: TenantError when it is unknown, or its entry is wrong.
    """
    tenant = read_tenants(settings).tenant(slug)
    catalogue = read_catalogue(settings)
    return replace(
        product,
        tenant=slug,
        contracts=raw_contracts(tenant, catalogue),
        published=tuple(_published(one.format(slug), slug) for one in FACTS),
        schemas=(*_own_schemas(slug), POOLED, "raw"),
        environment={
            "PENSTOCK_TENANT": slug,
            "PENSTOCK_TENANT_CONFIG": json.dumps(configuration(tenant, catalogue), sort_keys=True),
        },
        select=tuple(models_of_tenant(tenant, catalogue)),
        summary=product.summary.format(tenant=slug),
        drop_dir=lambda settings: settings.marketing_drop_dir / slug,
        release_extras=write_manifest,
        extras_count=True,
    )


def relations_of(slug: str, catalogue: Catalogue) -> Relations:
    """What the relations of a tenant are called, whatever its sources are or have been."""
    objects = [
        (connector.name, contract)
        for connector, one in catalogue.objects()
        for contract in landing_contracts()
        if (contract.master_model, contract.object_name) == (connector.master_model, one.name)
    ]
    built = [
        f"{layer}_{slug}__{platform}_{contract.object_name}"
        for platform, contract in objects
        for layer in ("stg", "int")
    ]
    return Relations(
        raw_tables=frozenset(contract.table(slug, platform) for platform, contract in objects),
        schemas=frozenset(_own_schemas(slug)),
        built=frozenset([*built, *(one.format(slug) for one in FACTS)]),
        pooled=frozenset([POOLED]),
    )


def tenant_contracts(
    tenant: Tenant, catalogue: Catalogue
) -> list[tuple[str, ConnectorObject, LandingContract]]:
    """Platform, object and landing contract of everything the tenant's sources can land."""
    known = landing_contracts()
    return [
        (platform, one, contract)
        for platform in tenant.sources
        for one in catalogue.connector(platform).objects
        for contract in known
        if (contract.master_model, contract.object_name)
        == (catalogue.connector(platform).master_model, one.name)
    ]


def raw_contracts(tenant: Tenant, catalogue: Catalogue) -> dict[str, Contract]:
    """The contracts of the tenant's raw tables, by table."""
    made = [
        contract.raw_contract(tenant.slug, platform)
        for platform, _, contract in tenant_contracts(tenant, catalogue)
    ]
    return {one.table: one for one in made}


def configuration(tenant: Tenant, catalogue: Catalogue) -> dict[str, Any]:
    """What the models have to know of the tenant: the route of every raw table, its own logic."""
    sources: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for platform, one, contract in tenant_contracts(tenant, catalogue):
        raw = {
            "table": contract.table(tenant.slug, platform),
            "columns": list(contract.columns),
            "key": list(contract.key),
            "cursor": contract.cursor,
        }
        sources.setdefault(platform, {}).setdefault(one.name, []).append(raw)
    return {
        "sources": sources,
        "currency": tenant.currency,
        "time_zone": tenant.time_zone,
        "logic": tenant.logic.model_dump(mode="json"),
    }


def models_of_tenant(tenant: Tenant, catalogue: Catalogue) -> list[str]:
    """Names of the dbt models that a run of the tenant builds."""
    names: list[str] = []
    for platform in tenant.sources:
        connector = catalogue.connector(platform)
        for one in connector.objects:
            names += [
                f"stg_{platform}__{one.name}",
                f"platform_mm__{connector.master_model}_{one.name}",
                f"int_{platform}__{one.name}",
            ]
    return [*dict.fromkeys(names), "tag:analytics"]


def _own_schemas(slug: str) -> tuple[str, ...]:
    return (f"{slug}_analytics", f"{slug}_intermediate", f"{slug}_staging")


def _published(name: str, slug: str) -> PublishedTable:
    return PublishedTable(
        name=name, key=("tenant_skey",), layer=f"{slug}_analytics", folder="tables"
    )
