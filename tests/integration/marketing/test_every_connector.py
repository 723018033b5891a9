"""Every connector from its files to the facts: keys, dates, measures, and every cent."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal

import polars as pl
import pytest

from penstock.products.marketing.catalogue import read_catalogue
from penstock.settings import Settings
from support.tenants import START, ask, build, mock_load, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

PAID, REST = "paid", "rest"
ENTRIES = (
    tenant_entry(
        PAID,
        21,
        [
            *("facebook_ads", "instagram_ads", "google_ads", "bing_ads", "linkedin_ads"),
            *("amazon_ads", "tiktok_ads", "woocommerce", "mixpanel"),
        ],
        time_zone="Asia/Tokyo",
    ),
    tenant_entry(
        REST,
        22,
        ["bigcommerce", "shopify", "amplitude", "google_analytics"],
        # On one Sunday, enough orders for two shops.
        generator={"seed": 22, "campaigns": 2, "daily_orders": 12, "conversion_rate": 0.1},
    ),
)
SPEND: dict[str, tuple[str, str, Callable[[object], Decimal]]] = {
    "facebook_ads": ("insights", "spend", lambda text: Decimal(str(text))),
    "instagram_ads": ("insights", "spend", lambda text: Decimal(str(text))),
    "google_ads": ("ad_performance", "cost_micros", lambda n: Decimal(str(n)) / 1_000_000),
    "bing_ads": ("account_performance_report", "spend", lambda n: round(Decimal(str(n)), 6)),
    "linkedin_ads": (
        "ad_analytics_by_campaign",
        "cost_in_local_currency",
        lambda text: Decimal(str(text)),
    ),
    "amazon_ads": ("sponsored_products_product_ads", "cost", lambda n: round(Decimal(str(n)), 6)),
    "tiktok_ads": ("ads_reports_daily", "spend", lambda text: Decimal(str(text))),
}
ORDERS = {
    "woocommerce": (PAID, "total"),
    "bigcommerce": (REST, "total_inc_tax"),
    "shopify": (REST, "total_price"),
}
EVENTS: dict[str, tuple[str, Callable[[pl.DataFrame], Iterable[object]]]] = {
    "google_analytics": (REST, lambda rows: rows["ecommerce_purchase_revenue"]),
    "amplitude": (REST, lambda rows: map(_revenue, rows["event_properties"])),
    "mixpanel": (PAID, lambda rows: map(_revenue, rows["properties"])),
}


def _revenue(properties: str) -> object:
    return json.loads(properties).get("revenue")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = tenant_settings(tmp_path_factory.mktemp("connectors"), ENTRIES)
    for slug in (PAID, REST):
        mock_load(settings, slug, end=START)
        build(settings, slug)
    return settings


def _landed(settings: Settings, slug: str, table: str) -> pl.DataFrame:
    folder = settings.raw_dir / "marketing" / slug / f"{slug}_{table}"
    return pl.concat([pl.read_parquet(one) for one in sorted(folder.glob("*.parquet"))])


def test_the_two_tenants_cover_the_catalogue(built: Settings) -> None:
    used = {source for entry in ENTRIES for source in entry["sources"]}
    assert used == set(read_catalogue(built).connectors)


def test_every_master_model_is_filled(built: Settings) -> None:
    wanted = {
        f"platform_mm__{connector.master_model}_{one.name}"
        for connector, one in read_catalogue(built).objects()
    }
    assert len(wanted) == 34
    counts = " union all ".join(f"select '{one}', count(*) from platform.{one}" for one in wanted)
    assert [name for name, count in ask(built, PAID, counts) if count == 0] == []


def test_spend_is_that_of_the_files_to_the_cent(built: Settings) -> None:
    spend = dict(
        ask(
            built,
            PAID,
            "select source_platform, sum(spend) from fct_{t}__ad_performance group by all",
        )
    )
    expected = {
        platform: sum(map(value, _landed(built, PAID, f"{platform}__{table}")[column]))
        for platform, (table, column, value) in SPEND.items()
    }
    assert spend == expected


def test_every_report_finds_its_campaign_among_the_declared(built: Settings) -> None:
    """The key of a fact is that of the campaign's own record, on every platform."""
    asked = (
        "select ads.source_platform, count(*), count(ads.campaign_id), count(campaigns.campaign_id)"
        " from fct_{t}__ad_performance as ads left join dim_{t}__campaigns as campaigns"
        " on ads.campaign_skey = campaigns.tenant_skey and ads.campaign_id = campaigns.campaign_id"
        " and ads.source_platform = campaigns.source_platform and not campaigns.is_inferred"
        " group by all"
    )
    rows = ask(built, PAID, asked)
    assert {platform for platform, *_ in rows} == set(SPEND)
    for platform, count, known, found in rows:
        assert (known, found) == ((0, 0) if platform == "bing_ads" else (count, count)), platform


