"""The platform's own run: what is kept over all tenants, released in a series of its own."""
# long because: the tests share one world of two tenants.

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from penstock.cli import app
from penstock.contracts.product import PLATFORM
from penstock.loading.load import load
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.receive import land_tables
from penstock.releasing.release import release
from penstock.releasing.verify import verify
from penstock.runs import RunReport, land_own, run
from penstock.settings import Settings, new_run_id
from penstock.tenancy import one_tenant
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.tenants import ask, build, mock_load, of, take_back, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME, BIRCH = "acme", "acme_birch"
ENTRIES = (
    tenant_entry(ACME, 11, ["facebook_ads", "instagram_ads"]),
    tenant_entry(BIRCH, 12, ["facebook_ads", "shopify"]),
)
HUB = "select * from hub_key_registry order by all"


CHANGED = {**ENTRIES[0], "business_name": "Acme and Daughters"}
"""The entry of the first tenant, changed."""


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
    _expect_artifacts(copied)


def _expect_artifacts(settings: Settings) -> None:
    """What the last runs left of themselves: once per tenant and node, of relations there are."""
    results = platform_rows(
        settings,
        "select tenant_slug, count(*) = count(distinct unique_id), count(distinct run_id),"
        " bool_and(status in ('success', 'pass')) from run_results__current group by 1 order by 1",
    )
    assert results == [(slug, True, 1, True) for slug in (ACME, BIRCH, PLATFORM)]
    for kind, name in (("model", "model_name"), ("test", "test_name")):
        defined = platform_rows(
            settings, f"select tenant_slug, {name} from {kind}_artifacts__current order by all"
        )
        assert defined == platform_rows(
            settings,
            "select tenant_slug, node_name from run_results__current"
            f" where resource_type = '{kind}' order by all",
        )
    there = "select table_schema || '.' || table_name from information_schema.tables"
    assert not platform_rows(
        settings, f"from model_artifacts__current where relation_name not in ({there})"
    )


def test_a_run_looks_at_the_tenants_that_have_changed_only(copied: Settings) -> None:
    with duckdb.connect(str(PRODUCT.warehouse(copied))) as connection:
        connection.execute("update platform.hub_key_registry set version_count = 99")
    mock_load(copied, BIRCH, start=date(2026, 3, 3), end=date(2026, 3, 3))
    build(copied, BIRCH)
    run_platform(copied)
    touched = "select tenant_slug, max(version_count) = 99 from hub_key_registry group by all"
    assert dict(platform_rows(copied, touched)) == {ACME: True, BIRCH: False}


def test_what_is_retracted_or_of_nobody_leaves_the_hub(copied: Settings) -> None:
    take_back(copied, BIRCH, "shopify__orders")
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


def _tell(folder: Path, entries: Sequence[dict[str, Any]]) -> Settings:
    """Land and load what the platform knows when tenants.yaml has these entries; build nothing."""
    settings = tenant_settings(folder, entries)
    platform = one_tenant(PRODUCT, settings, PLATFORM)
    land_own(platform, settings)
    load(platform, settings)
    return settings


def test_a_configurations_history_has_one_row_per_change(copied: Settings) -> None:
    folder = copied.data_dir.parent
    _tell(folder, [CHANGED, ENTRIES[1]])
    _tell(folder, [{**CHANGED, "currency": "EUR"}, ENTRIES[1]])
    # A wrong entry serves nobody, and so changes nothing; neither does reading it again.
    wrong = {**CHANGED, "sources": ["myspace_ads"]}
    _tell(folder, [wrong, ENTRIES[1]])
    settings = _tell(folder, [{**CHANGED, "currency": "EUR"}, ENTRIES[1]])
    run_platform(settings)
    history = (
        "select version_number, business_name, configuration ->> '$.currency', valid_from, valid_to"
        f" from platform_sat__tenant_config_history where tenant_slug = '{ACME}' order by 1"
    )
    rows = platform_rows(settings, history)
    assert [row[:3] for row in rows] == [
        (1, ACME, "USD"),
        (2, "Acme and Daughters", "USD"),
        (3, "Acme and Daughters", "EUR"),
    ]
    assert [row[4] for row in rows] == [*(row[3] for row in rows[1:]), None]
    assert not run_platform(settings).transform.built
    assert platform_rows(settings, history) == rows
    # Nobody's any more, and taken up again as it was.
    _tell(folder, [ENTRIES[1]])
    run_platform(_tell(folder, [{**CHANGED, "currency": "EUR"}, ENTRIES[1]]))
    later = platform_rows(settings, history)
    assert later[:2] == rows[:2]
    assert [row[4] is None for row in later] == [False, False, False, True]
    assert later[2][4] < later[3][3]
    others = (
        f"select count(*) from platform_sat__tenant_config_history where tenant_slug = '{BIRCH}'"
    )
    assert platform_rows(settings, others) == [(1,)]


