"""What may happen to a farm: deliveries, declarations, retractions, each on a day of its own.

Belongs here: the assets of the farm, the steps, taking them. Does not belong here: which steps are
tried, and in what order (`test_incremental.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from penstock.contracts.contract import Contract
from penstock.loading.retract import retract
from penstock.products.renewable.contracts import ASSETS as ASSETS_CONTRACT
from penstock.products.renewable.contracts import GENERATION, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.worlds import (
    FIRST_DAY,
    SOLAR,
    WIND,
    generation,
    renamed,
    ship,
    weather,
)

PLANT = renamed(WIND, "farm").model_copy(update={"capacity_mw": 20.0})
CURVE = " ".join(f"{min(1.0, (bin_number / 24) ** 3):.6f}" for bin_number in range(61))
UNITS = [
    # One has its maker's curve until it has a past of its own, the other loses its past.
    renamed(WIND, name).model_copy(update={"parent_asset_id": "farm", **more})
    for name, more in (
        ("u1", {"power_curve": CURVE}),
        ("u2", {"asset_events": f"{FIRST_DAY + timedelta(days=8)} sensor_repaired"}),
    )
]
LOCAL = [
    # Their days are parted by their own midnights, 7 hours after and 14 before the UTC one; in
    # Denver the clock goes forward on 9 March.
    renamed(SOLAR, "west").model_copy(
        update={"timezone": "America/Denver", "longitude": -105.0, "day_boundary": "local"}
    ),
    renamed(WIND, "east").model_copy(
        update={"timezone": "Pacific/Kiritimati", "longitude": -157.0, "day_boundary": "local"}
    ),
]
ASSETS = [WIND, SOLAR, PLANT, *UNITS, *LOCAL]
MEASURED = [WIND, SOLAR, *UNITS, *LOCAL]


@dataclass(frozen=True)
class Arrival:
    """One delivery: a table's day, some of its assets, values by seed, an age in days."""

    table: str
    day: int
    assets: tuple[int, ...]
    seed: int
    age: int


@dataclass(frozen=True)
class Retraction:
    """Taking back the n-th delivery (modulo how many there are)."""

    number: int


@dataclass(frozen=True)
class Declaration:
    """Another version of some assets: a new capacity, a unit that leaves its plant."""

    capacity_mw: float
    orphan: bool


Step = Arrival | Retraction | Declaration


def frame_of(table: str, first: date, days: int, *, assets: list[int], seed: int) -> pl.DataFrame:
    make = weather if table == "weather" else generation
    chosen = [ASSETS[number] for number in assets]
    return make(first, days, assets=chosen, seed=seed)


def contract_of(table: str) -> Contract:
    return WEATHER if table == "weather" else GENERATION


def arrive(world: Settings, step: Arrival) -> None:
    day = FIRST_DAY + timedelta(days=step.day)
    frame = frame_of(step.table, day, 1, assets=list(step.assets), seed=step.seed)
    when = datetime(2025, 4, 10) - timedelta(days=step.age)
    ship(world, contract_of(step.table), frame, delivered_at=when)


def declare(world: Settings, step: Declaration, *, day: int) -> None:
    wind = WIND.model_copy(update={"capacity_mw": step.capacity_mw})
    unit = UNITS[0].model_copy(update={"parent_asset_id": None if step.orphan else "farm"})
    frame = assets_frame([wind, unit])
    ship(world, ASSETS_CONTRACT, frame, delivered_at=datetime(2025, 4, 10 + day))


def take_back(world: Settings, step: Retraction) -> None:
    seen: list[str] = []

    def collect(delivery: object) -> bool:
        seen.append(getattr(delivery, "delivery_id"))  # noqa: B009 - one field of a delivery
        return False

    retract(PRODUCT, world, collect)
    candidates = [one for one in seen if not one.startswith("assets/")]
    if candidates:
        chosen = candidates[step.number % len(candidates)]
        retract(PRODUCT, world, lambda delivery: delivery.delivery_id == chosen)
