"""Planted events of the mock world: which happen to an asset, when, and how badly.

Belongs here: the catalogue of event types and drawing events from absolute time. Does not belong
here: what an event does to energy (`plant_events.py`), to instruments and records
(`record_events.py`); the table they are published in (`generate_ground_truth.py`).

Time is cut into slots of a type's own length; each asset and slot holds at most one event of the
type, drawn from (seed, asset, type, slot number). An event is no longer than its slot, so those
in force at a moment began in its slot or the one before, and a day alone has the events of any
longer range.
"""

from calendar import SUNDAY
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from penstock.products.renewable.asset import Technology
from penstock.products.renewable.mock_data.grid import Grid, day_number
from penstock.products.renewable.mock_data.noise import Floats, stream_keys, uniforms

MINUTES_PER_DAY = 1440
Table = Literal["weather", "generation"]


@dataclass(frozen=True)
class EventType:
    """One type of event.

    `slot_days` and `probability`: one draw per asset and slot. `hours` and `severity`: shortest
    and longest, least and worst; what a severity means is said in docs/measures.md. `tables`: the
    landed tables that show it; with several, each event hits one of them.
    """

    name: str
    slot_days: int
    probability: float
    hours: tuple[float, float]
    severity: tuple[float, float] = (1.0, 1.0)
    tables: tuple[Table, ...] = ("generation",)
    technologies: tuple[Technology, ...] = ("wind", "solar")
    is_reported: bool = False


@dataclass(frozen=True)
class Event:
    """One event: minutes since 1970-01-01 UTC on the asset's grid, `end` exclusive.

    `column` is the asset's place in the grid it was drawn for.
    """

    kind: EventType
    asset_id: str
    column: int
    begin: int
    end: int
    severity: float
    table: Table

    @property
    def event_id(self) -> str:
        """Asset, type and start: the same wherever and whenever the event is drawn."""
        started = np.datetime64(self.begin, "m").astype("datetime64[m]")
        return f"{self.asset_id}/{self.kind.name}/{started}"

    def rows(self, grid: Grid) -> slice:
        """Its intervals on a grid; an empty slice where it is not in force."""
        first, stop = np.searchsorted(grid.minutes, (self.begin, self.end))
        return slice(int(first), int(stop))


_WEATHER: tuple[Table, ...] = ("weather",)
_EITHER: tuple[Table, ...] = ("weather", "generation")

PLANT_EVENTS = (
    EventType("soiling", 180, 0.7, (600, 1440), (0.10, 0.22), technologies=("solar",)),
    EventType("derate", 150, 0.6, (240, 960), (0.06, 0.18), technologies=("wind",)),
    EventType("string_loss", 150, 0.6, (240, 960), (0.06, 0.18), technologies=("solar",)),
    EventType("icing", 60, 0.35, (10, 60), (0.25, 1.0), technologies=("wind",)),
    EventType("snow", 180, 0.5, (10, 60), (0.25, 1.0), technologies=("solar",)),
    EventType("outage_partial", 60, 0.5, (24, 240), (0.15, 0.40), is_reported=True),
    EventType("outage_full", 90, 0.55, (6, 72), is_reported=True),
    EventType("unreported_outage", 180, 0.5, (5, 30)),
    EventType("curtailment", 45, 0.6, (6, 48), (0.3, 0.7), is_reported=True),
)
"""What reduces energy, in the order in which it acts: an event takes from what others left."""

METER_EVENTS = (
    EventType("over_capacity", 90, 0.5, (2, 30), (1.06, 1.20)),
    EventType("night_power", 90, 0.5, (2, 30), (0.01, 0.03), technologies=("solar",)),
)
"""What the meter reports and never happened."""

SENSOR_EVENTS = (
    EventType("sensor_bias", 90, 0.5, (480, 1440), (0.08, 0.08), tables=_WEATHER),
    EventType("frozen_sensor", 60, 0.5, (2, 30), tables=_WEATHER),
    EventType("spike", 60, 0.5, (2, 30), tables=_WEATHER),
)
"""What the driving instrument reports: anemometer of a wind farm, pyranometer of a plant."""

LATE_CORRECTION = EventType("late_correction", 40, 0.5, (2, 30), (0.10, 0.10))
"""Rows whose first values were wrong; a second delivery brings the right ones days later."""

RECORD_EVENTS = (
    EventType("missing", 45, 0.5, (2, 30), tables=_EITHER),
    EventType("duplicate", 60, 0.5, (2, 30), (0.10, 0.10), tables=_EITHER),
    LATE_CORRECTION,
)
"""What happens to rows on their way."""

