"""Tenants from their files to their star schemas: one pass, no doubling, no leak, no cent lost."""
# long because: the tests share one world of two tenants, which takes half a minute to build.

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.contracts.product import MOCK
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.stale import mark_stale
from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.receive import land_tables
from penstock.releasing.release import release
from penstock.releasing.verify import verify
from penstock.settings import Settings, new_run_id
from penstock.transforming.results import DbtError
from support.tenants import (
    END,
    START,
    ask,
    build,
    mock_load,
    of,
    take_back,
    tenant_entry,
    tenant_settings,
)

pytestmark = pytest.mark.integration

ACME, BIRCH = "acme", "acme_birch"
ENTRIES = (
    tenant_entry(
        ACME,
        11,
        ["facebook_ads", "instagram_ads", "google_ads", "shopify", "google_analytics"],
    ),
    # A slug that begins with the other's, and no source of events.
    tenant_entry(BIRCH, 12, ["google_ads", "shopify"], currency="EUR"),
)
FACTS = ("fct_{}__ad_performance", "fct_{}__orders", "fct_{}__events", "fct_{}__sessions")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = tenant_settings(tmp_path_factory.mktemp("tenants"), ENTRIES)
    for slug in (ACME, BIRCH):
        mock_load(settings, slug)
        build(settings, slug)
    return settings


@pytest.fixture
def copied(built: Settings, tmp_path: Path) -> Settings:
    """A copy to change."""
    shutil.copytree(built.data_dir.parent, tmp_path / "world")
    return tenant_settings(tmp_path / "world", ENTRIES)


def _landed(settings: Settings, slug: str, table: str) -> pl.DataFrame:
    folder = settings.raw_dir / "marketing" / slug / f"{slug}_{table}"
    return pl.concat([pl.read_parquet(one) for one in sorted(folder.glob("*.parquet"))])


def _fingerprint(settings: Settings, slug: str) -> dict[str, object]:
    return {
        fact: ask(settings, slug, f"select count(*), sum(hash(rows)) from {fact.format(slug)} rows")
        for fact in (*FACTS, "dim_{}__campaigns", "dim_{}__users")
    }


def test_one_pass_is_enough(built: Settings) -> None:
    for fact in FACTS:
        ((count,),) = ask(built, ACME, f"select count(*) from {fact.format(ACME)}")
        assert count > 0, fact


def test_spend_is_that_of_the_files_to_the_cent_in_one_unit(built: Settings) -> None:
    spend = dict(
        ask(
            built,
            ACME,
            "select source_platform, sum(spend) from fct_{t}__ad_performance group by all",
        )
    )
    for platform in ("facebook_ads", "instagram_ads"):
        texts = _landed(built, ACME, f"{platform}__insights")["spend"]
        assert spend[platform] == sum(map(Decimal, texts))
    micros = _landed(built, ACME, "google_ads__ad_performance")["cost_micros"].sum()
    assert spend["google_ads"] == Decimal(micros) / 1_000_000


def test_orders_and_purchases_are_those_of_the_files(built: Settings) -> None:
    texts = _landed(built, ACME, "shopify__orders")["total_price"]
    ((orders,),) = ask(built, ACME, "select sum(total_price) from fct_{t}__orders")
    ((revenue,),) = ask(built, ACME, "select sum(session_revenue) from fct_{t}__sessions")
    ((known,),) = ask(built, ACME, "select sum(orders) from dim_{t}__users")
    assert orders == revenue == sum(map(Decimal, texts))
    assert known == texts.len()


def test_ids_are_text_and_measures_are_exact(built: Settings) -> None:
    types = ask(
        built,
        ACME,
        "select column_name, data_type from information_schema.columns"
        " where table_schema = '{t}_analytics'",
    )
    assert {kind for name, kind in types if name.endswith("_id")} == {"VARCHAR"}
    assert "DOUBLE" not in {kind for _, kind in types}
    assert ask(built, ACME, "select distinct length(ad_id) > 9 from fct_{t}__ad_performance") == [
        (True,)
    ]


def test_a_source_the_tenant_lacks_is_an_empty_table_of_the_same_columns(built: Settings) -> None:
    columns = "select column_name, column_type from (describe fct_{t}__events)"
    assert ask(built, ACME, columns) == ask(built, BIRCH, columns)
    assert ask(built, BIRCH, "select count(*) from fct_{t}__events") == [(0,)]


