"""TikTok's tables: metrics as text, `-` where there is none."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text, text
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    advertiser = pl.lit(str(world.number("campaign", 999, platform))).alias("advertiser_id")
    campaigns, ads = world.campaigns(platform), world.ads(platform)
    performance = day_of(world, day).performance(world, platform, day)
    status = pl.lit("ENABLE").alias("operation_status")
    times = (began.alias("create_time"), began.alias("modify_time"))
    return {
        "campaigns": campaigns.select(
            text("campaign_id", "campaign_id"),
            pl.col("name").alias("campaign_name"),
            advertiser,
            pl.lit("REGULAR_CAMPAIGN").alias("campaign_type"),
            pl.lit("WEB_CONVERSIONS").alias("objective_type"),
            pl.lit(50.0).alias("budget"),
            pl.lit("BUDGET_MODE_DAY").alias("budget_mode"),
            status,
            pl.lit("CAMPAIGN_STATUS_ENABLE").alias("secondary_status"),
            *times,
        ),
        "ad_groups": ads.unique("ad_group_id", maintain_order=True).select(
            text("ad_group_id", "adgroup_id"),
            pl.format("{} group", "name").alias("adgroup_name"),
            text("campaign_id", "campaign_id"),
            advertiser,
            pl.lit("PLACEMENT_TYPE_AUTOMATIC").alias("placement_type"),
            pl.lit("CONVERT").alias("optimization_goal"),
            status,
            *times,
        ),
        "ads": ads.select(
            text("ad_id", "ad_id"),
            pl.format("{} ad {}", "name", "which").alias("ad_name"),
            text("ad_group_id", "adgroup_id"),
            text("campaign_id", "campaign_id"),
            advertiser,
            pl.lit("Look").alias("ad_text"),
            pl.lit("SINGLE_VIDEO").alias("ad_format"),
            status,
            *times,
        ),
        "ads_reports_daily": performance.select(
            advertiser,
            text("campaign_id", "campaign_id"),
            text("ad_group_id", "adgroup_id"),
            text("ad_id", "ad_id"),
            pl.lit(day).cast(pl.Datetime("us")).alias("stat_time_day"),
            decimal_text("spend_cents", "spend"),
            text("impressions", "impressions"),
            text("clicks", "clicks"),
            pl.lit("-").alias("reach"),
            text("conversions", "conversion"),
            decimal_text("value_cents", "total_purchase_value"),
            pl.lit("-").alias("video_play_actions"),
        ),
    }
