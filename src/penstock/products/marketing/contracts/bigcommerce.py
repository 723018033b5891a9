"""BigCommerce's API, orders (V2) and products (V3), as connectors land it.

Orders: connector reference (API fields); products: catalog/products of the V3 API. Money of orders
is decimal text with four places in the order's currency; times are RFC 2822 or ISO 8601 and land as
UTC; customer 0 is a guest; nested values are JSON text.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Order(BaseModel):
    """An order, or one version of it."""

    id: int | None = None
    customer_id: int | None = None
    status: str | None = None
    status_id: int | None = None
    subtotal_ex_tax: str | None = None
    total_ex_tax: str | None = None
    total_inc_tax: str | None = None
    total_tax: str | None = None
    refunded_amount: str | None = None
    items_total: int | None = None
    payment_method: str | None = None
    payment_status: str | None = None
    currency_code: str | None = None
    default_currency_code: str | None = None
    billing_address: str | None = None
    products: str | None = None
    is_deleted: bool | None = None
    date_created: dt.datetime | None = None
    date_modified: dt.datetime | None = None


class Product(BaseModel):
    """A product, or one version of it."""

    id: int | None = None
    name: str | None = None
    type: str | None = None
    sku: str | None = None
    price: float | None = None
    brand_id: int | None = None
    inventory_level: int | None = None
    is_visible: bool | None = None
    date_created: dt.datetime | None = None
    date_modified: dt.datetime | None = None


CONTRACTS = tuple(
    LandingContract("bigcommerce_api_v1", name, schema, ("id",), "date_modified", since="v3")
    for name, schema in (("orders", Order), ("products", Product))
)
