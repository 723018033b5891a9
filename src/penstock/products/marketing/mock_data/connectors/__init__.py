"""How each master model lands a world: one module per master model, found by being there.

Each has `tables(world, platform, day)`: the tables of a day by object, with the names and types of
the landing contract, and only what that connector would know.
"""

from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import Protocol, cast

import polars as pl

from penstock.products.marketing.mock_data.world import World

Tables = Mapping[str, pl.DataFrame]


class Dress(Protocol):
    """What a module of this package is."""

    def tables(self, world: World, platform: str, day: date) -> Tables:
        """The tables of a day by object; snapshots of things come every day."""


def dress(master_model: str) -> Dress:
    """The module that lands a master model: `facebook_ads_api_v1` -> `facebook_ads.py`."""
    name = master_model.rpartition("_api_")[0]
    return cast("Dress", import_module(f"{__name__}.{name}"))
