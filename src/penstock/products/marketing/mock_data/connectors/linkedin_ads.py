"""LinkedIn's tables: costs as decimal text in two currencies, a report by campaign and creative."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    performance = day_of(world, day).performance(world, platform, day)
    per_campaign = performance.group_by("campaign_id", maintain_order=True).agg(
        pl.col("impressions", "clicks", "spend_cents", "conversions", "value_cents").sum()
    )
    nothing = pl.lit(None, dtype=pl.Datetime("us"))
    return {
        "campaigns": world.campaigns(platform).select(
            pl.col("campaign_id").alias("id"),
            "name",
            pl.lit(world.number("campaign", 999, platform), dtype=pl.Int64).alias("account_id"),
            pl.lit(world.number("campaign", 998, platform), dtype=pl.Int64).alias(
                "campaign_group_id"
            ),
            pl.lit("ACTIVE").alias("status"),
            pl.lit("SPONSORED_UPDATES").alias("type"),
            pl.lit("CPC").alias("cost_type"),
            pl.lit("WEBSITE_CONVERSION").alias("objective_type"),
            pl.lit(50.0).alias("daily_budget_amount"),
            pl.lit(world.currency).alias("daily_budget_currency_code"),
            began.alias("run_schedule_start"),
            nothing.alias("run_schedule_end"),
            began.alias("created_time"),
            began.alias("last_modified_time"),
        ),
        "ad_analytics": performance.select(
            pl.col("ad_id").alias("creative_id"), *_metrics(world, day)
        ),
        "ad_analytics_by_campaign": per_campaign.select("campaign_id", *_metrics(world, day)),
    }


def _metrics(world: World, day: date) -> list[pl.Expr]:
    cost = decimal_text("spend_cents", "cost_in_local_currency")
    nothing = pl.lit(None, dtype=pl.String)
    in_usd = cost if world.currency == "USD" else nothing
    return [
        pl.lit(day).cast(pl.Datetime("us")).alias("start_at"),
        pl.lit(day).cast(pl.Datetime("us")).alias("end_at"),
        pl.col("impressions"),
        pl.col("clicks"),
        cost,
        in_usd.alias("cost_in_usd"),
        pl.col("conversions").cast(pl.Int64).alias("external_website_conversions"),
        decimal_text("value_cents", "conversion_value_in_local_currency"),
        pl.lit(None, dtype=pl.Int64).alias("one_click_leads"),
        pl.lit(None, dtype=pl.Int64).alias("video_views"),
    ]
