"""Filling in what a starter mapping asks of its author."""

import re
from collections.abc import Mapping

WIND_SITE: Mapping[str, str] = {
    "zone": "UTC",
    "technology": "wind",
    "capacity_mw": "2.05",
    "latitude": "48.45",
    "longitude": "5.59",
    "timezone": "Europe/Paris",
    "commissioning_date": "2009-01-01",
    "hub_height_m": "80",
    "interval_minutes": "10",
}
"""What the author of a mapping for a wind farm would know."""


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The mapping with a value for each `key: FILL_IN`; an entry without one is removed."""
    for key, value in values.items():
        text = re.sub(rf"\b{key}: FILL_IN\b", f"{key}: {value}", text)
    return "".join(line for line in text.splitlines(keepends=True) if ": FILL_IN" not in line)
