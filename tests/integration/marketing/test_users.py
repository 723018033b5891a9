"""Who visitors and customers are: two shops that use the same numbers, and profiles, by hand."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.marketing.receive import land_tables
from penstock.settings import Settings
from support.tenants import ask, build, of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

TENANT = "acme"
ENTRY = tenant_entry(
    TENANT, 1, ["shopify", "woocommerce", "google_analytics", "amplitude", "mixpanel"]
)
FIRST = datetime(2026, 3, 1, 10)
LATER = FIRST + timedelta(days=5)


def shopify(
    number: int, at: datetime, price: str, customer: int | None, mail: str
) -> dict[str, Any]:
    return {
        "id": number,
        "created_at": at,
        "updated_at": at,
        "total_price": price,
        "currency": "USD",
        "customer_id": customer,
        "email": mail,
    }


def woocommerce(number: int, at: datetime, price: str, customer: int, mail: str) -> dict[str, Any]:
    return {
        "id": number,
        "date_created_gmt": at,
        "date_modified_gmt": at,
        "total": price,
        "currency": "USD",
        "customer_id": customer,
        "billing": f'{{"email": "{mail}"}}',
    }


def purchase(visitor: str, number: int, at: datetime, revenue: float) -> dict[str, Any]:
    return {
        "timestamp": at,
        "name": "purchase",
        "user_pseudo_id": visitor,
        "bundle_sequence_id": "1",
        "batch_event_index": 0,
        "geo_country": "Chile",
        "ecommerce_transaction_id": str(number),
        "ecommerce_purchase_revenue": revenue,
    }


DROPS: dict[str, list[dict[str, Any]]] = {
    "shopify": [
        shopify(1001, FIRST, "10.00", 1, "s1@example.com"),
        shopify(1002, FIRST, "30.00", 2, "s2@example.com"),
        shopify(1003, FIRST, "50.00", 3, "s3@example.com"),
        shopify(1004, LATER, "15.00", 1, "s1@example.com"),
    ],
    "woocommerce": [
        woocommerce(1001, LATER, "20.00", 1, "w1@example.com"),
        woocommerce(1002, FIRST, "40.00", 2, "w2@example.com"),
        woocommerce(1003, FIRST, "50.00", 3, "w3@example.com"),
        woocommerce(1005, FIRST, "60.00", 0, "guest@example.com"),
        woocommerce(1006, FIRST, "70.00", 0, "guest@example.com"),
    ],
    "google_analytics": [
        purchase("day", 1001, FIRST, 10.0),
        purchase("later_day", 1001, LATER, 20.0),
        purchase("amount", 1002, FIRST, 40.0),
        purchase("neither", 1003, FIRST, 50.0),
        purchase("guest", 1005, FIRST, 60.0),
    ],
    "amplitude": [
        {
            "uuid": device,
            "event_type": "purchase",
            "event_time": FIRST,
            "server_upload_time": FIRST,
            "device_id": device,
            "amplitude_id": "77",
            "event_properties": '{"order_id": "1001", "revenue": 10}',
        }
        for device in ("phone", "laptop")
    ],
    "amplitude_users": [
        {
            "canonical_amplitude_id": 77,
            "user_id": "u77",
            "last_used": FIRST.date(),
            "country": "Peru",
        },
        {
            "canonical_amplitude_id": 78,
            "user_id": "u78",
            "last_used": FIRST.date(),
            "country": "Peru",
        },
    ],
    "mixpanel": [
        {
            "insert_id": "1",
            "name": "view",
            "time": FIRST,
            "distinct_id": "ada",
            "mp_country_code": "CL",
        }
    ],
    "mixpanel_people": [
        {
            "distinct_id": name,
            "first_name": name.title(),
            "last_name": last,
            "email": f"{name}@example.com",
            "country_code": "GB",
            "created": FIRST,
            "last_seen": LATER,
        }
        for name, last in (("ada", "Lovelace"), ("bob", "-"))
    ],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("users")
    settings = tenant_settings(folder, [ENTRY])
    files = []
    for name, rows in DROPS.items():
        files.append(folder / f"{name}.parquet")
        pl.DataFrame(rows).write_parquet(files[-1])
    landed = land_tables(of(settings, TENANT), settings, files).files
    assert [one for one in landed if one.status != "new"] == []
    load(of(settings, TENANT), settings)
    build(settings, TENANT)
    return settings


def _users(built: Settings, columns: str, platform: str) -> set[tuple[Any, ...]]:
    asked = f"select {columns} from dim_{{t}}__users where source_platform = '{platform}'"
    return set(ask(built, TENANT, asked))


def test_shops_that_use_the_same_number_do_not_mix_their_customers(built: Settings) -> None:
    columns = "user_pseudo_id, customer_platform, customer_id, customer_email, orders"
    assert _users(built, columns, "google_analytics") == {
        ("later_day", "woocommerce", "1", "w1@example.com", 1),
        ("amount", "woocommerce", "2", "w2@example.com", 1),
        ("guest", "woocommerce", None, "guest@example.com", 1),
        # Two orders of one number, day and amount: whose this is, nobody can tell.
        ("neither", None, None, None, 0),
        # Known, but the order counts for the platform that comes first by name.
        ("day", "shopify", "1", "s1@example.com", 0),
    }


def test_orders_name_whose_they_are(built: Settings) -> None:
    asked = (
        "select orders.source_platform, order_id, users.source_platform,"
        " coalesce(user_pseudo_id, users.customer_id) from fct_{t}__orders as orders"
        " left join dim_{t}__users as users on orders.user_skey = users.tenant_skey"
    )
    assert set(ask(built, TENANT, asked)) == {
        ("shopify", "1001", "amplitude", "laptop"),
        ("shopify", "1002", "shopify", "2"),
        ("shopify", "1003", "shopify", "3"),
        # No event speaks of it, but its customer is known by another order.
        ("shopify", "1004", "amplitude", "laptop"),
        ("woocommerce", "1001", "google_analytics", "later_day"),
        ("woocommerce", "1002", "google_analytics", "amount"),
        ("woocommerce", "1003", "woocommerce", "3"),
        ("woocommerce", "1005", "google_analytics", "guest"),
        # A guest of whom no event speaks.
        ("woocommerce", "1006", None, None),
    }


def test_a_profile_tells_of_its_visitors_and_stands_without_any(built: Settings) -> None:
    columns = "user_pseudo_id, user_id, user_name, email, country, events"
    assert _users(built, columns, "amplitude") == {
        ("phone", "u77", None, None, "Peru", 1),
        ("laptop", "u77", None, None, "Peru", 1),
        (None, "u78", None, None, "Peru", 0),
    }
    assert _users(built, f"{columns}, last_seen_at", "mixpanel") == {
        ("ada", None, "Ada Lovelace", "ada@example.com", "GB", 1, FIRST),
        ("bob", None, "Bob", "bob@example.com", "GB", 0, LATER),
    }
