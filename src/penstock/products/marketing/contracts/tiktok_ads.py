"""TikTok's Marketing API v1.3, as connectors land it.

Names and types: connector reference (tap-tiktok's API fields); ad groups and ads: fields of
/adgroup/get/ and /ad/get/ of API v1.3. Report metrics are text and a missing one is `-`; days are
in the advertiser's time zone.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Campaign(BaseModel):
    """A campaign, or one version of it."""

    campaign_id: str | None = None
    campaign_name: str | None = None
    advertiser_id: str | None = None
    campaign_type: str | None = None
    objective_type: str | None = None
    budget: float | None = None
    budget_mode: str | None = None
    operation_status: str | None = None
    secondary_status: str | None = None
    create_time: dt.datetime | None = None
    modify_time: dt.datetime | None = None


class AdGroup(BaseModel):
    """An ad group, or one version of it."""

    adgroup_id: str | None = None
    adgroup_name: str | None = None
    campaign_id: str | None = None
    advertiser_id: str | None = None
    placement_type: str | None = None
    optimization_goal: str | None = None
    operation_status: str | None = None
    create_time: dt.datetime | None = None
    modify_time: dt.datetime | None = None


class Ad(BaseModel):
    """An ad, or one version of it."""

    ad_id: str | None = None
    ad_name: str | None = None
    adgroup_id: str | None = None
    campaign_id: str | None = None
    advertiser_id: str | None = None
    ad_text: str | None = None
    ad_format: str | None = None
    operation_status: str | None = None
    create_time: dt.datetime | None = None
    modify_time: dt.datetime | None = None


class AdReport(BaseModel):
    """What an ad did on a day."""

    advertiser_id: str | None = None
    campaign_id: str | None = None
    adgroup_id: str | None = None
    ad_id: str | None = None
    stat_time_day: dt.datetime | None = None
    spend: str | None = None
    impressions: str | None = None
    clicks: str | None = None
    reach: str | None = None
    conversion: str | None = None
    total_purchase_value: str | None = None
    video_play_actions: str | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str
) -> LandingContract:
    return LandingContract("tiktok_ads_api_v1", name, schema, key, cursor, since="v1.3")


CONTRACTS = (
    _contract("campaigns", Campaign, ("campaign_id",), "modify_time"),
    _contract("ad_groups", AdGroup, ("adgroup_id",), "modify_time"),
    _contract("ads", Ad, ("ad_id",), "modify_time"),
    _contract("ads_reports_daily", AdReport, ("ad_id", "stat_time_day"), "stat_time_day"),
)
