"""Amplitude: events of the Export API, users of the User Activity API, as connectors land them.

Events: connector reference (API fields and Fivetran's landed columns). Users: `userData` of the
User Activity API. Times are UTC; properties are JSON text.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Event(BaseModel):
    """One event."""

    uuid: str | None = None
    event_type: str | None = None
    event_time: dt.datetime | None = None
    server_upload_time: dt.datetime | None = None
    user_id: str | None = None
    amplitude_id: str | None = None
    device_id: str | None = None
    session_id: int | None = None
    platform: str | None = None
    country: str | None = None
    device_type: str | None = None
    event_properties: str | None = None
    user_properties: str | None = None


class User(BaseModel):
    """A user as they are now."""

    canonical_amplitude_id: int | None = None
    user_id: str | None = None
    num_events: int | None = None
    num_sessions: int | None = None
    usage_time: int | None = None
    first_used: dt.date | None = None
    last_used: dt.date | None = None
    platform: str | None = None
    device_type: str | None = None
    country: str | None = None
    language: str | None = None


CONTRACTS = (
    LandingContract("amplitude_api_v1", "events", Event, ("uuid",), "server_upload_time", "v2"),
    LandingContract(
        "amplitude_api_v1", "users", User, ("canonical_amplitude_id",), "last_used", "v2"
    ),
)
