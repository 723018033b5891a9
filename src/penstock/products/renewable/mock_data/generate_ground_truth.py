"""Mock table `ground_truth_event_days`: which planted events were in force, and what they cost.

Belongs here: the rows of that table. Does not belong here: drawing events, their effects.

A row speaks of one event on one day, so a day's rows are known when the day is over; an event's
own figures (its whole cost in the landed days) are summed in dbt, as `ground_truth_events`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np
import polars as pl

from penstock.products.renewable.mock_data.events import (
    CLOCK_SHIFT,
    DEGRADATION,
    EVENT_TYPES,
    METER_EVENTS,
    MINUTES_PER_DAY,
    RECORD_EVENTS,
    SENSOR_EVENTS,
    Event,
    EventType,
    among,
    events_on,
)
from penstock.products.renewable.mock_data.generate_generation import potential_pu, production
from penstock.products.renewable.mock_data.grid import Grid, grids
from penstock.products.renewable.mock_data.noise import Floats
from penstock.products.renewable.mock_data.truth import true_weather
from penstock.products.renewable.portfolio import MockAsset

GROUND_TRUTH_SCHEMA = pl.Schema(
    [
        ("timestamp", pl.Datetime("us")),
        ("asset_id", pl.String),
        ("event_id", pl.String),
        ("event_type", pl.String),
        ("start_utc", pl.Datetime("us")),
        ("end_utc", pl.Datetime("us")),
        ("severity", pl.Float64),
        ("reported", pl.Boolean),
        ("table_affected", pl.String),
        ("expected_lost_mwh", pl.Float64),
    ]
)
_ENERGY_DECIMALS = 6
_LAST_STAMP = int(np.datetime64("9999-01-01", "m").astype(np.int64))


def generate_ground_truth(
    assets: Iterable[MockAsset],
    *,
    start: date,
    end: date,
    seed: int,
    kinds: Sequence[EventType] = EVENT_TYPES,
) -> pl.DataFrame:
    """The events in force on each UTC day, with the energy each one cost on that day.

    The cost is potential minus actual energy at the terminals, taken in the order in which the
    events act, so that costs of a day add up to what was lost. Events that touch only records
    cost nothing. An event that could not act on a day (icing above freezing) has no row for it.

    Args: as `generate_generation`.

    Returns:
        Rows ordered by timestamp (start of the day, UTC, naive), asset_id and event_id.

    Raises: ValueError when `end` is before `start`.
    """
    rows = [
        row for grid in grids(assets, start=start, end=end) for row in _rows(grid, kinds, seed=seed)
    ]
    frame = pl.DataFrame(rows, schema=GROUND_TRUTH_SCHEMA, orient="row")
    return frame.sort("timestamp", "asset_id", "event_id")


def _rows(grid: Grid, kinds: Sequence[EventType], *, seed: int) -> Iterator[tuple[object, ...]]:
    for event, lost_mwh in _costs(grid, kinds, seed=seed):
        days = grid.minutes[event.rows(grid)] // MINUTES_PER_DAY
        first = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
        exists = grid.exists()[event.rows(grid), event.column]
        acts = np.logical_or.reduceat(exists, first)
        cost = np.zeros(len(first))
        if lost_mwh is not None:
            cost = np.add.reduceat(np.where(exists, lost_mwh, 0.0), first)
            acts &= (cost > 0.0) | (event.kind.name not in _CONDITIONAL)
        for number in np.flatnonzero(acts):
            yield (
                _stamp(int(days[first[number]]) * MINUTES_PER_DAY),
                event.asset_id,
                event.event_id,
                event.kind.name,
                _stamp(event.begin),
                _stamp(min(event.end, _LAST_STAMP)),
                event.severity,
                event.kind.is_reported,
                event.table,
                round(float(cost[number]), _ENERGY_DECIMALS),
            )


_CONDITIONAL = ("icing", "snow")
"""Types that need cold weather to act."""


def _costs(
    grid: Grid, kinds: Sequence[EventType], *, seed: int
) -> Iterator[tuple[Event, Floats | None]]:
    """Each event in force, with the energy lost in each of its intervals (MWh) if it costs any."""
    weather = true_weather(grid, seed=seed)
    full_load_mwh = grid.column("capacity_mw") * grid.interval_hours
    ageing = events_on(grid, among(kinds, [DEGRADATION]), seed=seed)
    if ageing:
        new = potential_pu(grid, weather, seed=seed, is_aged=False)
        aged = potential_pu(grid, weather, seed=seed)
        for event in ageing:
            place = event.rows(grid), event.column
            yield event, (new - aged)[place] * full_load_mwh[event.column]
    _, losses = production(grid, weather, kinds, seed=seed)
    for loss in losses:
        yield loss.event, loss.lost_pu * full_load_mwh[loss.event.column]
    costless = among(kinds, [*METER_EVENTS, *SENSOR_EVENTS, *RECORD_EVENTS, CLOCK_SHIFT])
    for event in events_on(grid, costless, seed=seed):
        yield event, None


def _stamp(minute: int) -> object:
    return np.datetime64(minute, "m").astype("datetime64[us]").astype(object)


if __name__ == "__main__":
    from penstock.products.renewable.mock import main

    main("ground_truth_event_days")