def test_the_sources_are_those_configured_now(copied: Settings) -> None:
    settings = _tell(copied.data_dir.parent, [{**ENTRIES[0], "sources": ["bing_ads"]}, ENTRIES[1]])
    run_platform(settings)
    assert platform_rows(
        settings,
        "select tenant_slug, source_platform, master_model_id, key_count > 0"
        " from platform_sat__tenant_source_configs order by all",
    ) == [
        (ACME, "bing_ads", "bing_ads_api_v1", False),
        (BIRCH, "facebook_ads", "facebook_ads_api_v1", True),
        (BIRCH, "shopify", "shopify_api_v1", True),
    ]


def _land(settings: Settings, rows: pl.DataFrame) -> None:
    file = settings.data_dir.parent / "anything.parquet"
    rows.write_parquet(file)
    (landed,) = land_tables(of(settings, BIRCH), settings, [file]).files
    assert landed.status == "new", landed.problem
    load(of(settings, BIRCH), settings)


def test_a_schemas_history_has_one_row_per_period(copied: Settings) -> None:
    folder = copied.raw_dir / "marketing" / BIRCH / f"{BIRCH}_shopify__products"
    landed = pl.read_parquet(min(folder.glob("*.parquet")))
    own = landed.select(pl.exclude("^_.*$", "extra_columns")).head(1)
    for title, extra in (("a", {}), ("b", {}), ("c", {"colour": pl.lit("red")}), ("d", {})):
        _land(copied, own.with_columns(title=pl.lit(title), **extra))
    run_platform(copied)
    history = (
        "select source_platform, object_name, outcome, extra_columns, file_count, is_current,"
        " valid_from, valid_to from platform_sat__source_schema_history"
        f" where raw_table = '{BIRCH}_shopify__products' order by valid_from"
    )
    rows = platform_rows(copied, history)
    # The mock's deliveries have made way for real ones, and so have left the history.
    assert [row[:6] for row in rows] == [
        ("shopify", "products", "exact", "[]", 2, False),
        ("shopify", "products", "superset", '["colour"]', 1, False),
        ("shopify", "products", "exact", "[]", 1, True),
    ]
    assert [row[7] for row in rows] == [*(row[6] for row in rows[1:]), None]
    hashes = platform_rows(
        copied,
        "select is_blueprint, outcome, file_count, columns_json"
        " from platform_ops__schema_hash_registry"
        " where object_name = 'products' and file_count > 0 order by all",
    )
    assert [row[:3] for row in hashes] == [(False, "superset", 1), (True, "exact", 3)]
    (products,) = (
        one
        for one in landing_contracts()
        if (one.master_model, one.object_name) == ("shopify_api_v1", "products")
    )
    told = [None if row[3] is None else json.loads(row[3]) for row in hashes]
    assert told == [None, dict(products.columns)]
    # What the tenant's ledger knew is known still when the ledger is lost.
    for lost in of(copied, BIRCH).ledger(copied).parent.glob(f"{BIRCH}.ledger.sqlite*"):
        lost.unlink()
    assert run_platform(copied).transform.built
    assert platform_rows(copied, history) == rows


def test_the_manifests_are_those_of_the_current_releases(copied: Settings) -> None:
    made = release(of(copied, BIRCH), copied, run_id=new_run_id()).release
    run_platform(copied)
    sealed = yaml.safe_load((made / "data" / "semantic" / f"{BIRCH}.yml").read_text())
    rows = platform_rows(
        copied,
        "select tenant_slug, semantic_table, definition from platform_ops__semantic_manifests",
    )
    assert {row[0] for row in rows} == {BIRCH}
    assert {name: json.loads(text) for _, name, text in rows} == sealed
    listed = platform_rows(
        copied,
        "select semantic_table, field_kind, field_name, expression"
        " from platform_ops__boring_semantic_layer",
    )
    kinds = ("dimension", "measure", "calculated_measure", "join")
    assert set(listed) == {
        (table, kind, name, field.get("expr"))
        for table, one in sealed.items()
        for kind in kinds
        for name, field in one.get(f"{kind}s", {}).items()
    }
