"""Shopify's tables: money as text in the shop's currency, line items as JSON text."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text, line_items
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    products = world.products
    orders = day_of(world, day).orders_of(world, platform)
    nothing = pl.lit(None, dtype=pl.Datetime("us"))
    return {
        "orders": orders.select(
            pl.col("order_id").alias("id"),
            pl.format("#{}", pl.col("order_id") % 1_000_000).alias("name"),
            world.email().alias("email"),
            pl.lit(world.currency).alias("currency"),
            decimal_text("cents", "total_price"),
            decimal_text("cents", "subtotal_price"),
            pl.lit("0.00").alias("total_tax"),
            pl.lit("0.00").alias("total_discounts"),
            pl.lit("paid").alias("financial_status"),
            pl.lit(None, dtype=pl.String).alias("fulfillment_status"),
            (pl.lit(world.number("customer", 0)) + pl.col("person")).alias("customer_id"),
            line_items(world, "line_items"),
            pl.col("ordered_at").alias("created_at"),
            pl.col("ordered_at").alias("updated_at"),
            pl.col("ordered_at").alias("processed_at"),
            nothing.alias("cancelled_at"),
        ),
        "products": products.select(
            pl.col("product_id").alias("id"),
            "title",
            pl.col("title").str.to_lowercase().str.replace(" ", "-").alias("handle"),
            pl.lit(world.tenant.business_name).alias("vendor"),
            pl.lit("Furniture").alias("product_type"),
            pl.lit("active").alias("status"),
            began.alias("created_at"),
            began.alias("updated_at"),
            began.alias("published_at"),
            pl.lit("web").alias("published_scope"),
        ),
    }
