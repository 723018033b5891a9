"""The true weather of the mock world, before any sensor has looked at it.

Belongs here: weather as nature makes it, a function of asset, seed and absolute time. Does not
belong here: what instruments report (`generate_weather.py`), what plants make of it
(`generate_generation.py`).
"""

from dataclasses import dataclass

import numpy as np

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.grid import Grid
from penstock.products.renewable.mock_data.noise import (
    Floats,
    Layers,
    gaussian_field,
    upper_tail,
)

DAYS_PER_YEAR = 365.2425
_REGION_VARIANCE_SHARE = 0.75
_WIND: Layers = ((120, 0.30), (40, 0.60), (14, 0.52), (5, 0.38), (1.5, 0.22))
_GUSTS_HOURLY: Layers = ((0.33, 0.10),)
_GUSTS_FINE: Layers = ((0.17, 0.20),)
_SYNOPTIC: Layers = ((240, 0.50), (96, 0.70), (40, 0.45))
_CLOUD: Layers = ((96, 0.45), (30, 0.55), (10, 0.45), (3, 0.35), (0.8, 0.25))
_DIRECTION: Layers = ((96, 0.70), (24, 0.55), (6, 0.30))
_DIRECTION_SPREAD_DEG = 45.0


@dataclass(frozen=True)
class Weather:
    """Weather on a grid, arrays of shape (time, asset); wind at hub height, or 10 m for solar."""

    wind_speed_mps: Floats
    wind_direction_deg: Floats
    ghi_wm2: Floats
    temperature_c: Floats
    pressure_hpa: Floats
    relative_humidity_pct: Floats


def day_of_year(grid: Grid) -> Floats:
    """Position in a year of constant length, without the step of a calendar at New Year."""
    return grid.middle_hours / 24.0 % DAYS_PER_YEAR + 1.0


def sun(grid: Grid) -> physics.SunVector:
    """Direction of the sun in the middle of each interval."""
    return physics.sun_vector(
        grid.middle_hours, latitude=grid.column("latitude"), longitude=grid.column("longitude")
    )


def true_weather(grid: Grid, *, seed: int) -> Weather:
    """Weather of the mock world on a grid."""
    cloud = _shared_field(grid, seed=seed, channel="cloud", layers=_CLOUD)
    synoptic = _shared_field(grid, seed=seed, channel="synoptic", layers=_SYNOPTIC)
    clearness = _clearness(cloud, clear_share=grid.climate("clear_share"))
    season_c = grid.climate("mean_temperature_c") + grid.climate(
        "temperature_amplitude_c"
    ) * _seasonal(grid, peak_day=200)
    temperature = (
        season_c
        + 4.0 * synoptic
        + grid.climate("daily_temperature_amplitude_c") * _daily(grid, peak_hour=np.array(15.0))
        - 2.0 * (1.0 - clearness)
    )
    return Weather(
        wind_speed_mps=_wind_speed_mps(grid, seed=seed),
        wind_direction_deg=_wind_direction_deg(grid, seed=seed),
        ghi_wm2=clearness * physics.clear_sky_ghi_wm2(sun(grid).up),
        temperature_c=temperature,
        pressure_hpa=physics.station_pressure_hpa(grid.column("altitude_m")) - 6.0 * synoptic,
        relative_humidity_pct=np.clip(
            68.0 + 14.0 * cloud - 1.3 * (temperature - season_c), 12.0, 100.0
        ),
    )


def _wind_speed_mps(grid: Grid, *, seed: int) -> Floats:
    """Weibull marginals around a seasonal and daily scale."""
    gusts = _GUSTS_FINE if grid.interval_minutes < 30 else _GUSTS_HOURLY
    field = _shared_field(grid, seed=seed, channel="wind", layers=_WIND + gusts)
    season = 1.0 + grid.climate("wind_seasonal_frac") * _seasonal(grid, peak_day=15)
    daily = 1.0 + grid.climate("wind_daily_frac") * _daily(
        grid, peak_hour=grid.climate("wind_peak_hour")
    )
    scale = grid.climate("weibull_scale_mps") * season * daily
    standard = np.exp(np.log(-np.log(upper_tail(field))) / grid.climate("weibull_k"))
    return scale * standard


def _wind_direction_deg(grid: Grid, *, seed: int) -> Floats:
    field = _shared_field(grid, seed=seed, channel="direction", layers=_DIRECTION)
    return (grid.climate("wind_sector_deg") + _DIRECTION_SPREAD_DEG * field) % 360.0


def _clearness(cloud: Floats, *, clear_share: Floats) -> Floats:
    """Clear-sky index: 1.02 to .96 in the clear share of time, then down to .16."""
    rank = 1.0 - upper_tail(cloud)
    clear = 1.02 - 0.06 * rank / np.maximum(clear_share, 1e-9)
    covered = 0.96 - 0.80 * (rank - clear_share) / np.maximum(1.0 - clear_share, 1e-9)
    clearness: Floats = np.where(rank < clear_share, clear, covered)
    return clearness


def _shared_field(grid: Grid, *, seed: int, channel: str, layers: Layers) -> Floats:
    """Standard normal field that assets of one region have three quarters in common."""
    regions = sorted({asset.mock.region for asset in grid.assets})
    hours = grid.middle_hours
    common = gaussian_field(
        regions, seed=seed, channel=f"region/{channel}", layers=layers, hours=hours
    )
    own = gaussian_field(
        grid.names, seed=seed, channel=f"asset/{channel}", layers=layers, hours=hours
    )
    place = [regions.index(asset.mock.region) for asset in grid.assets]
    share = _REGION_VARIANCE_SHARE
    field: Floats = np.sqrt(share) * common[:, place] + np.sqrt(1.0 - share) * own
    return field


def _seasonal(grid: Grid, *, peak_day: float) -> Floats:
    """Cosine over the year, half a year later in the southern hemisphere."""
    northern = np.cos(2.0 * np.pi * (day_of_year(grid) - peak_day) / DAYS_PER_YEAR)
    return northern[:, np.newaxis] * np.where(grid.column("latitude") < 0.0, -1.0, 1.0)


def _daily(grid: Grid, *, peak_hour: Floats) -> Floats:
    """Cosine over the local solar day."""
    solar_hour = grid.middle_hours[:, np.newaxis] % 24.0 + grid.column("longitude") / 15.0
    return np.cos(2.0 * np.pi * (solar_hour - peak_hour) / 24.0)
