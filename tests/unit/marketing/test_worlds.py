"""Generated worlds: each tenant's own, the same every time, consistent in themselves."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from penstock.products.marketing.catalogue import read_catalogue
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.mock_data.connectors import dress
from penstock.products.marketing.mock_data.world import World, day_of, world_of
from penstock.products.marketing.physical_table import physical
from penstock.products.marketing.routing import Route, route
from penstock.products.marketing.tenants import read_tenants
from penstock.settings import Settings

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 1)
SETTINGS = Settings(_env_file=None)
CATALOGUE = read_catalogue(SETTINGS)


def _world(slug: str) -> World:
    return world_of(read_tenants(SETTINGS).tenant(slug), CATALOGUE)


TYRELL, WAYNE = _world("tyrell_corp"), _world("wayne_enterprises")


def test_a_day_is_the_same_alone_and_after_others() -> None:
    first = day_of(TYRELL, DAY)
    day_of.cache_clear()
    day_of(TYRELL, date(2026, 2, 28))
    again = day_of(TYRELL, DAY)
    assert first.events.equals(again.events)
    assert first.orders.equals(again.orders)


def test_no_two_tenants_share_an_order_an_ad_or_a_visitor() -> None:
    one, other = day_of(TYRELL, DAY), day_of(WAYNE, DAY)
    assert not set(one.orders["order_id"]) & set(other.orders["order_id"])
    assert not set(TYRELL.ads("google_ads")["ad_id"]) & set(WAYNE.ads("google_ads")["ad_id"])
    assert not set(one.events["user_pseudo_id"]) & set(other.events["user_pseudo_id"])


def test_purchases_are_the_shops_orders() -> None:
    shop = dress("shopify_api_v1").tables(TYRELL, "shopify", DAY)["orders"]
    events = dress("google_analytics_api_v1").tables(TYRELL, "google_analytics", DAY)["events"]
    purchases = events.filter(pl.col("name") == "purchase")
    bought = dict(
        purchases.select("ecommerce_transaction_id", "ecommerce_purchase_revenue").iter_rows()
    )
    assert {str(i): float(total) for i, total in shop.select("id", "total_price").iter_rows()} == (
        pytest.approx(bought)
    )


def test_every_order_is_one_shops() -> None:
    world = replace(TYRELL, shops=("shopify", "woocommerce"))
    numbers = [
        dress(f"{shop}_api_v1").tables(world, shop, DAY)["orders"]["id"] for shop in world.shops
    ]
    assert all(one.len() for one in numbers)
    assert sorted(pl.concat(numbers)) == sorted(day_of(world, DAY).orders["order_id"])


def test_every_visit_of_a_campaign_is_one_of_its_clicks() -> None:
    day = day_of(TYRELL, DAY)
    for platform in TYRELL.paid:
        brought = day.visits.filter(pl.col("platform") == platform).height
        assert day.performance(TYRELL, platform, DAY)["clicks"].sum() >= brought > 0


@pytest.mark.parametrize("world", [TYRELL, WAYNE], ids=lambda one: one.tenant.slug)
def test_every_generated_table_is_what_its_contract_says(world: World) -> None:
    for platform in world.tenant.sources:
        connector = CATALOGUE.connector(platform)
        made = dress(connector.master_model).tables(world, platform, DAY)
        assert set(made) == {one.name for one in connector.objects}
        for name, rows in made.items():
            found = route(physical(rows).types, landing_contracts())
            assert isinstance(found, Route), (platform, name, found)
            assert (found.outcome, found.contract.object_name) == ("exact", name)
