"""Meta's tables: insights with money as text in the account's currency, ids as digits."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text, text
from penstock.products.marketing.mock_data.world import BEGAN, World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    began = pl.lit(BEGAN).cast(pl.Datetime("us"))
    account = pl.lit(str(world.number("campaign", 999, platform)))
    campaigns, ads = world.campaigns(platform), world.ads(platform)
    status = pl.lit("ACTIVE").alias("effective_status")
    performance = day_of(world, day).performance(world, platform, day)
    purchase = '[{"action_type":"purchase","value":"'
    return {
        "campaigns": campaigns.select(
            text("campaign_id", "id"),
            "name",
            account.alias("account_id"),
            pl.lit("OUTCOME_SALES").alias("objective"),
            status,
            pl.lit("AUCTION").alias("buying_type"),
            began.alias("start_time"),
            began.alias("updated_time"),
        ),
        "ad_sets": ads.unique("ad_group_id", maintain_order=True).select(
            text("ad_group_id", "id"),
            pl.format("{} set", "name").alias("name"),
            account.alias("account_id"),
            text("campaign_id", "campaign_id"),
            status,
            pl.lit(5_000, dtype=pl.Int64).alias("daily_budget"),
            pl.lit(None, dtype=pl.Int64).alias("lifetime_budget"),
            began.alias("start_time"),
            pl.lit(None, dtype=pl.Datetime("us")).alias("end_time"),
            began.alias("created_time"),
            began.alias("updated_time"),
        ),
        "ads": ads.select(
            text("ad_id", "id"),
            pl.format("{} ad {}", "name", "which").alias("name"),
            account.alias("account_id"),
            text("campaign_id", "campaign_id"),
            text("ad_group_id", "adset_id"),
            text("ad_id", "creative_id"),
            status,
            began.alias("updated_time"),
        ),
        "insights": performance.select(
            text("ad_id", "ad_id"),
            text("ad_group_id", "adset_id"),
            text("campaign_id", "campaign_id"),
            account.alias("account_id"),
            pl.lit(day).alias("date_start"),
            pl.lit(day).alias("date_stop"),
            "impressions",
            "clicks",
            decimal_text("spend_cents", "spend"),
            (pl.col("impressions") // 2).alias("reach"),
            pl.lit(2.0).alias("frequency"),
            pl.col("clicks").alias("inline_link_clicks"),
            pl.format("{}{}{}", pl.lit(purchase), "conversions", pl.lit('"}]')).alias("actions"),
            pl.format(
                "{}{}{}", pl.lit(purchase), decimal_text("value_cents", "v"), pl.lit('"}]')
            ).alias("action_values"),
        ),
    }
