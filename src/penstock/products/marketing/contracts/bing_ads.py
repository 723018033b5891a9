"""Microsoft (Bing) Ads API v13, as connectors land it.

Names and types: connector reference (Fivetran's landed columns; report fields of the Reporting
API). Ad groups and ads: fields AdGroup and Ad of the Campaign Management API v13, snake case.
Percentages come as text; spend is in units of the report's currency.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Campaign(BaseModel):
    """A campaign, or one version of it."""

    id: int | None = None
    name: str | None = None
    account_id: int | None = None
    status: str | None = None
    type: str | None = None
    time_zone: str | None = None
    budget: float | None = None
    budget_id: int | None = None
    budget_type: str | None = None
    language: str | None = None
    modified_time: dt.datetime | None = None


class AdGroup(BaseModel):
    """An ad group, or one version of it."""

    id: int | None = None
    campaign_id: int | None = None
    name: str | None = None
    status: str | None = None
    network: str | None = None
    language: str | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    modified_time: dt.datetime | None = None


class Ad(BaseModel):
    """An ad, or one version of it."""

    id: int | None = None
    ad_group_id: int | None = None
    title: str | None = None
    status: str | None = None
    type: str | None = None
    editorial_status: str | None = None
    final_url: str | None = None
    modified_time: dt.datetime | None = None


class AccountPerformance(BaseModel):
    """What an account did on a day, by device, network and match."""

    account_id: int | None = None
    date: dt.date | None = None
    currency_code: str | None = None
    ad_distribution: str | None = None
    bid_match_type: str | None = None
    delivered_match_type: str | None = None
    device_os: str | None = None
    device_type: str | None = None
    network: str | None = None
    top_vs_other: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    ctr: str | None = None
    spend: float | None = None
    conversions: int | None = None
    revenue: float | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str
) -> LandingContract:
    return LandingContract("bing_ads_api_v1", name, schema, key, cursor, since="v13")


CONTRACTS = (
    _contract("campaigns", Campaign, ("id",), "modified_time"),
    _contract("ad_groups", AdGroup, ("id",), "modified_time"),
    _contract("ads", Ad, ("id",), "modified_time"),
    _contract(
        "account_performance_report",
        AccountPerformance,
        (
            *("account_id", "date", "currency_code", "ad_distribution", "bid_match_type"),
            *("delivered_match_type", "device_os", "device_type", "network", "top_vs_other"),
        ),
        "date",
    ),
)
