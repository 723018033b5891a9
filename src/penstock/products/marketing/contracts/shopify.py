"""Shopify's Admin API, as connectors land it (REST names).

Names: connector reference (Fivetran's landed columns). Money is decimal text in the shop's
currency, as the API has it; ids are integers; times carry the shop's offset and land as UTC.
"""

from datetime import datetime

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract, LandingVariant


class Order(BaseModel):
    """An order, or one version of it."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    currency: str | None = None
    total_price: str | None = None
    subtotal_price: str | None = None
    total_tax: str | None = None
    total_discounts: str | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    customer_id: int | None = None
    line_items: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None


class Product(BaseModel):
    """A product, or one version of it."""

    id: int | None = None
    title: str | None = None
    handle: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None
    published_scope: str | None = None


_KNOWN_OF_ORDER = tuple(one for one in Order.model_fields if one != "line_items")
_ADDRESS = (
    *("name", "first_name", "last_name", "company", "phone", "address_1", "address_2", "city"),
    *("country", "country_code", "province", "province_code", "zip", "latitude", "longitude"),
)
_UNKNOWN_OF_ORDER = (
    *(f"{kind}_address_{part}" for kind in ("shipping", "billing") for part in _ADDRESS),
    *("note", "taxes_included", "location_id", "user_id", "number", "order_number"),
    *("processing_method", "referring_site", "cancel_reason", "closed_at", "source_name"),
    *("total_line_items_price", "total_weight", "browser_ip", "buyer_accepts_marketing", "token"),
    *("cart_token", "checkout_token", "test", "landing_site_base_url"),
)

CONTRACTS = (
    LandingContract(
        "shopify_api_v1",
        "orders",
        Order,
        ("id",),
        "updated_at",
        since="v1",
        variants=(
            LandingVariant(
                "fivetran order",
                {
                    **{one: one for one in _KNOWN_OF_ORDER},
                    **dict.fromkeys(_UNKNOWN_OF_ORDER),
                },
            ),
        ),
    ),
    LandingContract(
        "shopify_api_v1",
        "products",
        Product,
        ("id",),
        "updated_at",
        since="v1",
        variants=(
            LandingVariant(
                "fivetran product",
                {one: one for one in Product.model_fields if one != "status"},
            ),
        ),
    ),
)
