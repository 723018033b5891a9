"""BigCommerce's tables: money as text with four places, addresses as JSON text."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text, line_items
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    total = pl.format("{}00", decimal_text("cents", "total"))
    currency = pl.lit(world.currency)
    return {
        "orders": day_of(world, day)
        .orders_of(world, platform)
        .select(
            pl.col("order_id").alias("id"),
            (pl.lit(world.number("customer", 0)) + pl.col("person")).alias("customer_id"),
            pl.lit("Completed").alias("status"),
            pl.lit(10, dtype=pl.Int64).alias("status_id"),
            total.alias("subtotal_ex_tax"),
            total.alias("total_ex_tax"),
            total.alias("total_inc_tax"),
            pl.lit("0.0000").alias("total_tax"),
            pl.lit("0.0000").alias("refunded_amount"),
            pl.col("items").cast(pl.Int64).alias("items_total"),
            pl.lit("Credit Card").alias("payment_method"),
            pl.lit("captured").alias("payment_status"),
            currency.alias("currency_code"),
            currency.alias("default_currency_code"),
            pl.struct(world.email().alias("email")).alias("billing_address"),
            line_items(world, "products"),
            pl.lit(value=False).alias("is_deleted"),
            pl.col("ordered_at").alias("date_created"),
            pl.col("ordered_at").alias("date_modified"),
        ),
        "products": world.products.select(
            pl.col("product_id").alias("id"),
            pl.col("title").alias("name"),
            pl.lit("physical").alias("type"),
            pl.format("SKU-{}", "product_id").alias("sku"),
            (pl.col("cents") / 100).alias("price"),
            pl.lit(1, dtype=pl.Int64).alias("brand_id"),
            pl.lit(10, dtype=pl.Int64).alias("inventory_level"),
            pl.lit(value=True).alias("is_visible"),
            began.alias("date_created"),
            began.alias("date_modified"),
        ),
    }