def test_orders_are_those_of_the_files_to_the_cent(built: Settings) -> None:
    for platform, (slug, column) in ORDERS.items():
        texts = _landed(built, slug, f"{platform}__orders")[column]
        total = (
            "select sum(total_price), count(*) from fct_{t}__orders where source_platform = '%s'"
        )
        assert ask(built, slug, total % platform) == [(sum(map(Decimal, texts)), texts.len())]


def test_events_are_those_of_the_files_to_the_cent(built: Settings) -> None:
    for platform, (slug, values) in EVENTS.items():
        rows = _landed(built, slug, f"{platform}__events")
        paid = [round(Decimal(str(one)), 6) for one in values(rows) if one is not None]
        total = "select sum(revenue), count(*) from fct_{t}__events where source_platform = '%s'"
        assert paid, platform
        assert ask(built, slug, total % platform) == [(sum(paid), rows.height)], platform


def test_engines_of_a_kind_have_equal_names_and_types(built: Settings) -> None:
    """Of every connector, and of the star schema whatever sources a tenant has."""
    shapes: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for slug in (PAID, REST):
        columns = ask(
            built,
            slug,
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema in ('{t}_intermediate', '{t}_analytics')"
            " order by table_name, ordinal_position",
        )
        tables: dict[str, list[tuple[str, str]]] = {}
        for table, name, kind in columns:
            tables.setdefault(table.replace(f"_{slug}__", "__"), []).append((name, kind))
        for connector, one in read_catalogue(built).objects():
            found = tables.pop(f"int__{connector.name}_{one.name}", None)
            if found:
                kind = one.kind.removesuffix("_detail")
                shapes.setdefault(kind, set()).add(tuple(found))
        for table, found in tables.items():
            shapes.setdefault(table, set()).add(tuple(found))
    assert {"ad_performance", "orders", "events", "campaigns", "fct__events"} <= set(shapes)
    assert {name: found for name, found in shapes.items() if len(found) > 1} == {}


@pytest.mark.parametrize("slug", [PAID, REST])
def test_purchases_of_every_analytics_platform_are_the_shops_orders(
    built: Settings, slug: str
) -> None:
    """Every platform sees all visits of the world; every order is one shop's."""
    revenue = ask(
        built,
        slug,
        "select distinct sum(session_revenue) from fct_{t}__sessions group by source_platform",
    )
    assert revenue == ask(built, slug, "select sum(total_price) from fct_{t}__orders")
    # And every order is one visitor's, however many platforms saw it.
    counted = "select sum(orders), count(user_pseudo_id) = count(*) from dim_{t}__users"
    assert ask(built, slug, counted) == ask(
        built, slug, "select count(*), true from fct_{t}__orders"
    )
    identified = (
        "select bool_and(users.customer_platform = orders.source_platform"
        " and users.customer_email = orders.customer_email)"
        " from fct_{t}__events as events"
        " inner join fct_{t}__orders as orders on events.transaction_id = orders.order_id"
        " inner join dim_{t}__users as users on events.user_skey = users.tenant_skey"
        " where orders.order_date = (select max(order_date) from fct_{t}__orders)"
    )
    assert ask(built, slug, identified) == [(True,)]


def test_profiles_of_the_platforms_are_their_visitors(built: Settings) -> None:
    asked = (
        "select source_platform, count(*), count(email), count(user_pseudo_id), count(country)"
        " from dim_{t}__users group by all order by all"
    )
    ((platform, people, mails, visitors, countries),) = ask(built, PAID, asked)
    assert (platform, mails, visitors, countries) == ("mixpanel", people, people, people)
    rows = ask(built, REST, asked)
    assert [(platform, mails) for platform, _, mails, *_ in rows] == [
        ("amplitude", 0),
        ("google_analytics", 0),
    ]
    assert all(people == visitors == countries for _, people, _, visitors, countries in rows)


def test_times_of_a_project_in_another_zone_are_utc(built: Settings) -> None:
    ((first, last),) = ask(
        built, PAID, "select min(event_at)::date, max(event_at)::date from fct_{t}__events"
    )
    assert first == last == START


@pytest.mark.parametrize("slug", [PAID, REST])
def test_keys_dates_and_measures_are_there(built: Settings, slug: str) -> None:
    wanted = {
        "fct_{t}__ad_performance": "report_date, spend, currency, impressions, clicks, conversions",
        "fct_{t}__orders": (
            "order_id, order_date, total_price, currency, customer_email, customer_id"
        ),
        "fct_{t}__events": "event_name, event_at, user_pseudo_id, country, device, source",
        "fct_{t}__sessions": "session_id, session_start_at, source, medium, funnel_steps_reached",
        "dim_{t}__campaigns": "campaign_id, campaign_name, status, channel",
    }
    for table, columns in wanted.items():
        tests = " or ".join(f"{one} is null" for one in columns.split(", "))
        assert ask(built, slug, f"select count(*) from {table} where {tests}") == [(0,)], table
