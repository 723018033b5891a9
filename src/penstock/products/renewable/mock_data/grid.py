"""The (time x asset) grid on which a mock is computed, and its way back to rows.

Belongs here: which intervals and assets a computation covers, columns of asset parameters, rows
of a finished grid. Does not belong here: weather, energy, randomness.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from penstock.products.renewable.asset import Technology
from penstock.products.renewable.mock_data.noise import Floats, Integers, Mask
from penstock.products.renewable.portfolio import MockAsset

_EPOCH = date(1970, 1, 1)
_MINUTES_PER_DAY = 1440


@dataclass(frozen=True)
class Grid:
    """Intervals of whole UTC days and the assets of one technology that are recorded in them.

    Attributes:
        assets: one column each.
        minutes: beginning of each interval, in minutes since 1970-01-01 UTC; one row each.
    """

    assets: tuple[MockAsset, ...]
    minutes: Integers
    interval_minutes: int
    technology: Technology

    @property
    def names(self) -> list[str]:
        """Asset of each column."""
        return [asset.asset_id for asset in self.assets]

    @property
    def interval_hours(self) -> float:
        """Length of an interval."""
        return self.interval_minutes / 60.0

    @property
    def intervals(self) -> Integers:
        """Number of each interval since 1970-01-01 UTC."""
        return self.minutes // self.interval_minutes

    @property
    def middle_hours(self) -> Floats:
        """Middle of each interval in hours since 1970-01-01 UTC."""
        middle: Floats = (self.minutes + np.float64(self.interval_minutes / 2.0)) / np.float64(60.0)
        return middle

    def column(self, name: str) -> Floats:
        """A numeric column of the asset, one value per grid column."""
        return np.array([getattr(asset, name) for asset in self.assets], dtype=np.float64)

    def climate(self, name: str) -> Floats:
        """A number of the mock climate, one value per grid column."""
        return np.array([getattr(asset.mock, name) for asset in self.assets], dtype=np.float64)

    def years_since_commissioning(self) -> Floats:
        """Age of each asset at each interval, in years."""
        days = [day_number(asset.commissioning_date) for asset in self.assets]
        age = self.middle_hours[:, np.newaxis] / 24.0 - np.array(days, dtype=np.float64)
        return np.maximum(age, 0.0) / 365.25

    def frame(self, measures: Mapping[str, Floats], *, keep: Mask | None = None) -> pl.DataFrame:
        """Rows of the grid ordered by time and asset; only intervals in which the asset exists.

        `keep` says of each interval and asset whether it has a row; all have without it.
        """
        shape = (len(self.minutes), len(self.assets))
        stamps = (self.minutes * 60_000_000).astype("datetime64[us]")
        position = np.broadcast_to(np.arange(len(self.assets)), shape).ravel()
        frame = pl.DataFrame(
            {
                "timestamp": np.repeat(stamps, len(self.assets)),
                "asset_id": pl.Series(self.names, dtype=pl.String).gather(position),
                **{name: values.ravel() for name, values in measures.items()},
            }
        )
        exists = self.exists() if keep is None else self.exists() & keep
        return frame if exists.all() else frame.filter(pl.Series(exists.ravel()))

    def exists(self) -> Mask:
        """Intervals in which each asset is in operation, shape (time, asset)."""
        spans = np.array([_span_minutes(asset) for asset in self.assets], dtype=np.int64)
        stamps = self.minutes[:, np.newaxis]
        return (stamps >= spans[:, 0]) & (stamps < spans[:, 1])


def grids(assets: Iterable[MockAsset], *, start: date, end: date) -> Iterator[Grid]:
    """One grid per interval length and technology, of the assets that exist in these days.

    Args:
        assets: any order.
        start: first UTC day.
        end: last UTC day.

    Raises: ValueError when `end` is before `start`.
    """
    if end < start:
        raise ValueError(f"end: expected {start} (start) or later, got {end}")
    first = day_number(start) * _MINUTES_PER_DAY
    stop = (day_number(end) + 1) * _MINUTES_PER_DAY
    groups: dict[tuple[int, Technology], list[MockAsset]] = {}
    for asset in sorted(assets, key=lambda asset: (asset.asset_id, asset.valid_from)):
        begins, ends = _span_minutes(asset)
        if begins < stop and ends > first:
            groups.setdefault((asset.interval_minutes, asset.technology), []).append(asset)
    for (interval, technology), members in groups.items():
        yield Grid(
            assets=tuple(members),
            minutes=np.arange(first, stop, interval, dtype=np.int64),
            interval_minutes=interval,
            technology=technology,
        )


def rounded(values: Floats, *, decimals: int) -> Floats:
    """Values as they are written; adding 0 turns -0.0 into 0.0."""
    return np.round(values, decimals) + 0.0


def _span_minutes(asset: MockAsset) -> tuple[int, int]:
    """Minutes since 1970 in which this version of the asset is recorded: [begin, end)."""
    ends = [day for day in (asset.decommissioning_date, asset.valid_to) if day is not None]
    begin = max(asset.commissioning_date, asset.valid_from)
    end = min(ends, default=date.max - timedelta(days=1))
    return day_number(begin) * _MINUTES_PER_DAY, day_number(end) * _MINUTES_PER_DAY


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days
