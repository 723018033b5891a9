"""GA4's events: the purchase of a visit carries the number and amount of the shop's order."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.world import World, day_of


def tables(world: World, platform: str, day: date) -> Tables:  # noqa: ARG001 - the protocol's
    """The tables of a day by object."""
    is_purchase = pl.col("name") == "purchase"
    amount = pl.when(is_purchase).then(pl.col("cents") / 100)
    in_usd = amount if world.currency == "USD" else pl.lit(None, dtype=pl.Float64)
    nothing = pl.lit(None, dtype=pl.String)
    return {
        "events": day_of(world, day).events.select(
            pl.col("at").dt.to_string("%Y-%m-%d").alias("date"),
            pl.col("at").alias("timestamp"),
            "name",
            "user_pseudo_id",
            nothing.alias("user_id"),
            pl.col("bundle").cast(pl.String).alias("bundle_sequence_id"),
            pl.lit(0, dtype=pl.Int64).alias("batch_event_index"),
            pl.lit("WEB").alias("platform"),
            pl.col("device").alias("device_category"),
            pl.col("country").alias("geo_country"),
            nothing.alias("geo_region"),
            nothing.alias("geo_city"),
            pl.col("source").alias("traffic_source_source"),
            pl.col("medium").alias("traffic_source_medium"),
            pl.col("campaign").alias("traffic_source_name"),
            in_usd.alias("value_in_usd"),
            amount.alias("ecommerce_purchase_revenue"),
            in_usd.alias("ecommerce_purchase_revenue_in_usd"),
            pl.lit(None, dtype=pl.Float64).alias("ecommerce_refund_value_in_usd"),
            pl.when(is_purchase).then("items").alias("ecommerce_total_item_quantity"),
            pl.when(is_purchase)
            .then(pl.col("order_id").cast(pl.String))
            .alias("ecommerce_transaction_id"),
            pl.col("session").alias("param_ga_session_id"),
            pl.col("source").alias("param_source"),
            pl.col("medium").alias("param_medium"),
            pl.col("campaign").alias("param_campaign"),
            nothing.alias("param_gclid"),
            pl.lit(1_000.0).alias("param_engagement_time_msec"),
        ),
    }