def test_no_row_of_one_tenant_is_in_anothers_tables(built: Settings) -> None:
    keys = {
        slug: {
            key
            for fact in FACTS
            for (key,) in ask(built, slug, f"select tenant_skey from {fact.format(slug)}")
        }
        for slug in (ACME, BIRCH)
    }
    assert not keys[ACME] & keys[BIRCH]
    pooled = ask(
        built,
        ACME,
        "select count(*), count(distinct tenant_slug)"
        " from platform_mm__google_ads_api_v1_campaigns",
    )
    assert pooled == [(4, 2)]


MASTER = "platform.platform_mm__google_ads_api_v1_ad_performance"
# Another tenant's records under this tenant's name, in the pooled master model.
IN_MASTER = (
    f"insert into {MASTER} select * replace ('{BIRCH}' as tenant_slug) from {MASTER}"
    f" where tenant_slug = '{ACME}'"
)
# Another tenant's row in this tenant's own tables.
IN_OWN = (
    f"insert into {BIRCH}_intermediate.int_{BIRCH}__shopify_orders"
    f" from {ACME}_intermediate.int_{ACME}__shopify_orders limit 1"
)


def test_a_planted_leak_is_caught(copied: Settings) -> None:
    before = _fingerprint(copied, BIRCH)
    _plant(copied, IN_OWN)
    # What no delivery of the tenant's own vouches for leaves with the next build.
    _rebuild_all(copied)
    assert _fingerprint(copied, BIRCH) == before
    _plant(copied, IN_MASTER)
    with pytest.raises(DbtError, match="no_row_of_another_tenant"):
        _rebuild_all(copied)
    failed = "select tenant_slug, node_name from run_results__current where status = 'fail'"
    assert ask(copied, BIRCH, failed) == [(BIRCH, "no_row_of_another_tenant")]


