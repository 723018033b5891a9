"""LinkedIn Marketing API v202401, as connectors land it.

Names and types: connector reference (tap-linkedin-ads' and Fivetran's landed columns). Costs are
decimal text, in the account's currency and in US dollars; a metric that is absent is missing, not
zero. `ad_analytics` is the same report by creative: tap-linkedin-ads' `ad_analytics_by_creative`.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Campaign(BaseModel):
    """A campaign, or one version of it."""

    id: int | None = None
    name: str | None = None
    account_id: int | None = None
    campaign_group_id: int | None = None
    status: str | None = None
    type: str | None = None
    cost_type: str | None = None
    objective_type: str | None = None
    daily_budget_amount: float | None = None
    daily_budget_currency_code: str | None = None
    run_schedule_start: dt.datetime | None = None
    run_schedule_end: dt.datetime | None = None
    created_time: dt.datetime | None = None
    last_modified_time: dt.datetime | None = None


class CampaignAnalytics(BaseModel):
    """What a campaign did on a day."""

    campaign_id: int | None = None
    start_at: dt.datetime | None = None
    end_at: dt.datetime | None = None
    impressions: int | None = None
    clicks: int | None = None
    cost_in_local_currency: str | None = None
    cost_in_usd: str | None = None
    external_website_conversions: int | None = None
    conversion_value_in_local_currency: str | None = None
    one_click_leads: int | None = None
    video_views: int | None = None


class CreativeAnalytics(BaseModel):
    """What a creative did on a day."""

    creative_id: int | None = None
    start_at: dt.datetime | None = None
    end_at: dt.datetime | None = None
    impressions: int | None = None
    clicks: int | None = None
    cost_in_local_currency: str | None = None
    cost_in_usd: str | None = None
    external_website_conversions: int | None = None
    conversion_value_in_local_currency: str | None = None
    one_click_leads: int | None = None
    video_views: int | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str
) -> LandingContract:
    return LandingContract("linkedin_ads_api_v1", name, schema, key, cursor, since="v202401")


CONTRACTS = (
    _contract("campaigns", Campaign, ("id",), "last_modified_time"),
    _contract("ad_analytics", CreativeAnalytics, ("creative_id", "start_at"), "end_at"),
    _contract("ad_analytics_by_campaign", CampaignAnalytics, ("campaign_id", "start_at"), "end_at"),
)
