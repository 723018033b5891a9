"""Mixpanel's tables: times of events in the project's zone, properties as JSON text."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:  # noqa: ARG001 - the protocol's
    """The tables of a day by object; people are those seen on it."""
    events = day_of(world, day).events
    is_purchase = pl.col("name") == "purchase"
    zone = world.tenant.time_zone
    local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    nothing = pl.lit(None, dtype=pl.String)
    return {
        "events": events.select(
            pl.format("{}-{}", "session", "step").alias("insert_id"),
            "name",
            local.dt.replace_time_zone(None).alias("time"),
            pl.col("user_pseudo_id").alias("distinct_id"),
            pl.col("user_pseudo_id").alias("device_id"),
            pl.lit("Windows").alias("os"),
            pl.lit("Chrome").alias("browser"),
            "device",
            nothing.alias("city"),
            nothing.alias("region"),
            pl.col("country").alias("mp_country_code"),
            (pl.col("at").dt.epoch("ms") + 500).alias("mp_processing_time_ms"),
            nothing.alias("initial_referring_domain"),
            pl.struct(
                pl.col("source").alias("utm_source"),
                pl.col("medium").alias("utm_medium"),
                pl.col("campaign").alias("utm_campaign"),
                pl.when(is_purchase).then(pl.col("order_id").cast(pl.String)).alias("order_id"),
                pl.when(is_purchase).then(pl.col("cents") / 100).alias("revenue"),
            ).alias("properties"),
        ),
        "people": events.unique("person", maintain_order=True).select(
            pl.col("user_pseudo_id").alias("distinct_id"),
            world.email().alias("email"),
            nothing.alias("first_name"),
            nothing.alias("last_name"),
            pl.col("country").alias("country_code"),
            nothing.alias("city"),
            pl.lit(BEGAN).cast(pl.Datetime("us")).alias("created"),
            pl.lit(day).cast(pl.Datetime("us")).alias("last_seen"),
            nothing.alias("properties"),
        ),
    }
