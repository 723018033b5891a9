"""A tenant's own rules, the identity of a record and the order of its versions, on rows by hand."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.retract import retract_deliveries
from penstock.products.marketing.receive import land_tables
from penstock.products.marketing.report import write_report
from penstock.settings import Settings
from support.pages import Page
from support.tenants import ask, build, of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

TENANT = "acme"
ENTRY = tenant_entry(
    TENANT,
    1,
    ["google_analytics", "google_ads", "shopify"],
    currency="EUR",
    logic={
        "conversion_events": [],
        "funnel_steps": ["view", "cart", "purchase"],
        "excluded_campaigns": ["7"],
        "session_minutes": 10,
    },
)
AT = datetime(2026, 3, 1, 10)


def event(minute: int, name: str, bundle: str = "1", visitor: str = "v") -> dict[str, Any]:
    at = AT.replace(minute=minute)
    return {
        "timestamp": at,
        "name": name,
        "user_pseudo_id": visitor,
        "bundle_sequence_id": bundle,
        "batch_event_index": 0,
        "geo_country": "Chile",
    }


def spent(campaign: int, micros: int) -> dict[str, Any]:
    return {
        "customer_id": 1,
        "campaign_id": campaign,
        "ad_group_id": 1,
        "ad_group": "customers/1/adGroups/1",
        "ad_id": campaign * 10,
        "keyword_ad_group_criterion": "customers/1/adGroupCriteria/1~1",
        "date": date(2026, 3, 1),
        "device": "MOBILE",
        "ad_network_type": "SEARCH",
        "cost_micros": micros,
    }


def order(number: int, price: str, updated_hour: int) -> dict[str, Any]:
    return {
        "id": number,
        "created_at": AT,
        "updated_at": AT.replace(hour=updated_hour),
        "total_price": price,
        "currency": "EUR",
        "email": f"{number}@example.com",
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("rules")
    settings = tenant_settings(folder, [ENTRY])
    drops: list[list[dict[str, Any]]] = [
        [event(0, "view"), event(9, "cart"), event(20, "purchase")],
        # Revenue in the shop's currency, and in dollars where the export has no other.
        [
            event(0, "purchase", "3", "x") | {"ecommerce_purchase_revenue": 10.0},
            event(1, "purchase", "4", "x") | {"ecommerce_purchase_revenue_in_usd": 5.0},
            event(0, "view", "5", "y") | {"ecommerce_purchase_revenue": 20.0},
        ],
        # Parts of a key that would be one text if they ran together.
        [event(0, "step1", "2", "w"), event(0, "step", "12", "w")],
        [spent(7, 1_000_000), spent(8, 2_500_000)],
        [order(1, "10.00", 15), order(2, "20.00", 12)],
        # Delivered later: of order 1 an older state, of order 2 a newer one.
        [order(1, "5.00", 11), order(2, "25.00", 16)],
    ]
    for number, rows in enumerate(drops):
        _land(settings, folder / f"drop_{number}.parquet", rows)
        load(of(settings, TENANT), settings)
        if number == len(drops) - 2:
            build(settings, TENANT)
    build(settings, TENANT)
    return settings


def _land(settings: Settings, file: Path, rows: list[dict[str, Any]]) -> None:
    pl.DataFrame(rows).write_parquet(file)
    (landed,) = land_tables(of(settings, TENANT), settings, [file]).files
    assert landed.status == "new", landed


def test_a_visit_ends_after_the_tenants_minutes(built: Settings) -> None:
    rows = ask(
        built,
        TENANT,
        "select events, duration_seconds, funnel_steps_reached from fct_{t}__sessions"
        " where user_pseudo_id = 'v' order by session_start_at",
    )
    # The purchase is a visit of its own, and reaches no step: its first is missing.
    assert rows == [(2, 540, 2), (1, 0, 0)]


def test_without_conversion_events_none_is_one(built: Settings) -> None:
    asked = "select distinct is_conversion_event from fct_{t}__events"
    assert ask(built, TENANT, asked) == [(False,)]
    asked = "select distinct is_conversion_session from fct_{t}__sessions"
    assert ask(built, TENANT, asked) == [(False,)]


def test_parts_of_a_key_do_not_run_together(built: Settings) -> None:
    asked = "select count(*) from fct_{t}__events where user_pseudo_id = 'w'"
    assert ask(built, TENANT, asked) == [(2,)]


def test_excluded_campaigns_count_nowhere_and_money_has_the_tenants_currency(
    built: Settings,
) -> None:
    asked = "select campaign_id, spend, currency from fct_{t}__ad_performance"
    assert ask(built, TENANT, asked) == [("8", Decimal("2.5"), "EUR")]


def test_spend_on_a_campaign_that_nothing_declares_finds_it_all_the_same(built: Settings) -> None:
    asked = (
        "select campaigns.campaign_id, campaign_name, is_inferred"
        " from fct_{t}__ad_performance as ads"
        " inner join dim_{t}__campaigns as campaigns on ads.campaign_skey = campaigns.tenant_skey"
    )
    assert ask(built, TENANT, asked) == [("8", None, True)]


def test_the_latest_state_counts_not_the_latest_delivery(built: Settings) -> None:
    asked = "select order_id, total_price from fct_{t}__orders order by order_id"
    assert ask(built, TENANT, asked) == [("1", Decimal(10)), ("2", Decimal(25))]


def test_an_older_state_that_comes_later_is_a_version_all_the_same(built: Settings) -> None:
    asked = (
        "select raw_data_payload ->> '$.id', count(*) from platform_mm__shopify_api_v1_orders"
        " group by all order by all"
    )
    assert ask(built, TENANT, asked) == [("1", 2), ("2", 2)]


def test_revenue_of_two_currencies_has_none(built: Settings) -> None:
    asked = (
        "select user_pseudo_id, session_revenue, currency from fct_{t}__sessions"
        " where session_revenue <> 0 order by all"
    )
    assert ask(built, TENANT, asked) == [("x", Decimal(15), None), ("y", Decimal(20), "EUR")]


def test_the_report_shows_what_the_facts_hold(built: Settings) -> None:
    page = Page.parse(write_report(of(built, TENANT), built).read_text(encoding="utf-8"))
    (campaign,) = page.tables["Campaigns"][1:]
    assert campaign[:4] == ["google_ads", "8", "EUR", "2.50"]
    _, order, whole = [*page.tables["Orders by month"], ["none"]][:3]
    assert order == ["2026-03", "shopify", "EUR", "2", "35.00", "17.50"]
    assert whole == ["none"]  # a total over one row says nothing
    channels = page.tables["Sessions by source and medium"][1:]
    # Sessions count once, revenue by currency: 20 EUR, and 15 that are of several.
    assert [(row[3], *row[-2:]) for row in channels] == [
        ("5", "20.00", "EUR"),
        ("\N{EN DASH}", "15.00", "(several)"),
    ]
    funnel = [row[1:] for row in page.tables["Sessions that took a step and all before it"][1:]]
    assert [row[:2] for row in funnel] == [
        ["1. view", "2"],
        ["2. cart", "1"],
        ["3. purchase", "0"],
    ]
    assert [row[3].rstrip(" %\N{NARROW NO-BREAK SPACE}") for row in funnel] == [
        "40.0",
        "50.0",
        "0.0",
    ]


def test_what_came_late_changes_nothing_that_a_build_from_scratch_would_not(
    built: Settings,
) -> None:
    asked = "select count(*), sum(hash(rows)) from fct_{t}__orders as rows"
    before = ask(built, TENANT, asked)
    build(built, TENANT, full_refresh=True)
    assert ask(built, TENANT, asked) == before


def test_a_file_lands_once_and_again_after_its_retraction(tmp_path: Path) -> None:
    settings = tenant_settings(tmp_path, [ENTRY])
    product, file = of(settings, TENANT), tmp_path / "orders.parquet"
    _land(settings, file, [order(1, "10.00", 15)])
    load(product, settings)
    assert [one.status for one in land_tables(product, settings, [file]).files] == ["unchanged"]
    with Ledger(product.ledger(settings)) as ledger:
        retract_deliveries(product, settings, ledger, ledger.deliveries())
    _land(settings, file, [order(1, "10.00", 15)])
