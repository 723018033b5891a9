"""When late corrections of mock days arrive.

Belongs here: the days of which a second delivery comes, and its arrival. Does not belong here: the
corrected rows (`generate_generation.py`); landing them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

import numpy as np

from penstock.products.renewable.mock_data.events import LATE_CORRECTION, MINUTES_PER_DAY, events_on
from penstock.products.renewable.mock_data.grid import day_number, grids
from penstock.products.renewable.mock_data.noise import stream_keys, uniforms
from penstock.products.renewable.portfolio import MockAsset

CORRECTION_TIME = time(16)
"""Time of day (UTC) at which corrections arrive."""

_FIRST_DELAY_DAYS, _DELAYS = 2, 4


def corrected_days(
    assets: Iterable[MockAsset], *, start: date, end: date, seed: int
) -> Mapping[date, date]:
    """Days between `start` and `end` that are corrected, each with the day its correction arrives.

    A day is corrected once, two to five days later, whatever assets the correction speaks of.
    """
    touched: set[int] = set()
    for grid in grids(assets, start=start, end=end):
        for event in events_on(grid, [LATE_CORRECTION], seed=seed):
            touched |= set((grid.minutes[event.rows(grid)] // MINUTES_PER_DAY).tolist())
    days = np.array(sorted(touched), dtype=np.int64)
    keys = stream_keys(["generation"], seed=seed, channel="late_correction/arrival")
    delays = _FIRST_DELAY_DAYS + np.floor(_DELAYS * uniforms(keys, days)[:, 0]).astype(np.int64)
    epoch = start - timedelta(days=day_number(start))
    return {
        epoch + timedelta(days=int(day)): epoch + timedelta(days=int(day + delay))
        for day, delay in zip(days, delays, strict=True)
    }
