"""Google's tables: money in micros, ids as integers, performance split by device."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    updated = pl.lit(BEGAN).cast(pl.Datetime("us")).alias("updated_at")
    customer = pl.lit(world.number("campaign", 999, platform), dtype=pl.Int64)
    campaigns, ads = world.campaigns(platform), world.ads(platform)
    performance = day_of(world, day).performance(world, platform, day)
    enabled = pl.lit("ENABLED").alias("status")
    return {
        "customers": pl.select(
            customer.alias("id"),
            pl.lit(world.tenant.business_name).alias("descriptive_name"),
            pl.lit(world.currency).alias("currency_code"),
            pl.lit(world.tenant.time_zone).alias("time_zone"),
            pl.lit(value=True).alias("auto_tagging_enabled"),
            pl.lit(value=False).alias("manager"),
            pl.lit(value=False).alias("test_account"),
            updated,
        ),
        "campaigns": campaigns.select(
            pl.col("campaign_id").alias("id"),
            "name",
            customer.alias("customer_id"),
            enabled,
            pl.lit("SERVING").alias("serving_status"),
            pl.lit("SEARCH").alias("advertising_channel_type"),
            pl.lit("UNSPECIFIED").alias("advertising_channel_subtype"),
            pl.lit(BEGAN.isoformat()).alias("start_date"),
            pl.lit("2037-12-30").alias("end_date"),
            pl.lit(None, dtype=pl.String).alias("tracking_url_template"),
            updated,
        ),
        "ad_groups": ads.unique("ad_group_id", maintain_order=True).select(
            pl.col("ad_group_id").alias("id"),
            pl.format("{} group", "name").alias("name"),
            "campaign_id",
            pl.col("name").alias("campaign_name"),
            enabled,
            pl.lit("SEARCH_STANDARD").alias("type"),
            updated,
        ),
        "ads": ads.select(
            pl.col("ad_id").alias("id"),
            "ad_group_id",
            pl.format("{} ad {}", "name", "which").alias("name"),
            enabled,
            pl.lit("RESPONSIVE_SEARCH_AD").alias("type"),
            pl.lit(None, dtype=pl.String).alias("display_url"),
            pl.lit("[https://shop.example/]").alias("final_urls"),
            updated,
        ),
        "ad_performance": performance.select(
            customer.alias("customer_id"),
            "campaign_id",
            "ad_group_id",
            pl.lit(None, dtype=pl.String).alias("ad_group"),
            "ad_id",
            pl.lit(None, dtype=pl.String).alias("keyword_ad_group_criterion"),
            pl.lit(day).alias("date"),
            pl.lit("MOBILE").alias("device"),
            pl.lit("SEARCH").alias("ad_network_type"),
            "impressions",
            "clicks",
            (pl.col("spend_cents") * 10_000).alias("cost_micros"),
            pl.col("conversions").cast(pl.Float64),
            (pl.col("value_cents") / 100).alias("conversions_value"),
        ),
    }
