"""WooCommerce's tables: money as text, addresses and line items as JSON text."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text, line_items
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    nothing = pl.lit(None, dtype=pl.String)
    cents = pl.col("cents").cast(pl.Int64)
    return {
        "orders": day_of(world, day)
        .orders_of(world, platform)
        .select(
            pl.col("order_id").alias("id"),
            pl.col("order_id").cast(pl.String).alias("number"),
            pl.lit("completed").alias("status"),
            pl.lit(world.currency).alias("currency"),
            decimal_text("cents", "total"),
            pl.lit("0.00").alias("total_tax"),
            pl.lit("0.00").alias("shipping_total"),
            pl.lit("0.00").alias("discount_total"),
            (pl.lit(world.number("customer", 0)) + pl.col("person")).alias("customer_id"),
            pl.lit("stripe").alias("payment_method"),
            pl.struct(world.email().alias("email")).alias("billing"),
            line_items(world, "line_items"),
            pl.col("ordered_at").alias("date_created_gmt"),
            pl.col("ordered_at").alias("date_modified_gmt"),
        ),
        "products": world.products.select(
            pl.col("product_id").alias("id"),
            pl.col("title").alias("name"),
            pl.col("title").str.to_lowercase().str.replace(" ", "-").alias("slug"),
            pl.lit("simple").alias("type"),
            pl.lit("publish").alias("status"),
            pl.format("SKU-{}", "product_id").alias("sku"),
            decimal_text("cents", "price"),
            decimal_text("cents", "regular_price"),
            nothing.alias("sale_price"),
            (cents * 0 + 10).alias("stock_quantity"),
            pl.lit("[]").alias("categories"),
            began.alias("date_created_gmt"),
            began.alias("date_modified_gmt"),
        ),
    }
