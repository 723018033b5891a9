"""Mock table `generation`: what the meters of each asset report.

Belongs here: plants turning true weather into energy, losses up to the meter, rounding, the
columns of `generation`. Does not belong here: weather, formulas of physics, files. Outages and
curtailment act on the `Production` that `_undisturbed` returns, faults of meters on what
`_metered` returns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.grid import Grid, grids, rounded
from penstock.products.renewable.mock_data.noise import Floats, Layers, gaussian_field
from penstock.products.renewable.mock_data.truth import (
    Weather,
    day_of_year,
    sun,
    true_weather,
)
from penstock.products.renewable.portfolio import MockAsset

GENERATION_SCHEMA = pl.Schema(
    [
        ("timestamp", pl.Datetime("us")),
        ("asset_id", pl.String),
        ("gross_generation_mwh", pl.Float64),
        ("net_generation_mwh", pl.Float64),
        ("curtailment_mwh", pl.Float64),
        ("availability_pct", pl.Float64),
        ("asset_capacity_mw", pl.Float64),
    ]
)
_PERFORMANCE: Layers = ((720, 0.7), (168, 0.7))
_PERFORMANCE_SPREAD = 0.015
_INVERTER_EFFICIENCY = 0.96
_MODULE_TO_10M_WIND = 0.5
# 1 Wh: a 10-minute record of a small plant is too coarse in steps of 1e-4 MWh and looks frozen
_ENERGY_DECIMALS = 6


@dataclass(frozen=True)
class Production:
    """What a plant does in an interval, arrays of shape (time, asset), power per AC capacity."""

    gross_pu: Floats
    curtailed_pu: Floats
    availability_pct: Floats


def generate_generation(
    assets: Iterable[MockAsset], *, start: date, end: date, seed: int
) -> pl.DataFrame:
    """Metered energy of whole UTC days, made from the true weather of the same seed.

    Args:
        assets: mock assets; each yields rows only while it is commissioned and valid.
        start: first UTC day.
        end: last UTC day.
        seed: of the mock world.

    Returns:
        Rows ordered by timestamp (interval beginning, UTC, naive) and asset_id. Any day alone
        equals that day of any longer range.

    Raises: ValueError when `end` is before `start`.
    """
    frames = [
        grid.frame(_metered(_undisturbed(_potential_pu(grid, seed=seed)), grid=grid))
        for grid in grids(assets, start=start, end=end)
    ]
    return pl.concat([GENERATION_SCHEMA.to_frame(), *frames]).sort("timestamp", "asset_id")


def _potential_pu(grid: Grid, *, seed: int) -> Floats:
    """Output per AC capacity of a fully available, uncurtailed plant of its age."""
    weather = true_weather(grid, seed=seed)
    slow = gaussian_field(
        grid.names,
        seed=seed,
        channel="performance",
        layers=_PERFORMANCE,
        hours=grid.middle_hours,
    )
    aged = 1.0 - grid.climate("degradation_per_year_frac") * grid.years_since_commissioning()
    condition = np.maximum(aged, 0.0) * (1.0 + _PERFORMANCE_SPREAD * slow)
    potential = _wind_pu if grid.technology == "wind" else _solar_pu
    return potential(grid, weather=weather, condition=condition)


def _wind_pu(grid: Grid, *, weather: Weather, condition: Floats) -> Floats:
    """Output of a wind farm: power curve at hub-height density, wakes, condition."""
    density = physics.air_density_kgm3(
        weather.temperature_c,
        physics.pressure_at_height_hpa(
            weather.pressure_hpa,
            temperature_c=weather.temperature_c,
            height_m=grid.column("hub_height_m"),
        ),
        weather.relative_humidity_pct,
    )
    is_stall = grid.column("stall_regulated") > 0.0
    speed = np.where(
        is_stall,
        weather.wind_speed_mps,
        physics.density_normalised_speed_mps(weather.wind_speed_mps, density_kgm3=density),
    )
    power = physics.wind_power_pu(
        speed,
        cut_in_mps=grid.column("cut_in_mps"),
        rated_mps=grid.climate("rated_wind_speed_mps"),
        cut_out_mps=grid.column("cut_out_mps"),
    )
    power = np.where(is_stall, power * density / physics.REFERENCE_DENSITY_KGM3, power)
    return np.clip(power * _wake_frac(grid, weather=weather) * condition, 0.0, 1.0)


def _wake_frac(grid: Grid, *, weather: Weather) -> Floats:
    """Share left by wakes: deepest along the rows, which stand across the main wind sector."""
    rows_deg = grid.climate("wind_sector_deg") + 90.0
    off_row = (weather.wind_direction_deg - rows_deg + 180.0) % 360.0 - 180.0
    along = np.where(weather.wind_speed_mps < 12.0, np.exp(-((off_row / 20.0) ** 2)), 0.0)
    return 1.0 - 0.06 - 0.05 * along


def _solar_pu(grid: Grid, *, weather: Weather, condition: Floats) -> Floats:
    """Output of a photovoltaic plant: plane of array, Faiman, PVWatts, inverter limit."""
    poa = physics.plane_of_array_wm2(
        weather.ghi_wm2,
        sun=sun(grid),
        extraterrestrial=physics.extraterrestrial_wm2(day_of_year(grid))[:, np.newaxis],
        tilt_deg=grid.column("tilt_deg"),
        azimuth_deg=grid.column("azimuth_deg"),
        albedo=grid.column("albedo"),
    )
    cell = physics.cell_temperature_c(
        poa,
        air_c=weather.temperature_c,
        wind_mps=_MODULE_TO_10M_WIND * weather.wind_speed_mps,
        u0=grid.column("u0"),
        u1=grid.column("u1"),
    )
    dc_per_ac = grid.column("dc_capacity_mw") / grid.column("capacity_mw")
    dc = physics.pvwatts_dc(poa, cell_c=cell, dc_capacity=dc_per_ac, gamma=grid.column("gamma_pdc"))
    delivered = dc * (1.0 - grid.column("system_loss_frac")) * condition
    return physics.pvwatts_ac(
        delivered,
        dc_limit=np.array(1.0 / _INVERTER_EFFICIENCY),
        nominal_efficiency=_INVERTER_EFFICIENCY,
    )


def _undisturbed(potential_pu: Floats) -> Production:
    """Production of a plant that nothing happens to."""
    return Production(
        gross_pu=potential_pu,
        curtailed_pu=np.zeros_like(potential_pu),
        availability_pct=np.full_like(potential_pu, 100.0),
    )


def _metered(production: Production, *, grid: Grid) -> dict[str, Floats]:
    """Energies at terminals and revenue meter; auxiliaries make net negative at standstill."""
    capacity = np.broadcast_to(grid.column("capacity_mw"), production.gross_pu.shape)
    full_load_mwh = capacity * grid.interval_hours
    delivered_pu = production.gross_pu * (1.0 - grid.column("electrical_loss_ref_frac"))
    net_pu = delivered_pu - grid.climate("auxiliary_power_frac")
    return {
        "gross_generation_mwh": rounded(
            production.gross_pu * full_load_mwh, decimals=_ENERGY_DECIMALS
        ),
        "net_generation_mwh": rounded(net_pu * full_load_mwh, decimals=_ENERGY_DECIMALS),
        "curtailment_mwh": rounded(
            production.curtailed_pu * full_load_mwh, decimals=_ENERGY_DECIMALS
        ),
        "availability_pct": production.availability_pct,
        "asset_capacity_mw": capacity,
    }


if __name__ == "__main__":
    from penstock.products.renewable.mock import main

    main("generation")
