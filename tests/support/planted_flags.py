"""Which slots of a mock world the quality flags should find, from the planted events alone.

Belongs here: for each flag, the slots an event lets it find (`can`) and those an event explains
(`may`), computed from the generators and never from a warehouse. The table of docs/data-quality.md
says the same in words. Does not belong here: judging a warehouse.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.corrections import corrected_days
from penstock.products.renewable.mock_data.events import (
    RECORD_EVENTS,
    SENSOR_EVENTS,
    SPIKE_CODE,
    EventType,
    among,
    events_on,
)
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.mock_data.grid import Grid, day_number, grids
from penstock.products.renewable.mock_data.noise import Floats, Integers, Mask
from penstock.products.renewable.mock_data.record_events import COS_NIGHT, hit
from penstock.products.renewable.mock_data.truth import day_of_year, sun
from penstock.products.renewable.portfolio import MockAsset

CLOCK_DAYS, CLOCK_WINDOW = 20, 30
STOPS = ("outage_full", "outage_partial", "unreported_outage", "curtailment", "snow")
"""Hours in which a plant does not follow the sun are no evidence about its clock."""

LEAST_MWH = 1e-4
"""Energies this small may be the same after an error of a few percent."""

SQL_OF_FLAG: Mapping[str, str] = {
    "missing_weather": "dq_missing_weather",
    "missing_generation": "dq_missing_generation",
    "duplicate_weather": "dq_duplicate_weather",
    "duplicate_generation": "dq_duplicate_generation",
    "late": "dq_late_generation",
    "corrected": "dq_corrected_generation",
    "frozen": "dq_frozen_wind or dq_frozen_ghi",
    "impossible": "dq_range_weather or dq_ghi_physical",
    "range_generation": "dq_range_generation",
    "power_night": "dq_power_night",
    "clock": "dq_clock",
}


@dataclass(frozen=True)
class Slots:
    """Two masks of shape (time, asset): slots a flag can find, slots an event explains."""

    can: Mask
    may: Mask


def planted_flags(
    assets: Sequence[MockAsset], *, start: date, end: date, seed: int, kinds: Sequence[EventType]
) -> pl.DataFrame:
    """One row per slot: timestamp, asset_id and, for each flag, `<flag>_can` and `<flag>_may`.

    Late corrections count as landed when they arrive by `end`.
    """
    arrivals = corrected_days(assets, start=start, end=end, seed=seed)
    arrived = [day_number(day) for day, arrival in arrivals.items() if arrival <= end]
    undisturbed = among(kinds, SENSOR_EVENTS)
    weather = generate_weather(assets, start=start, end=end, seed=seed, kinds=undisturbed)
    recorded = [kind for kind in kinds if kind not in among(kinds, RECORD_EVENTS)]
    generation = generate_generation(assets, start=start, end=end, seed=seed, kinds=recorded)
    frames = []
    for grid in grids(assets, start=start, end=end):
        driving = "wind_speed_mps" if grid.technology == "wind" else "ghi"
        found = _slots(
            grid,
            kinds,
            seed=seed,
            seen=_on_grid(grid, weather, driving),
            energy=np.abs(_on_grid(grid, generation, "net_generation_mwh")),
            arrived=arrived,
        )
        frames.append(
            grid.frame(
                {
                    f"{flag}_{side}": getattr(slots, side)
                    for flag, slots in found.items()
                    for side in ("can", "may")
                }
            )
        )
    return pl.concat(frames)


def _slots(
    grid: Grid,
    kinds: Sequence[EventType],
    *,
    seed: int,
    seen: Floats,
    energy: Floats,
    arrived: Iterable[int],
) -> dict[str, Slots]:
    events = events_on(grid, kinds, seed=seed)
    is_solar = grid.technology == "solar"
    up = sun(grid).up if is_solar else np.ones_like(seen)
    day = grid.minutes[:, np.newaxis] // 1440

    def planted(name: str, table: str = "generation") -> Mask:
        return hit(grid, events, name, "weather" if table == "weather" else "generation")

    no_weather, no_generation = planted("missing", "weather"), planted("missing")
    frozen, spike = planted("frozen_sensor", "weather"), planted("spike", "weather")
    corrected = planted("late_correction") & ~no_generation & np.isin(day, list(arrived))
    twice_weather = planted("duplicate", "weather") & ~no_weather
    twice = planted("duplicate") & ~no_generation
    over, night, clock = (planted(name) for name in ("over_capacity", "night_power", "clock_shift"))
    measurable = energy > LEAST_MWH
    frozen_alone = _three_in_a_row(frozen & ~no_weather & ~spike)
    disturbed = no_weather | no_generation | frozen | spike | over | night
    for stop in STOPS:
        disturbed = disturbed | planted(stop)
    clock_known = _known_clock(clock, disturbed, grid.minutes // 1440) & is_solar
    return {
        "missing_weather": Slots(no_weather, no_weather),
        "missing_generation": Slots(no_generation, no_generation),
        "duplicate_weather": Slots(twice_weather & (np.abs(seen) >= 0.5), twice_weather),
        "duplicate_generation": Slots(twice & ~corrected & measurable, twice),
        "late": Slots(corrected, corrected),
        "corrected": Slots(corrected & measurable, corrected),
        "frozen": Slots(frozen_alone & (seen > 5.0 if is_solar else seen >= 1.5), frozen),
        "impossible": Slots(
            spike & ~no_weather & _impossible(grid, seen, up), (spike | frozen) & ~no_weather
        ),
        "range_generation": Slots(over & ~no_generation & (up > 0.0), over),
        "power_night": Slots(night & ~no_generation & (up < COS_NIGHT - 1e-6), night | clock),
        "clock": Slots(clock_known, clock & is_solar),
    }


def _on_grid(grid: Grid, frame: pl.DataFrame, column: str) -> Floats:
    """A column of a frame without gaps, shape (time, asset)."""
    rows = frame.filter(pl.col("asset_id").is_in(grid.names)).sort("timestamp", "asset_id")
    return rows[column].to_numpy().reshape(len(grid.minutes), len(grid.assets))


def _three_in_a_row(mask: Mask) -> Mask:
    """Slots of runs of three or more."""
    padded = np.pad(mask, ((2, 2), (0, 0)))
    windows = [padded[n : n + len(mask) + 2] for n in range(3)]
    starts = windows[0] & windows[1] & windows[2]
    found: Mask = starts[2:] | starts[1:-1] | starts[:-2]
    return found


def _impossible(grid: Grid, seen: Floats, up: Floats) -> Mask:
    if grid.technology == "wind":
        wind: Mask = (seen == SPIKE_CODE) | (seen > 50.0)
        return wind
    outside = physics.extraterrestrial_wm2(day_of_year(grid))[:, np.newaxis]
    limit = 1.5 * outside * np.maximum(up, 0.0) ** 1.2 + 100.0
    sun_cannot: Mask = (seen == SPIKE_CODE) | (seen > 1500.0) | (seen > limit + 1.0)
    return sun_cannot


def _known_clock(shifted: Mask, disturbed: Mask, day: Integers) -> Mask:
    """Slots of shifted days with enough undisturbed shifted days among those up to then."""
    whole, calm = (_by_day(mask, day) for mask in (shifted, ~disturbed))
    evidence = np.cumsum(whole & calm, axis=0)
    before = np.pad(evidence, ((CLOCK_WINDOW, 0), (0, 0)))[: len(evidence)]
    known = whole & (evidence - before >= CLOCK_DAYS)
    found: Mask = np.repeat(known, len(shifted) // len(known), axis=0)
    return found


def _by_day(mask: Mask, day: Integers) -> Mask:
    """Whether all slots of a day are in the mask, shape (day, asset)."""
    days = len(np.unique(day))
    found: Mask = np.asarray(mask.reshape(days, -1, mask.shape[1]).all(axis=1))
    return found
