"""Mock table `generation`: what the meters of each asset report.

Belongs here: plants turning true weather into energy, losses up to the meter, rounding, the
columns of `generation`. Does not belong here: weather, formulas of physics, files, what an event
does to a plant (`plant_events.py`) or to its records (`record_events.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.events import (
    CLOCK_SHIFT,
    EVENT_TYPES,
    METER_EVENTS,
    PLANT_EVENTS,
    RECORD_EVENTS,
    Event,
    EventType,
    among,
    events_on,
)
from penstock.products.renewable.mock_data.grid import Grid, grids, rounded
from penstock.products.renewable.mock_data.noise import Floats, Layers, Mask, gaussian_field
from penstock.products.renewable.mock_data.plant_events import Loss, Production, disturbed
from penstock.products.renewable.mock_data.record_events import hit, misreported, wrong
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
Measures = dict[str, Floats]
_PERFORMANCE: Layers = ((720, 0.7), (168, 0.7))
_PERFORMANCE_SPREAD = 0.015
_INVERTER_EFFICIENCY = 0.96
_MODULE_TO_10M_WIND = 0.5
# 1 Wh: a 10-minute record of a small plant is too coarse in steps of 1e-4 MWh and looks frozen
_ENERGY_DECIMALS = 6


def generate_generation(
    assets: Iterable[MockAsset],
    *,
    start: date,
    end: date,
    seed: int,
    kinds: Sequence[EventType] = EVENT_TYPES,
    delivery_no: int = 1,
) -> pl.DataFrame:
    """Metered energy of whole UTC days, made from the true weather of the same seed.

    Args:
        assets: mock assets; each yields rows only while it is commissioned and valid.
        start: first UTC day.
        end: last UTC day.
        seed: of the mock world.
        kinds: types of events that may happen; none in a clean world.
        delivery_no: 1 for the day's delivery; 2 for its late correction, which holds the rows
            that were wrong in the first and nothing else.

    Returns:
        Rows ordered by timestamp (interval beginning, UTC, naive) and asset_id; where a row comes
        twice, the right one is the last. Any day alone equals that day of any longer range.

    Raises: ValueError when `end` is before `start`.
    """
    frames = [
        part
        for grid in grids(assets, start=start, end=end)
        for part in _rows(grid, kinds, seed=seed, delivery_no=delivery_no)
    ]
    return pl.concat([GENERATION_SCHEMA.to_frame(), *frames]).sort(
        "timestamp", "asset_id", maintain_order=True
    )


def production(
    grid: Grid, weather: Weather, kinds: Sequence[EventType], *, seed: int
) -> tuple[Production, list[Loss]]:
    """What the plants really do in the grid's weather, and what each event cost."""
    return disturbed(
        potential_pu(grid, weather, seed=seed),
        grid=grid,
        events=events_on(grid, among(kinds, PLANT_EVENTS), seed=seed),
        temperature_c=weather.temperature_c,
    )


def _rows(
    grid: Grid, kinds: Sequence[EventType], *, seed: int, delivery_no: int
) -> Iterable[pl.DataFrame]:
    """Rows of a grid: wrong copies of those that come twice, then the rows themselves."""
    events = events_on(grid, among(kinds, RECORD_EVENTS), seed=seed)
    kept = ~hit(grid, events, "missing", "generation")
    corrected = hit(grid, events, "late_correction", "generation") & kept
    if delivery_no == 2 and not corrected.any():
        return
    right = _metered(_reported(grid, kinds, seed=seed), grid=grid)
    if delivery_no == 2:
        yield grid.frame(right, keep=corrected)
        return
    twice = hit(grid, events, "duplicate", "generation") & kept
    measures = _where(corrected, _misread(right, grid, "late_correction", seed=seed), right)
    if twice.any():
        yield grid.frame(_misread(measures, grid, "duplicate", seed=seed), keep=twice)
    yield grid.frame(measures, keep=kept)


def _misread(measures: Measures, grid: Grid, channel: str, *, seed: int) -> Measures:
    energies = {name: measures[name] for name in ("gross_generation_mwh", "net_generation_mwh")}
    erring = wrong(
        energies,
        grid=grid,
        seed=seed,
        channel=f"{channel}/generation",
        decimals=_ENERGY_DECIMALS,
    )
    return {**measures, **erring}


def _where(mask: Mask, chosen: Measures, otherwise: Measures) -> Measures:
    return {name: np.where(mask, chosen[name], otherwise[name]) for name in otherwise}


def _reported(grid: Grid, kinds: Sequence[EventType], *, seed: int) -> Production:
    """Production as it is stamped and metered."""
    stamped, _ = production(grid, true_weather(grid, seed=seed), kinds, seed=seed)
    shifts = events_on(grid, among(kinds, [CLOCK_SHIFT]), seed=seed)
    if shifts:
        stamped = _an_hour_late(stamped, grid, shifts, kinds, seed=seed)
    erring = events_on(grid, among(kinds, METER_EVENTS), seed=seed)
    return misreported(stamped, grid=grid, events=erring)


def _an_hour_late(
    true: Production,
    grid: Grid,
    shifts: Sequence[Event],
    kinds: Sequence[EventType],
    *,
    seed: int,
) -> Production:
    """In a shifted season an interval's row holds what the plant did an hour earlier."""
    columns = [event.column for event in shifts]
    earlier = replace(
        grid, assets=tuple(grid.assets[column] for column in columns), minutes=grid.minutes - 60
    )
    hour_before, _ = production(earlier, true_weather(earlier, seed=seed), kinds, seed=seed)
    shifted = {name: values.copy() for name, values in vars(true).items()}
    for number, event in enumerate(shifts):
        for name, values in shifted.items():
            rows = event.rows(grid)
            values[rows, event.column] = getattr(hour_before, name)[rows, number]
    return Production(**shifted)


def potential_pu(grid: Grid, weather: Weather, *, seed: int, is_aged: bool = True) -> Floats:
    """Output per AC capacity of a fully available, uncurtailed plant: of its age, or as new."""
    slow = gaussian_field(
        grid.names,
        seed=seed,
        channel="performance",
        layers=_PERFORMANCE,
        hours=grid.middle_hours,
    )
    lost = grid.climate("degradation_per_year_frac") * grid.years_since_commissioning()
    aged = np.maximum(1.0 - lost, 0.0) if is_aged else np.ones_like(lost)
    condition = aged * (1.0 + _PERFORMANCE_SPREAD * slow)
    plant_pu = _wind_pu if grid.technology == "wind" else _solar_pu
    return plant_pu(grid, weather=weather, condition=condition)


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


def _metered(production: Production, *, grid: Grid) -> Measures:
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
