"""WooCommerce's REST API v3, as connectors land it.

Names and types: connector reference (API fields). Money is decimal text in the order's currency;
the `_gmt` times are UTC; customer 0 is a guest; nested values are JSON text.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Order(BaseModel):
    """An order, or one version of it."""

    id: int | None = None
    number: str | None = None
    status: str | None = None
    currency: str | None = None
    total: str | None = None
    total_tax: str | None = None
    shipping_total: str | None = None
    discount_total: str | None = None
    customer_id: int | None = None
    payment_method: str | None = None
    billing: str | None = None
    line_items: str | None = None
    date_created_gmt: dt.datetime | None = None
    date_modified_gmt: dt.datetime | None = None


class Product(BaseModel):
    """A product, or one version of it."""

    id: int | None = None
    name: str | None = None
    slug: str | None = None
    type: str | None = None
    status: str | None = None
    sku: str | None = None
    price: str | None = None
    regular_price: str | None = None
    sale_price: str | None = None
    stock_quantity: int | None = None
    categories: str | None = None
    date_created_gmt: dt.datetime | None = None
    date_modified_gmt: dt.datetime | None = None


CONTRACTS = tuple(
    LandingContract("woocommerce_api_v1", name, schema, ("id",), "date_modified_gmt", since="v3")
    for name, schema in (("orders", Order), ("products", Product))
)
