"""When a row can be true: not long before its entity began, and not after it was delivered.

Belongs here: the two bounds on a row's time, from recorded dates only. Does not belong here: any
clock; the grid within the bounds (`gate.py`).

A stamp outside them is a logger that was reset (1970) or ran away (2099). Stored, it would stretch
the entity's days, empty ones included, as far as it reaches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

TRIAL = timedelta(days=366)
"""How long before its first day an entity may deliver: it is tried out before it is taken over."""

AHEAD = timedelta(days=1)
"""How far a row may be ahead of its delivery: clocks and zones differ by less."""


@dataclass(frozen=True)
class Bound:
    """Rows where `refuses` holds cannot be true; `expected` says what would have been right."""

    reason: str
    expected: pl.Expr
    refuses: pl.Expr


def bounds(time: pl.Expr, *, since: pl.Expr, delivered_at: pl.Expr) -> Iterator[Bound]:
    """The bounds on a row's `time`, from its entity's first day (a date) and its delivery.

    Times are naive UTC; where one is not known it does not bind.
    """
    yield Bound(
        "before_operation",
        pl.format("a time after {}, a year before its first day", since - TRIAL),
        (time < since.cast(pl.Datetime("us")) - TRIAL).fill_null(value=False),
    )
    yield Bound(
        "after_delivery",
        pl.format(
            "a time before its delivery ({} UTC): mend the stamp; if the file's date is what is "
            "wrong, `touch` the file, then `penstock quarantine replay`",
            delivered_at.dt.to_string("%Y-%m-%d %H:%M"),
        ),
        (time > delivered_at + AHEAD).fill_null(value=False),
    )
