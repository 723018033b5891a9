"""What events do to a plant: energy that is really lost, and what the operator says of it.

Belongs here: the effect of each plant event on production, and the energy each one cost. Does not
belong here: which events there are (`events.py`); instruments and records (`record_events.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penstock.products.renewable.mock_data.events import Event
from penstock.products.renewable.mock_data.grid import Grid
from penstock.products.renewable.mock_data.noise import Floats

_ICE_BELOW_C = 1.0
_SNOW_BELOW_C = 2.0


@dataclass(frozen=True)
class Production:
    """What a plant does in an interval, arrays of shape (time, asset), power per AC capacity."""

    gross_pu: Floats
    curtailed_pu: Floats
    availability_pct: Floats


@dataclass(frozen=True)
class Loss:
    """Power per AC capacity that one event cost in each of its intervals on the grid."""

    event: Event
    lost_pu: Floats


def disturbed(
    potential_pu: Floats, *, grid: Grid, events: Sequence[Event], temperature_c: Floats
) -> tuple[Production, list[Loss]]:
    """Production under events that act one after the other, each on what the others left.

    So the losses add up to potential minus production, and an event hidden by a full outage cost
    nothing. Curtailment comes last: it is an order about the plant as it is.
    """
    gross = potential_pu.copy()
    curtailed = np.zeros_like(gross)
    availability = np.full_like(gross, 100.0)
    losses: list[Loss] = []
    for event in events:
        place = event.rows(grid), event.column
        before = gross[place].copy()
        gross[place] = _left(event, before, grid=grid, temperature_c=temperature_c[place])
        lost = before - gross[place]
        losses.append(Loss(event, lost))
        if event.kind.name == "curtailment":
            curtailed[place] += lost
        elif event.kind.is_reported:
            availability[place] *= 1.0 - event.severity
    return Production(gross, curtailed, availability), losses


def _left(event: Event, gross_pu: Floats, *, grid: Grid, temperature_c: Floats) -> Floats:
    """What an event leaves of the power in its intervals."""
    left: Floats
    match event.kind.name:
        case "curtailment":
            left = np.minimum(gross_pu, event.severity)
        case "icing":
            left = np.where(temperature_c < _ICE_BELOW_C, 1.0 - event.severity, 1.0) * gross_pu
        case "snow":
            left = np.where(temperature_c < _SNOW_BELOW_C, 1.0 - event.severity, 1.0) * gross_pu
        case "soiling":
            # dirt settles evenly until rain washes it off at the event's end
            minutes = grid.minutes[event.rows(grid)] - event.begin
            left = gross_pu * (1.0 - event.severity * minutes / (event.end - event.begin))
        case _:
            left = gross_pu * (1.0 - event.severity)
    return left
