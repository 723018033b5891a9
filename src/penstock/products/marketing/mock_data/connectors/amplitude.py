"""Amplitude's tables: purchases carry order and revenue among their properties."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.world import World, day_of


def tables(world: World, platform: str, day: date) -> Tables:  # noqa: ARG001 - the protocol's
    """The tables of a day by object; users are those seen on it."""
    events = day_of(world, day).events
    is_purchase = pl.col("name") == "purchase"
    number = (pl.lit(world.number("customer", 0)) + pl.col("person")).alias("amplitude_id")
    return {
        "events": events.select(
            pl.format("{}-{}", "session", "step").alias("uuid"),
            pl.col("name").alias("event_type"),
            pl.col("at").alias("event_time"),
            pl.col("at").alias("server_upload_time"),
            pl.lit(None, dtype=pl.String).alias("user_id"),
            number.cast(pl.String),
            pl.col("user_pseudo_id").alias("device_id"),
            pl.col("started_at").dt.epoch("ms").alias("session_id"),
            pl.lit("Web").alias("platform"),
            "country",
            pl.col("device").alias("device_type"),
            pl.struct(
                pl.when(is_purchase).then(pl.col("order_id").cast(pl.String)).alias("order_id"),
                pl.when(is_purchase).then(pl.col("cents") / 100).alias("revenue"),
            ).alias("event_properties"),
            pl.struct(
                pl.col("source").alias("utm_source"),
                pl.col("medium").alias("utm_medium"),
                pl.col("campaign").alias("utm_campaign"),
            ).alias("user_properties"),
        ),
        "users": events.group_by("person", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("num_events"),
            pl.col("visit").n_unique().cast(pl.Int64).alias("num_sessions"),
            pl.col("country", "device").first(),
        )
        .select(
            number.alias("canonical_amplitude_id"),
            pl.lit(None, dtype=pl.String).alias("user_id"),
            "num_events",
            "num_sessions",
            pl.lit(60, dtype=pl.Int64).alias("usage_time"),
            pl.lit(day).alias("first_used"),
            pl.lit(day).alias("last_used"),
            pl.lit("Web").alias("platform"),
            pl.col("device").alias("device_type"),
            "country",
            pl.lit("English").alias("language"),
        ),
    }
