"""Worlds of the product `marketing`: tenants of a test's own, and asking their tables."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.retract import retract_deliveries
from penstock.products.marketing.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import TransformReport, transform

START, END = date(2026, 3, 1), date(2026, 3, 2)
REFERENCE = REPOSITORY_ROOT / "data" / "reference" / "marketing"


def tenant_entry(slug: str, seed: int, sources: Sequence[str], **more: Any) -> dict[str, Any]:
    """An entry of tenants.yaml with a small world."""
    levers = {"seed": seed, "campaigns": 2, "daily_orders": 4, "conversion_rate": 0.1}
    entry = {"slug": slug, "business_name": slug, "status": "active", "sources": list(sources)}
    return {**entry, "generator": levers, **more}


def tenant_settings(folder: Path, entries: Sequence[dict[str, Any]]) -> Settings:
    """Settings of a data directory of its own with these tenants."""
    reference = folder / "reference" / "marketing"
    if not reference.exists():
        shutil.copytree(REFERENCE, reference)
    text = yaml.safe_dump({"tenants": list(entries)}, sort_keys=False)
    (reference / "tenants.yaml").write_text(text, encoding="utf-8")
    return Settings(
        data_dir=folder / "data",
        reference_dir=folder / "reference",
        _env_file=None,
    )


def of(settings: Settings, slug: str) -> Product:
    """A tenant's declaration."""
    assert PRODUCT.of_tenant is not None
    return PRODUCT.of_tenant(PRODUCT, settings, slug)


def mock_load(settings: Settings, slug: str, *, start: date = START, end: date = END) -> None:
    """Land and load the days of a tenant's world."""
    product = of(settings, slug)
    product.mock(product, settings, start=start, end=end)
    load(product, settings)


def build(settings: Settings, slug: str, *, full_refresh: bool = False) -> TransformReport:
    """Build a tenant's star schema."""
    return transform(of(settings, slug), settings, full_refresh=full_refresh)


def ask(settings: Settings, slug: str, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the working warehouse; `{t}` is the tenant."""
    return query_warehouse(of(settings, slug), settings, sql.format(t=slug)).rows


def take_back(settings: Settings, slug: str, ending: str) -> None:
    """Retract every loaded file of the tenant's tables whose names end so."""
    product = of(settings, slug)
    with Ledger(product.ledger(settings)) as ledger:
        loaded = ledger.deliveries(status="loaded")
        gone = [one for one in loaded if one.table_name.endswith(ending)]
        retract_deliveries(product, settings, ledger, gone)