CLOCK_SHIFT = EventType("clock_shift", 365, 0.06, (0, 0))
"""A logger that follows daylight saving time for a season; drawn per calendar year."""

DEGRADATION = EventType("degradation", 0, 1.0, (0, 0))
"""Ageing, always in force; its severity is the asset's yearly rate."""

EVENT_TYPES = (
    *(*PLANT_EVENTS, *METER_EVENTS, *SENSOR_EVENTS, *RECORD_EVENTS),
    *(CLOCK_SHIFT, DEGRADATION),
)
"""The whole catalogue; a clean world has none."""

SPIKE_FACTOR = 10.0
SPIKE_CODE = -999.0
"""A spike multiplies the reading or replaces it by a logger's code for "no value"."""


def among(kinds: Sequence[EventType], group: Sequence[EventType]) -> list[EventType]:
    """The types of a group that a world has, in the group's order; types go by their names."""
    by_name = {kind.name: kind for kind in kinds}
    return [by_name[kind.name] for kind in group if kind.name in by_name]


def events_on(grid: Grid, kinds: Sequence[EventType], *, seed: int) -> list[Event]:
    """Events in force in the grid's intervals, by type in the catalogue's order, then by time."""
    found: list[Event] = []
    for kind in kinds:
        if grid.technology in kind.technologies:
            draw = _DRAWN_OTHERWISE.get(kind.name, _drawn)
            found += draw(grid, kind, seed=seed)
    return [event for event in found if len(range(len(grid.minutes))[event.rows(grid)])]


def _drawn(grid: Grid, kind: EventType, *, seed: int) -> Iterator[Event]:
    slot_minutes = kind.slot_days * MINUTES_PER_DAY
    first, last = grid.minutes[0] // slot_minutes - 1, grid.minutes[-1] // slot_minutes
    slots = np.arange(first, last + 1, dtype=np.int64)
    happens, when, length, severity, table = (
        _draws(grid, kind, number, slots, seed=seed) for number in range(5)
    )
    step = grid.interval_minutes
    for row, column in np.argwhere(happens < kind.probability):
        place = row, column
        start = float((slots[row] + when[place]) * slot_minutes)
        hours = _between(kind.hours, float(length[place]) ** 1.5)
        begin = int(start // step) * step
        yield Event(
            kind=kind,
            asset_id=grid.names[column],
            column=int(column),
            begin=begin,
            end=begin + max(1, round(hours * 60 / step)) * step,
            severity=_severity(kind, float(severity[place])),
            table=kind.tables[int(table[place] * len(kind.tables))],
        )


def _draws(grid: Grid, kind: EventType, number: int, slots: np.ndarray, *, seed: int) -> Floats:
    keys = stream_keys(grid.names, seed=seed, channel=f"event/{kind.name}/{number}")
    return uniforms(keys, slots)


def _severity(kind: EventType, drawn: float) -> float:
    if kind.name == "spike":
        return SPIKE_FACTOR if drawn < 0.5 else SPIKE_CODE
    return round(_between(kind.severity, drawn), 4)


def _between(bounds: tuple[float, float], share: float) -> float:
    low, high = bounds
    return low + (high - low) * share


def _clock_shifts(grid: Grid, kind: EventType, *, seed: int) -> Iterator[Event]:
    """Last Sunday of March to last Sunday of October, 01:00 UTC (Directive 2000/84/EC)."""
    days = grid.minutes[[0, -1]] // MINUTES_PER_DAY
    first, last = ((date(1970, 1, 1) + timedelta(days=int(day))).year for day in days)
    years = np.arange(first, last + 1, dtype=np.int64)
    for row, column in np.argwhere(_draws(grid, kind, 0, years, seed=seed) < kind.probability):
        begin, end = (
            day_number(_last_sunday(int(years[row]), month)) * MINUTES_PER_DAY + 60
            for month in (3, 10)
        )
        yield Event(kind, grid.names[column], int(column), begin, end, 1.0, "generation")


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() - SUNDAY) % 7)


def _degradations(grid: Grid, kind: EventType, *, seed: int) -> Iterator[Event]:  # noqa: ARG001 - nothing is drawn
    stop = day_number(date.max)
    for column, asset in enumerate(grid.assets):
        rate = asset.mock.degradation_per_year_frac
        ends = asset.decommissioning_date
        begin = day_number(asset.commissioning_date)
        end = stop if ends is None else day_number(ends)
        if rate > 0:
            yield Event(
                kind,
                asset.asset_id,
                column,
                begin * MINUTES_PER_DAY,
                end * MINUTES_PER_DAY,
                rate,
                "generation",
            )


_DRAWN_OTHERWISE = {CLOCK_SHIFT.name: _clock_shifts, DEGRADATION.name: _degradations}
