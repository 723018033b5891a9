"""What there is to tell of tenants, contracts and releases, as rows.

Belongs here: reading configuration, contracts, ledgers and releases. Does not belong here: landing
the rows (`land.py`); what they come to (dbt). Neither a wrong entry of a tenant nor a missing
ledger stops it: what is not known is not told.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.in_step import last_commit
from penstock.products.marketing.catalogue import read_catalogue
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.land_table import SCHEMA_FACT
from penstock.products.marketing.semantic import manifest_file
from penstock.products.marketing.tenants import is_slug, read_tenants
from penstock.releasing.bag import PAYLOAD
from penstock.releasing.series import series_of
from penstock.settings import Settings

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without the fast one

Row = dict[str, Any]
Facts = Callable[[Product, Settings], Iterator[Row]]


def tenant_entries(product: Product, settings: Settings) -> Iterator[Row]:
    """The entries of tenants.yaml."""
    del product
    tenants = read_tenants(settings)
    for slug in _slugs(settings):
        known = tenants.known.get(slug)
        yield {
            "tenant_slug": slug,
            "business_name": known and known.business_name,
            "status": known and known.status,
            "configuration": known
            and json.dumps(known.model_dump(mode="json"), sort_keys=True, ensure_ascii=False),
        }


def tenant_commits(product: Product, settings: Settings) -> Iterator[Row]:
    """The last commit of each tenant that has one."""
    for slug, ledger in _ledgers(product, settings):
        token = last_commit(ledger)
        if token is not None:
            yield {"tenant_slug": slug, "commit_token": token}


def schema_routes(product: Product, settings: Settings) -> Iterator[Row]:
    """How the schemas of the tenants' landed tables were routed."""
    for slug, ledger in _ledgers(product, settings):
        for fact, text in ledger.facts_beginning(SCHEMA_FACT).items():
            table, _, schema_hash = fact.removeprefix(SCHEMA_FACT).partition(" ")
            platform, _, name = table.removeprefix(f"{slug}_").partition("__")
            seen: Mapping[str, Any] = json.loads(text)
            yield {
                "raw_table": table,
                "source_schema_hash": schema_hash,
                "tenant_slug": slug,
                "source_platform": platform,
                "object_name": re.sub(r"__r\d+$", "", name),
                "outcome": seen["outcome"],
                "contract": seen["contract"],
                "extra_columns": json.dumps(seen["extra"]),
                "missing_columns": json.dumps(seen["missing"]),
            }


def blueprints(product: Product, settings: Settings) -> Iterator[Row]:
    """The contracts, with what the catalogue says of their objects."""
    del product
    catalogue = read_catalogue(settings)
    for contract in landing_contracts():
        platforms = catalogue.platforms_of(contract.master_model)
        objects = {
            one.name: (connector, one)
            for connector, one in catalogue.objects()
            if connector.master_model == contract.master_model
        }
        connector, one = objects.get(contract.object_name, (None, None))
        yield {
            "master_model_id": contract.master_model,
            "object_name": contract.object_name,
            "contract_revision": contract.revision,
            "domain": connector and connector.domain,
            "object_kind": one and one.kind,
            "source_platforms": ", ".join(platforms),
            "api_version": contract.since,
            "natural_key": ", ".join(contract.key),
            "cursor_column": contract.cursor,
            "source_schema_hash": contract.hash,
            "columns_json": json.dumps(contract.columns),
        }


def semantic_tables(product: Product, settings: Settings) -> Iterator[Row]:
    """The semantic manifests that the tenants' current releases hold, table by table."""
    for slug in _slugs(settings):
        release = series_of(settings, replace(product, tenant=slug).series).current()
        path = None if release is None else manifest_file(release / PAYLOAD, slug)
        # A release of the days before there were manifests has none.
        if path is None or not path.exists():
            continue
        manifest = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one
        for name, definition in manifest.items():
            yield {
                "tenant_slug": slug,
                "semantic_table": name,
                "relation_name": definition["table"],
                "definition": json.dumps(definition, ensure_ascii=False),
            }


def _slugs(settings: Settings) -> list[str]:
    """The slugs of tenants.yaml that can be one, those of wrong entries too, in alphabetical order.

    Only such ever reach a path.
    """
    tenants = read_tenants(settings)
    slugs = {*tenants.known, *tenants.problems}
    return sorted(one for one in slugs if is_slug(one))


def _ledgers(product: Product, settings: Settings) -> Iterator[tuple[str, Ledger]]:
    for slug in _slugs(settings):
        path = replace(product, tenant=slug).ledger(settings)
        if path.exists():
            with Ledger(path) as ledger:
                yield slug, ledger
