"""Amazon Ads API v3, sponsored products, as connectors land it (snake case).

Campaigns: connector reference (Fivetran's landed columns). Ad groups: SpAdGroup of the Sponsored
Products API v3. Product ads: the daily report spAdvertisedProduct of the Reporting API v3; sums are
attributed within 7 days; cost is in the profile's currency; v3 ids are text, report ids integers.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Campaign(BaseModel):
    """A campaign, or one version of it."""

    id: str | None = None
    name: str | None = None
    profile_id: int | None = None
    portfolio_id: int | None = None
    state: str | None = None
    serving_status: str | None = None
    targeting_type: str | None = None
    bidding_strategy: str | None = None
    budget: float | None = None
    budget_type: str | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    last_updated_date: dt.datetime | None = None


class AdGroup(BaseModel):
    """An ad group, or one version of it."""

    id: str | None = None
    campaign_id: str | None = None
    name: str | None = None
    state: str | None = None
    serving_status: str | None = None
    default_bid: float | None = None
    last_updated_date: dt.datetime | None = None


class ProductAd(BaseModel):
    """What a product ad did on a day."""

    date: dt.date | None = None
    campaign_id: int | None = None
    campaign_name: str | None = None
    ad_group_id: int | None = None
    ad_group_name: str | None = None
    ad_id: int | None = None
    advertised_asin: str | None = None
    advertised_sku: str | None = None
    campaign_budget_currency_code: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    cost: float | None = None
    purchases_7d: int | None = None
    sales_7d: float | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str
) -> LandingContract:
    return LandingContract("amazon_ads_api_v1", name, schema, key, cursor, since="v3")


CONTRACTS = (
    _contract("sponsored_products_campaigns", Campaign, ("id",), "last_updated_date"),
    _contract("sponsored_products_ad_groups", AdGroup, ("id",), "last_updated_date"),
    _contract("sponsored_products_product_ads", ProductAd, ("ad_id", "date"), "date"),
)
