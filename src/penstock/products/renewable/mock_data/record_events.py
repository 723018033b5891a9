"""What events do to instruments, meters and rows: nothing is lost but the truth.

Belongs here: readings that freeze, drift or spike, meters that err, rows that are missing, come
twice or are corrected later. Does not belong here: which events there are (`events.py`); energy
that is really lost (`plant_events.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from penstock.products.renewable.mock_data.events import SPIKE_CODE, Event, Table
from penstock.products.renewable.mock_data.grid import Grid
from penstock.products.renewable.mock_data.noise import Floats, Mask, white_noise
from penstock.products.renewable.mock_data.plant_events import Production
from penstock.products.renewable.mock_data.truth import sun

COS_NIGHT = float(np.cos(np.deg2rad(96.0)))
"""Below civil twilight a plant cannot produce."""


def misread(
    readings: Floats, *, grid: Grid, events: Iterable[Event], at: Callable[[Grid], Floats]
) -> Floats:
    """The driving instrument's readings under sensor events.

    `at` gives the undisturbed readings of another grid: a frozen sensor repeats what it read when
    it froze, which may lie before this grid begins.
    """
    seen = readings.copy()
    for event in events:
        place = event.rows(grid), event.column
        match event.kind.name:
            case "sensor_bias":
                seen[place] *= 1.0 + event.severity
            case "frozen_sensor":
                seen[place] = at(_moment(grid, event))[0, 0]
            case "spike" if event.severity == SPIKE_CODE:
                seen[place] = SPIKE_CODE
            case "spike":
                seen[place] *= event.severity
    return seen


def _moment(grid: Grid, event: Event) -> Grid:
    """The first interval of an event, of its asset alone."""
    return replace(
        grid, assets=(grid.assets[event.column],), minutes=np.array([event.begin], dtype=np.int64)
    )


def misreported(production: Production, *, grid: Grid, events: Iterable[Event]) -> Production:
    """Production as a faulty meter reports it: above capacity by day, or at night."""
    gross = production.gross_pu.copy()
    up = sun(grid).up if grid.technology == "solar" else np.ones_like(gross)
    for event in events:
        place = event.rows(grid), event.column
        if event.kind.name == "over_capacity":
            gross[place] = np.where(up[place] > 0.0, event.severity, gross[place])
        elif event.kind.name == "night_power":
            gross[place] = np.where(up[place] < COS_NIGHT, event.severity, gross[place])
    return replace(production, gross_pu=gross)


def hit(grid: Grid, events: Iterable[Event], name: str, table: Table) -> Mask:
    """Intervals that events of one type hit in one table, shape (time, asset)."""
    mask = np.zeros((len(grid.minutes), len(grid.assets)), dtype=np.bool_)
    for event in events:
        if event.kind.name == name and event.table == table:
            mask[event.rows(grid), event.column] = True
    return mask


def wrong(
    measures: Mapping[str, Floats],
    *,
    grid: Grid,
    seed: int,
    channel: str,
    decimals: int,
) -> dict[str, Floats]:
    """The measures with a relative error of 2 % to 10 % in each interval, either way."""
    noise = np.tanh(white_noise(grid.names, seed=seed, channel=channel, indices=grid.intervals))
    factor = 1.0 + np.sign(noise) * (0.02 + 0.08 * np.abs(noise))
    return {name: np.round(values * factor, decimals) + 0.0 for name, values in measures.items()}
