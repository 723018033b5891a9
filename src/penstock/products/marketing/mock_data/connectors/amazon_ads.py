"""Amazon's tables: ids as text in lists and as integers in the report."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import text
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    updated = pl.lit(BEGAN).cast(pl.Datetime("us")).alias("last_updated_date")
    campaigns, ads = world.campaigns(platform), world.ads(platform)
    performance = day_of(world, day).performance(world, platform, day)
    enabled = pl.lit("ENABLED").alias("state")
    serving = pl.lit("CAMPAIGN_STATUS_ENABLED").alias("serving_status")
    return {
        "sponsored_products_campaigns": campaigns.select(
            text("campaign_id", "id"),
            "name",
            pl.lit(world.number("campaign", 999, platform), dtype=pl.Int64).alias("profile_id"),
            pl.lit(None, dtype=pl.Int64).alias("portfolio_id"),
            enabled,
            serving,
            pl.lit("MANUAL").alias("targeting_type"),
            pl.lit("LEGACY_FOR_SALES").alias("bidding_strategy"),
            pl.lit(50.0).alias("budget"),
            pl.lit("DAILY").alias("budget_type"),
            pl.lit(BEGAN).alias("start_date"),
            pl.lit(None, dtype=pl.Date).alias("end_date"),
            updated,
        ),
        "sponsored_products_ad_groups": ads.unique("ad_group_id", maintain_order=True).select(
            text("ad_group_id", "id"),
            text("campaign_id", "campaign_id"),
            pl.format("{} group", "name").alias("name"),
            enabled,
            serving,
            pl.lit(0.75).alias("default_bid"),
            updated,
        ),
        "sponsored_products_product_ads": performance.select(
            pl.lit(day).alias("date"),
            "campaign_id",
            pl.col("name").alias("campaign_name"),
            "ad_group_id",
            pl.format("{} group", "name").alias("ad_group_name"),
            "ad_id",
            pl.lit(None, dtype=pl.String).alias("advertised_asin"),
            pl.format("SKU-{}", "which").alias("advertised_sku"),
            pl.lit(world.currency).alias("campaign_budget_currency_code"),
            "impressions",
            "clicks",
            (pl.col("spend_cents") / 100).alias("cost"),
            pl.col("conversions").cast(pl.Int64).alias("purchases_7d"),
            (pl.col("value_cents") / 100).alias("sales_7d"),
        ),
    }
