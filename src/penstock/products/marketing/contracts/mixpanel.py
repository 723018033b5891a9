"""Mixpanel: events of the Raw Export API, people of the Engage API, as connectors land them.

Events: connector reference (Fivetran's landed columns). People: profile properties of the Engage
API ($email, $created, $last_seen, ...), without the dollar. Times of events are in the project's
time zone; an insert id may come with two times; properties are JSON text.
"""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Event(BaseModel):
    """One event."""

    insert_id: str | None = None
    name: str | None = None
    time: dt.datetime | None = None
    distinct_id: str | None = None
    device_id: str | None = None
    os: str | None = None
    browser: str | None = None
    device: str | None = None
    city: str | None = None
    region: str | None = None
    mp_country_code: str | None = None
    mp_processing_time_ms: int | None = None
    initial_referring_domain: str | None = None
    properties: str | None = None


class Person(BaseModel):
    """A profile as it is now."""

    distinct_id: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country_code: str | None = None
    city: str | None = None
    created: dt.datetime | None = None
    last_seen: dt.datetime | None = None
    properties: str | None = None


CONTRACTS = (
    LandingContract(
        "mixpanel_api_v1",
        "events",
        Event,
        ("insert_id", "name", "distinct_id", "time"),
        "time",
        since="v2",
    ),
    LandingContract("mixpanel_api_v1", "people", Person, ("distinct_id",), "last_seen", since="v2"),
)
