"""Meta's Marketing API v19, for Facebook and Instagram ads alike.

Names and types: connector reference (tap-facebook's and Fivetran's field lists). Money of insights
comes as decimal text in the account's currency, budgets in its minor unit; ids are digits as text.
`ads` has the fields of the Ad node that tap-facebook and Fivetran's `ad_history` both land.
"""

from datetime import date, datetime

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract, LandingVariant


class Campaign(BaseModel):
    """A campaign, or one version of it."""

    id: str | None = None
    name: str | None = None
    account_id: str | None = None
    objective: str | None = None
    effective_status: str | None = None
    buying_type: str | None = None
    start_time: datetime | None = None
    updated_time: datetime | None = None


class AdSet(BaseModel):
    """An ad set, or one version of it."""

    id: str | None = None
    name: str | None = None
    account_id: str | None = None
    campaign_id: str | None = None
    effective_status: str | None = None
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    created_time: datetime | None = None
    updated_time: datetime | None = None


class Ad(BaseModel):
    """An ad, or one version of it."""

    id: str | None = None
    name: str | None = None
    account_id: str | None = None
    campaign_id: str | None = None
    adset_id: str | None = None
    creative_id: str | None = None
    effective_status: str | None = None
    updated_time: datetime | None = None


class Insight(BaseModel):
    """What an ad did on a day; restated for up to 28 days."""

    ad_id: str | None = None
    adset_id: str | None = None
    campaign_id: str | None = None
    account_id: str | None = None
    date_start: date | None = None
    date_stop: date | None = None
    impressions: int | None = None
    clicks: int | None = None
    spend: str | None = None
    reach: int | None = None
    frequency: float | None = None
    inline_link_clicks: int | None = None
    actions: str | None = None
    action_values: str | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str, variant: LandingVariant
) -> LandingContract:
    return LandingContract(
        "facebook_ads_api_v1", name, schema, key, cursor, since="v19", variants=(variant,)
    )


def _same(name: str, *columns: str, **others: str | None) -> LandingVariant:
    return LandingVariant(name, {**{one: one for one in columns}, **others})


CONTRACTS = (
    _contract(
        "campaigns",
        Campaign,
        ("id",),
        "updated_time",
        _same("fivetran campaign_history", "id", "account_id", "name", "updated_time"),
    ),
    _contract(
        "ad_sets",
        AdSet,
        ("id",),
        "updated_time",
        _same("fivetran ad_set_history", "id", "account_id", "campaign_id", "name", "updated_time"),
    ),
    _contract(
        "ads",
        Ad,
        ("id",),
        "updated_time",
        _same(
            "fivetran ad_history",
            *("id", "account_id", "campaign_id", "creative_id", "name", "updated_time"),
            ad_set_id="adset_id",
        ),
    ),
    _contract(
        "insights",
        Insight,
        ("ad_id", "date_start"),
        "date_start",
        _same(
            "fivetran basic_ad",
            *("ad_id", "account_id", "impressions", "inline_link_clicks", "spend", "reach"),
            date="date_start",
        ),
    ),
)
