"""Microsoft's tables: performance by account and device, percentages as text."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    modified = pl.lit(BEGAN).cast(pl.Datetime("us")).alias("modified_time")
    account = pl.lit(world.number("campaign", 999, platform), dtype=pl.Int64).alias("account_id")
    campaigns, ads = world.campaigns(platform), world.ads(platform)
    performance = day_of(world, day).performance(world, platform, day)
    active = pl.lit("Active").alias("status")
    english = pl.lit("English").alias("language")
    clicks, impressions = pl.col("clicks").sum(), pl.col("impressions").sum()
    return {
        "campaigns": campaigns.select(
            pl.col("campaign_id").alias("id"),
            "name",
            account,
            active,
            pl.lit("Search").alias("type"),
            pl.lit("GreenwichMeanTimeDublinEdinburghLisbonLondon").alias("time_zone"),
            pl.lit(50.0).alias("budget"),
            pl.lit(None, dtype=pl.Int64).alias("budget_id"),
            pl.lit("DailyBudgetStandard").alias("budget_type"),
            english,
            modified,
        ),
        "ad_groups": ads.unique("ad_group_id", maintain_order=True).select(
            pl.col("ad_group_id").alias("id"),
            "campaign_id",
            pl.format("{} group", "name").alias("name"),
            active,
            pl.lit("OwnedAndOperatedAndSyndicatedSearch").alias("network"),
            english,
            pl.lit(BEGAN).alias("start_date"),
            pl.lit(None, dtype=pl.Date).alias("end_date"),
            modified,
        ),
        "ads": ads.select(
            pl.col("ad_id").alias("id"),
            "ad_group_id",
            pl.format("{} ad {}", "name", "which").alias("title"),
            active,
            pl.lit("ResponsiveSearch").alias("type"),
            pl.lit("Active").alias("editorial_status"),
            pl.lit("https://shop.example/").alias("final_url"),
            modified,
        ),
        "account_performance_report": performance.group_by(
            pl.when(pl.col("which") == 0)
            .then(pl.lit("Computer"))
            .otherwise(pl.lit("Smartphone"))
            .alias("device_type"),
            maintain_order=True,
        )
        .agg(
            impressions.alias("impressions"),
            clicks.alias("clicks"),
            (clicks * 100 / impressions).round(2).alias("ctr"),
            (pl.col("spend_cents").sum() / 100).alias("spend"),
            pl.col("conversions").sum().cast(pl.Int64),
            (pl.col("value_cents").sum() / 100).alias("revenue"),
        )
        .select(
            account,
            pl.lit(day).alias("date"),
            pl.lit(world.currency).alias("currency_code"),
            pl.lit("Search").alias("ad_distribution"),
            pl.lit("Broad").alias("bid_match_type"),
            pl.lit("Broad").alias("delivered_match_type"),
            pl.lit("Unknown").alias("device_os"),
            "device_type",
            pl.lit("Microsoft sites and select traffic").alias("network"),
            pl.lit("Microsoft sites and select traffic - Top").alias("top_vs_other"),
            "impressions",
            "clicks",
            pl.format("{}%", "ctr").alias("ctr"),
            "spend",
            "conversions",
            "revenue",
        ),
    }
