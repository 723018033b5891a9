"""Google Ads API v16, as connectors land it.

Names and types: connector reference (Fivetran's landed columns of customers, campaigns, ad groups,
ads and ad statistics). Money is in micros of the account's currency; ids are integers.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract, LandingVariant


class Customer(BaseModel):
    """An account, or one version of it."""

    id: int | None = None
    descriptive_name: str | None = None
    currency_code: str | None = None
    time_zone: str | None = None
    auto_tagging_enabled: bool | None = None
    manager: bool | None = None
    test_account: bool | None = None
    updated_at: dt.datetime | None = None


class Campaign(BaseModel):
    """A campaign, or one version of it. Dates are text, as the API has them."""

    id: int | None = None
    name: str | None = None
    customer_id: int | None = None
    status: str | None = None
    serving_status: str | None = None
    advertising_channel_type: str | None = None
    advertising_channel_subtype: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    tracking_url_template: str | None = None
    updated_at: dt.datetime | None = None


class AdGroup(BaseModel):
    """An ad group, or one version of it."""

    id: int | None = None
    name: str | None = None
    campaign_id: int | None = None
    campaign_name: str | None = None
    status: str | None = None
    type: str | None = None
    updated_at: dt.datetime | None = None


class Ad(BaseModel):
    """An ad, or one version of it."""

    id: int | None = None
    ad_group_id: int | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    display_url: str | None = None
    final_urls: str | None = None
    updated_at: dt.datetime | None = None


class AdPerformance(BaseModel):
    """What an ad did on a day, by device, network and keyword."""

    customer_id: int | None = None
    campaign_id: int | None = None
    ad_group_id: int | None = None
    ad_group: str | None = None
    ad_id: int | None = None
    keyword_ad_group_criterion: str | None = None
    date: dt.date | None = None
    device: str | None = None
    ad_network_type: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    cost_micros: int | None = None
    conversions: float | None = None
    conversions_value: float | None = None


def _contract(
    name: str, schema: type[BaseModel], key: tuple[str, ...], cursor: str, variant: LandingVariant
) -> LandingContract:
    return LandingContract(
        "google_ads_api_v1", name, schema, key, cursor, since="v16", variants=(variant,)
    )


def _variant(name: str, known: tuple[str, ...], *unknown: str) -> LandingVariant:
    return LandingVariant(name, {**{one: one for one in known}, **dict.fromkeys(unknown)})


CONTRACTS = (
    _contract(
        "customers",
        Customer,
        ("id",),
        "updated_at",
        _variant(
            "fivetran account_history",
            tuple(Customer.model_fields),
            *("final_url_suffix", "hidden", "manager_customer_id", "optimization_score"),
            "pay_per_conversion_eligibility_failure_reasons",
            "tracking_url_template",
        ),
    ),
    _contract(
        "campaigns",
        Campaign,
        ("id",),
        "updated_at",
        _variant("fivetran campaign_history", tuple(Campaign.model_fields)),
    ),
    _contract(
        "ad_groups",
        AdGroup,
        ("id",),
        "updated_at",
        _variant("fivetran ad_group_history", tuple(AdGroup.model_fields)),
    ),
    _contract(
        "ads",
        Ad,
        ("id", "ad_group_id"),
        "updated_at",
        _variant("fivetran ad_history", tuple(Ad.model_fields)),
    ),
    _contract(
        "ad_performance",
        AdPerformance,
        ("customer_id", "ad_id", "date", "device", "ad_network_type", "keyword_ad_group_criterion"),
        "date",
        _variant(
            "fivetran ad_stats",
            tuple(
                one
                for one in AdPerformance.model_fields
                if one not in ("conversions", "conversions_value")
            ),
        ),
    ),
)
