"""Mock table `weather`: what the instruments of each asset report.

Belongs here: sensor noise, rounding and the columns of `weather`. Does not belong here: the
weather itself (`truth.py`), energy, files, what an event does to a sensor (`record_events.py`):
events act on what `_measured` returns; the truth that drives generation never sees them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from penstock.products.renewable.asset import Technology
from penstock.products.renewable.mock_data.events import (
    EVENT_TYPES,
    EventType,
    events_on,
)
from penstock.products.renewable.mock_data.grid import Grid, grids, rounded
from penstock.products.renewable.mock_data.noise import (
    Floats,
    Layers,
    Mask,
    gaussian_field,
    white_noise,
)
from penstock.products.renewable.mock_data.record_events import hit, misread, wrong
from penstock.products.renewable.mock_data.truth import Weather, true_weather
from penstock.products.renewable.portfolio import MockAsset

WEATHER_SCHEMA = pl.Schema(
    [
        ("timestamp", pl.Datetime("us")),
        ("asset_id", pl.String),
        ("wind_speed_mps", pl.Float64),
        ("wind_direction_deg", pl.Float64),
        ("ghi", pl.Float64),
        ("temperature_c", pl.Float64),
        ("pressure_hpa", pl.Float64),
        ("relative_humidity", pl.Float64),
        ("source_class", pl.String),
    ]
)
_SENSOR_DRIFT: Layers = ((48, 1.0),)
_DRIVING: dict[Technology, str] = {"wind": "wind_speed_mps", "solar": "ghi_wm2"}


def generate_weather(
    assets: Iterable[MockAsset],
    *,
    start: date,
    end: date,
    seed: int,
    kinds: Sequence[EventType] = EVENT_TYPES,
) -> pl.DataFrame:
    """Measured weather of whole UTC days.

    Args:
        assets: mock assets; each yields rows only while it is commissioned and valid.
        start: first UTC day.
        end: last UTC day.
        seed: of the mock world; generation of the same world needs the same seed.
        kinds: types of events that may happen; none in a clean world.

    Returns:
        Rows ordered by timestamp (interval beginning, UTC, naive) and asset_id; where a row comes
        twice, the right one is the last. Any day alone equals that day of any longer range.

    Raises: ValueError when `end` is before `start`.
    """
    shown = [kind for kind in kinds if "weather" in kind.tables]
    frames = [
        part for grid in grids(assets, start=start, end=end) for part in _rows(grid, shown, seed)
    ]
    return pl.concat([WEATHER_SCHEMA.to_frame(), *frames]).sort(
        "timestamp", "asset_id", maintain_order=True
    )


def _rows(grid: Grid, kinds: Sequence[EventType], seed: int) -> Iterable[pl.DataFrame]:
    """Rows of a grid: wrong copies of those that come twice, then the rows themselves."""
    events = [one for one in events_on(grid, kinds, seed=seed) if one.table == "weather"]
    driving = _DRIVING[grid.technology]

    def reading(other: Grid) -> Weather:
        return _measured(true_weather(other, seed=seed), grid=other, seed=seed)

    seen = reading(grid)
    driven = misread(
        getattr(seen, driving),
        grid=grid,
        events=events,
        at=lambda other: getattr(reading(other), driving),
    )
    measures = _rounded(replace(seen, **{driving: driven}))
    kept = ~hit(grid, events, "missing", "weather")
    twice = hit(grid, events, "duplicate", "weather") & kept
    if twice.any():
        copies = wrong(
            {name: measures[name] for name in ("wind_speed_mps", "ghi")},
            grid=grid,
            seed=seed,
            channel="duplicate/weather",
            decimals=2,
        )
        yield _frame(grid, {**measures, **copies}, twice)
    yield _frame(grid, measures, kept)


def _frame(grid: Grid, measures: dict[str, Floats], keep: Mask) -> pl.DataFrame:
    rows = grid.frame(measures, keep=keep).with_columns(source_class=pl.lit("mock"))
    return rows.select(WEATHER_SCHEMA.names())


def _measured(truth: Weather, *, grid: Grid, seed: int) -> Weather:
    """Truth seen by imperfect sensors: a slow relative drift and white noise."""

    def drift(channel: str) -> Floats:
        name = f"sensor_drift/{channel}"
        return gaussian_field(
            grid.names, seed=seed, channel=name, layers=_SENSOR_DRIFT, hours=grid.middle_hours
        )

    def noise(channel: str) -> Floats:
        name = f"sensor_noise/{channel}"
        return white_noise(grid.names, seed=seed, channel=name, indices=grid.intervals)

    wind = truth.wind_speed_mps * (1.0 + 0.015 * drift("wind")) + 0.2 * noise("wind")
    ghi = truth.ghi_wm2 * (1.0 + 0.02 * drift("ghi") + 0.02 * noise("ghi"))
    return Weather(
        wind_speed_mps=np.maximum(wind, 0.0),
        wind_direction_deg=truth.wind_direction_deg,
        ghi_wm2=np.maximum(ghi, 0.0),
        temperature_c=truth.temperature_c + 0.3 * noise("temperature"),
        # a barometer without noise would look frozen where the slow field turns
        pressure_hpa=truth.pressure_hpa + 0.3 * noise("pressure"),
        relative_humidity_pct=truth.relative_humidity_pct,
    )


def _rounded(weather: Weather) -> dict[str, Floats]:
    """Columns in the resolution of a logger, which also hides last-bit differences of libm."""
    direction = rounded(weather.wind_direction_deg, decimals=1)
    return {
        "wind_speed_mps": rounded(weather.wind_speed_mps, decimals=2),
        "wind_direction_deg": np.where(direction >= 360.0, 0.0, direction),
        "ghi": rounded(weather.ghi_wm2, decimals=1),
        "temperature_c": rounded(weather.temperature_c, decimals=2),
        "pressure_hpa": rounded(weather.pressure_hpa, decimals=1),
        "relative_humidity": rounded(weather.relative_humidity_pct, decimals=1),
    }


if __name__ == "__main__":
    from penstock.products.renewable.mock import main

    main("weather")
