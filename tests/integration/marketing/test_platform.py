"""The platform's own run: what is kept over all tenants, released in a series of its own."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.contracts.product import PLATFORM
from penstock.ledger import Ledger
from penstock.loading.retract import retract_deliveries
from penstock.products.marketing.product import PRODUCT
from penstock.releasing.verify import verify
from penstock.runs import RunReport, run
from penstock.settings import Settings
from penstock.tenancy import one_tenant
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.tenants import ask, build, mock_load, of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME, BIRCH = "acme", "acme_birch"
ENTRIES = (
    tenant_entry(ACME, 11, ["facebook_ads", "instagram_ads"]),
    tenant_entry(BIRCH, 12, ["facebook_ads", "shopify"]),
)
HUB = "select * from hub_key_registry order by all"


def run_platform(settings: Settings) -> RunReport:
    return run(one_tenant(PRODUCT, settings, PLATFORM), settings)


def platform_rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return query_warehouse(one_tenant(PRODUCT, settings, PLATFORM), settings, sql).rows


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = tenant_settings(tmp_path_factory.mktemp("platform"), ENTRIES)
    for slug in (ACME, BIRCH):
        mock_load(settings, slug)
        build(settings, slug)
    run_platform(settings)
    return settings


@pytest.fixture
def copied(built: Settings, tmp_path: Path) -> Settings:
    """A copy to change."""
    shutil.copytree(built.data_dir.parent, tmp_path / "world", symlinks=True)
    return tenant_settings(tmp_path / "world", ENTRIES)


def test_every_key_is_registered_once(built: Settings) -> None:
    masters = [
        "facebook_ads_api_v1_campaigns",
        "facebook_ads_api_v1_ad_sets",
        "facebook_ads_api_v1_ads",
        "facebook_ads_api_v1_insights",
        "shopify_api_v1_orders",
        "shopify_api_v1_products",
    ]
    pushed = " union all ".join(
        f"select '{one}' as master, * from platform_mm__{one}" for one in masters
    )
    expected = platform_rows(
        built,
        "select tenant_slug, master, tenant_skey, min(loaded_at), max(loaded_at), count(*)"
        f" from ({pushed}) group by all order by all",
    )
    registered = platform_rows(
        built,
        "select tenant_slug, master_model_id || '_' || object_name, tenant_skey, first_seen_at,"
        " last_seen_at, version_count from hub_key_registry order by all",
    )
    assert registered == expected
    assert {row[0] for row in registered} == {ACME, BIRCH}
    held = platform_rows(
        built,
        "select object_name, tenant_count from platform_ops__master_model_registry"
        " where key_count > 0 order by all",
    )
    two = [(name, 2) for name in ("ad_sets", "ads", "campaigns", "insights")]
    assert held == [*two, ("orders", 1), ("products", 1)]


def test_nothing_new_makes_no_release_and_something_new_does(copied: Settings) -> None:
    again = run_platform(copied)
    assert not again.release.is_new
    assert not again.transform.built
    assert again.release.release.parent == copied.releases_dir / "marketing" / PLATFORM
    assert verify(again.release.release, strict=True).passed
    keys = platform_rows(copied, "select count(*) from hub_key_registry")
    mock_load(copied, BIRCH, start=date(2026, 3, 3), end=date(2026, 3, 3))
    build(copied, BIRCH)
    after = run_platform(copied)
    assert after.release.is_new
    assert platform_rows(copied, "select count(*) from hub_key_registry") > keys
    incremental = platform_rows(copied, HUB)
    transform(one_tenant(PRODUCT, copied, PLATFORM), copied, full_refresh=True)
    assert platform_rows(copied, HUB) == incremental


def test_a_run_looks_at_the_tenants_that_have_changed_only(copied: Settings) -> None:
    with duckdb.connect(str(PRODUCT.warehouse(copied))) as connection:
        connection.execute("update platform.hub_key_registry set version_count = 99")
    mock_load(copied, BIRCH, start=date(2026, 3, 3), end=date(2026, 3, 3))
    build(copied, BIRCH)
    run_platform(copied)
    touched = "select tenant_slug, max(version_count) = 99 from hub_key_registry group by all"
    assert dict(platform_rows(copied, touched)) == {ACME: True, BIRCH: False}


def test_what_is_retracted_or_of_nobody_leaves_the_hub(copied: Settings) -> None:
    product = of(copied, BIRCH)
    with Ledger(product.ledger(copied)) as ledger:
        gone = [
            one
            for one in ledger.deliveries(status="loaded")
            if one.table_name.endswith("shopify__orders")
        ]
        retract_deliveries(product, copied, ledger, gone)
    build(copied, BIRCH)
    run_platform(copied)
    orders = "select count(*) from hub_key_registry where object_name = 'orders'"
    assert platform_rows(copied, orders) == [(0,)]
    assert ask(copied, BIRCH, "select count(*) from fct_{t}__orders") == [(0,)]


def test_neither_a_wrong_entry_nor_a_suspended_tenant_stops_it(
    built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.data_dir.parent, tmp_path / "world", symlinks=True)
    wrong = {**ENTRIES[0], "sources": ["myspace_ads"]}
    suspended = {**ENTRIES[1], "status": "suspended"}
    settings = tenant_settings(tmp_path / "world", [wrong, suspended])
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    done = CliRunner().invoke(app, ["run", "marketing"])
    assert done.exit_code == 1
    assert "1 of 1 tenants failed (acme); the others are done" in done.output
    assert "release: " in done.output
    assert platform_rows(settings, HUB) == platform_rows(built, HUB)
    refused = CliRunner().invoke(app, ["mock", "marketing", "--tenant", PLATFORM])
    assert "platform is what all tenants of marketing share" in refused.output
