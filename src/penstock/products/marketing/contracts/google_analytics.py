"""Google Analytics 4, the BigQuery export as connectors flatten it.

Names and types: connector reference (Fivetran's landed columns). Times are UTC.
"""

from datetime import datetime

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract, LandingVariant


class Event(BaseModel):
    """One event of one visitor."""

    date: str | None = None
    timestamp: datetime | None = None
    name: str | None = None
    user_pseudo_id: str | None = None
    user_id: str | None = None
    bundle_sequence_id: str | None = None
    batch_event_index: int | None = None
    platform: str | None = None
    device_category: str | None = None
    geo_country: str | None = None
    geo_region: str | None = None
    geo_city: str | None = None
    traffic_source_source: str | None = None
    traffic_source_medium: str | None = None
    traffic_source_name: str | None = None
    value_in_usd: float | None = None
    ecommerce_purchase_revenue: float | None = None
    ecommerce_purchase_revenue_in_usd: float | None = None
    ecommerce_refund_value_in_usd: float | None = None
    ecommerce_total_item_quantity: int | None = None
    ecommerce_transaction_id: str | None = None
    param_ga_session_id: str | None = None
    param_source: str | None = None
    param_medium: str | None = None
    param_campaign: str | None = None
    param_gclid: str | None = None
    param_engagement_time_msec: float | None = None


_UNKNOWN = (
    *("user_first_touch_timestamp", "event_dimensions_hostname", "param_video_duration"),
    *("param_percent_scrolled", "param_ga_session_number", "param_engaged_session_event"),
    *("param_session_engaged", "stream_id", "is_intraday"),
    *("collected_traffic_source_manual_medium", "collected_traffic_source_manual_source"),
)

CONTRACTS = (
    LandingContract(
        "google_analytics_api_v1",
        "events",
        Event,
        ("user_pseudo_id", "timestamp", "name", "bundle_sequence_id", "batch_event_index"),
        "timestamp",
        since="ga4_v1",
        variants=(
            LandingVariant(
                "fivetran event",
                {
                    **{
                        one: one
                        for one in Event.model_fields
                        if one != "ecommerce_purchase_revenue"
                    },
                    **dict.fromkeys(_UNKNOWN),
                },
            ),
        ),
    ),
)