def _plant(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        connection.execute(sql)


def _rebuild_all(settings: Settings) -> None:
    """An incremental build, although nothing is new."""
    product = of(settings, BIRCH)
    with Ledger(product.ledger(settings)) as ledger, ledger.transaction():
        mark_stale(ledger, date.min)
    build(settings, BIRCH)


def test_running_again_changes_no_number(copied: Settings) -> None:
    before = _fingerprint(copied, ACME)
    master = "select count(*) from platform_mm__facebook_ads_api_v1_insights"
    versions = ask(copied, ACME, master)
    mock_load(copied, ACME)
    assert not build(copied, ACME).built
    # The same rows delivered again under another name: no version, no row more.
    raw = copied.raw_dir / "marketing" / ACME / f"{ACME}_facebook_ads__insights"
    file = min(raw.glob("*.parquet"))
    shutil.copy(file, file.with_name(file.name.replace(".parquet", ".r2.parquet")))
    load(of(copied, ACME), copied)
    assert build(copied, ACME).built
    build(copied, ACME, full_refresh=True)
    assert _fingerprint(copied, ACME) == before
    assert ask(copied, ACME, master) == versions


def _restated(
    settings: Settings, folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> Path:
    rows = _landed(settings, ACME, "facebook_ads__insights")
    own = [one for one in rows.columns if not one.startswith("_") and one != "extra_columns"]
    folder.mkdir(exist_ok=True)
    change(rows.select(own)).write_parquet(folder / "anything.parquet")
    return folder / "anything.parquet"


def test_a_restated_record_is_a_version_and_the_latest_counts(
    copied: Settings, tmp_path: Path
) -> None:
    product = of(copied, ACME)
    with Ledger(product.ledger(copied)) as ledger:
        mocked = [one for one in ledger.deliveries() if one.source == MOCK]
    file = _restated(
        copied,
        tmp_path / "drop",
        lambda rows: rows.head(1).with_columns(spend=pl.lit("1000.01"), quality=pl.lit("new")),
    )
    landed = land_tables(product, copied, [file], source="facebook_ads")
    assert [one.status for one in landed.files] == ["new"]
    # Real rows drive mock ones out; what is left is the one record, with what nobody knew before.
    load(product, copied)
    build(copied, ACME)
    assert mocked
    rows = ask(copied, ACME, "select spend from fct_{t}__ad_performance")
    assert rows == [(Decimal("1000.01"),)]
    payload = ask(
        copied,
        ACME,
        "select raw_data_payload ->> '$.quality' from platform_mm__facebook_ads_api_v1_insights"
        " where tenant_slug = '{t}' order by loaded_at desc limit 1",
    )
    assert payload == [("new",)]
    land_tables(
        product,
        copied,
        [
            _restated(
                copied, tmp_path / "two", lambda rows: rows.tail(1).with_columns(spend=pl.lit("2"))
            )
        ],
        source="facebook_ads",
    )
    load(product, copied)
    build(copied, ACME)
    assert ask(copied, ACME, "select sum(spend) from fct_{t}__ad_performance") == [(Decimal(2),)]
    versions = ask(
        copied,
        ACME,
        "select count(*) from platform_mm__facebook_ads_api_v1_insights where tenant_slug = '{t}'",
    )
    assert versions == [(2,)]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [("2026-03-05", "2026-03-01", "is before"), ("2126-03-01", "2126-03-01", "in the future")],
)
def test_days_that_no_world_can_have_are_refused(
    tmp_path: Path, start: str, end: str, why: str
) -> None:
    product = of(tenant_settings(tmp_path, ENTRIES), BIRCH)
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    with pytest.raises(PenstockError, match=why):
        product.mock(product, tenant_settings(tmp_path, ENTRIES), start=first, end=last)


def test_a_world_never_lands_beside_real_files(copied: Settings, tmp_path: Path) -> None:
    product = of(copied, ACME)
    file = _restated(copied, tmp_path / "drop", lambda rows: rows)
    land_tables(product, copied, [file], source="facebook_ads")
    with pytest.raises(PenstockError, match=r"real data have landed here \(facebook_ads\)"):
        product.mock(product, copied, start=date(2026, 3, 3), end=date(2026, 3, 3))


def test_a_retracted_delivery_leaves_everywhere(copied: Settings) -> None:
    take_back(copied, BIRCH, "shopify__orders")
    build(copied, BIRCH)
    assert ask(copied, BIRCH, "select count(*) from fct_{t}__orders") == [(0,)]
    pooled = "select distinct tenant_slug from platform_mm__shopify_api_v1_orders"
    assert ask(copied, BIRCH, pooled) == [(ACME,)]


def test_what_fits_nothing_is_quarantined_and_the_rest_goes_on(
    copied: Settings, tmp_path: Path
) -> None:
    product = of(copied, ACME)
    drop = tmp_path / "drop"
    drop.mkdir()
    _restated(copied, drop, lambda rows: rows.with_columns(pl.col("spend").cast(pl.Float64)))
    pl.DataFrame({"ad_id": ["1"], "colour": ["red"]}).write_parquet(drop / "campaigns.parquet")
    good = _landed(copied, ACME, "shopify__products")
    own = [one for one in good.columns if not one.startswith("_") and one != "extra_columns"]
    good.select(own).write_parquet(drop / "orders.parquet")  # its name is another table's
    landed = {one.name: one for one in land_tables(product, copied, [drop], source="shopify").files}
    again = land_tables(product, copied, [drop / "orders.parquet"], source="shopify").files
    assert [one.status for one in again] == ["unchanged"]
    assert landed["orders.parquet"].status == "new"
    assert "spend is float, expected string" in landed["anything.parquet"].problem
    assert landed["campaigns.parquet"].status == "failed"
    with Ledger(product.ledger(copied)) as ledger:
        refused = {one.reason for one in ledger.quarantine()}
        tables = {one.table_name for one in ledger.deliveries() if one.source == "shopify"}
    assert refused == {"changed_type", "unknown"}
    assert tables == {f"{ACME}_shopify__products"}


def test_what_two_connectors_share_asks_which(copied: Settings, tmp_path: Path) -> None:
    file = _restated(copied, tmp_path / "drop", lambda rows: rows)
    (landed,) = land_tables(of(copied, ACME), copied, [file]).files
    assert "facebook_ads, instagram_ads" in landed.problem
    product = of(copied, ACME)
    twin = Path(shutil.copy(file, file.with_name("twin.parquet")))
    land_tables(product, copied, [twin])
    (landed,) = land_tables(product, copied, [file], source="facebook_ads").files
    assert landed.status == "new"
    with Ledger(product.ledger(copied)) as ledger:
        assert ledger.quarantine() == []
    assert list((copied.quarantine_dir / "marketing" / ACME).iterdir()) == []
    (landed,) = land_tables(of(copied, BIRCH), copied, [file]).files
    assert landed.problem.startswith("source_not_enabled")


def test_without_its_files_a_tenants_history_is_typed_anew_from_the_payloads(
    copied: Settings,
) -> None:
    before = _fingerprint(copied, BIRCH)
    shutil.rmtree(copied.raw_dir)
    build(copied, BIRCH, full_refresh=True)
    assert _fingerprint(copied, BIRCH) == before


def test_facts_hold_no_payload_to_parse(built: Settings) -> None:
    """Every column of a fact is typed; the one JSON text of a source is kept as it is."""
    kinds = ask(
        built,
        ACME,
        "select column_name, data_type from information_schema.columns"
        " where table_schema = '{t}_analytics'"
        " and (data_type = 'JSON' or column_name like '%json%')",
    )
    assert kinds == [("line_items_json", "VARCHAR")]
    views = "select count(*) from information_schema.views where table_schema = '{t}_analytics'"
    assert ask(built, ACME, views) == [(0,)]


def test_a_tenants_release_proves_itself(built: Settings) -> None:
    product = of(built, ACME)
    made = release(product, built, run_id=new_run_id())
    assert made.release.parent == built.releases_dir / "marketing" / ACME
    assert verify(made.release, strict=True).passed
    assert not release(product, built, run_id=new_run_id()).is_new
    report = (made.release / "data" / "reports" / f"marketing_{ACME}.html").read_text()
    assert "facebook_ads" in report


def test_a_source_that_is_enabled_later_is_empty_until_its_first_file(copied: Settings) -> None:
    spend = "select * from fct_{t}__ad_performance order by all"
    before = ask(copied, ACME, spend)
    later = {**ENTRIES[0], "sources": [*ENTRIES[0]["sources"], "woocommerce"]}
    settings = tenant_settings(copied.data_dir.parent, [later, *ENTRIES[1:]])
    load(of(settings, ACME), settings)
    build(settings, ACME)
    orders = "select count(*) from fct_{t}__orders where source_platform = 'woocommerce'"
    assert ask(settings, ACME, orders) == [(0,)]
    assert ask(settings, ACME, spend) == before
    # A run makes the new source's days beside those that are there, once.
    product = of(settings, ACME)
    assert product.mock(product, settings, end=END) == 3
    assert product.mock(product, settings, end=END) == 0
    load(product, settings)
    build(settings, ACME)
    landed = _landed(settings, ACME, "woocommerce__orders")
    assert ask(settings, ACME, orders) == [(landed["id"].n_unique(),)]
    assert ask(settings, ACME, spend) == before


def test_a_mock_day_that_broke_off_is_completed(tmp_path: Path) -> None:
    whole = tenant_settings(tmp_path / "whole", ENTRIES)
    of(whole, BIRCH).mock(of(whole, BIRCH), whole, start=START, end=START)
    (file,) = (whole.raw_dir / "marketing" / BIRCH / f"{BIRCH}_shopify__orders").iterdir()
    settings = tenant_settings(tmp_path / "broken", ENTRIES)
    product = of(settings, BIRCH)
    in_the_way = product.raw_dir(settings) / file.parent.name / f".{file.name}.partial"
    in_the_way.mkdir(parents=True)
    with pytest.raises(OSError, match=in_the_way.name):
        product.mock(product, settings, start=START, end=START)
    in_the_way.rmdir()
    assert product.mock(product, settings, end=START) > 0
    for table in file.parent.parent.iterdir():
        there = product.raw_dir(settings) / table.name
        assert {one.name for one in there.iterdir()} == {one.name for one in table.iterdir()}
    assert product.mock(product, settings, end=START) == 0


def test_a_tenant_without_data_is_told_so_beside_one_that_has(copied: Settings) -> None:
    newcomer = tenant_entry("newcomer", 13, ["shopify"])
    settings = tenant_settings(copied.data_dir.parent, [*ENTRIES, newcomer])
    with pytest.raises(PenstockError, match="nothing of marketing/newcomer is loaded yet"):
        build(settings, "newcomer")


def test_one_tenants_failure_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {**tenant_entry("acme", 1, ["shopify"]), "sources": ["myspace_ads"]}
    settings = tenant_settings(tmp_path, [bad, tenant_entry(BIRCH, 12, ["shopify"])])
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    command = ["mock", "marketing", "--start", "2026-03-01", "--end", "2026-03-01"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert "acme_birch: landed 2 files" in done.output
    assert "1 of 2 tenants failed (acme)" in done.output
