"""Whether the power of a solar asset comes when the sun is there: a source's clock, checked.

Belongs here: the hours between power and a clear sky, in words for a preview. Does not belong
here: repairing a clock (the mapping declares it); flags in the marts (dbt).
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from penstock.products.renewable.mock_data.noise import Floats
from penstock.products.renewable.mock_data.physics import (
    clear_sky_ghi_wm2,
    extraterrestrial_wm2,
    plane_of_array_wm2,
    sun_vector,
)

LAGS_H = range(-3, 4)
FEWEST_DAYS = 20
_ALBEDO = 0.2


class Month(NamedTuple):
    """One month of an asset: how many whole hours its power comes after the sun.

    `is_summer_time` says whether daylight saving time held in the middle of the month.
    """

    first_day: date
    lag_h: int
    is_summer_time: bool


def clock_doubts(table: str, rows: pl.DataFrame, assets: pl.DataFrame) -> list[str]:
    """What the clocks of solar assets look like where power comes hours beside the sun (dq_clock).

    `rows` are mapped rows of `table`, `assets` the assets they may name. Tables without power, and
    months with fewer than 20 days of it, say nothing.
    """
    if table != "generation":
        return []
    solar = assets.filter(pl.col("technology") == "solar").unique("asset_id", keep="last")
    found: list[str] = []
    for asset in solar.sort("asset_id").iter_rows(named=True):
        own = rows.filter(pl.col("asset_id") == asset["asset_id"])
        power = own.select("timestamp", pl.coalesce("gross_generation_mwh", "net_generation_mwh"))
        power.columns = ["timestamp", "power"]
        months = list(monthly_lags(power, asset))
        if any(month.lag_h for month in months):
            found.append(f"{asset['asset_id']}: dq_clock: {_told(months, asset)}")
    return found


def monthly_lags(power: pl.DataFrame, asset: dict[str, object]) -> Iterator[Month]:
    """The best-correlated lag of power behind a clear sky, by month of the asset's standard time.

    `power`: `timestamp` (UTC, start of interval), `power` (any unit). The sky is a clear one on the
    modules' own plane (horizontal for a tracker): on a tilted plane the best hour is not noon, and
    the horizontal sky alone would report an hour that is none.
    """
    slots = power.drop_nulls().unique("timestamp", keep="last").sort("timestamp")
    if slots.is_empty():
        return
    minutes = int(str(asset["interval_minutes"]))
    per_hour = 60 // minutes
    grid = slots.select(
        pl.datetime_range(pl.col("timestamp").min(), pl.col("timestamp").max(), f"{minutes}m")
    )
    series = grid.join(slots, on="timestamp", how="left")
    measured = series["power"].to_numpy().astype(np.float64)
    sky = _clear_sky(series["timestamp"], minutes, asset)
    zone = ZoneInfo(str(asset["timezone"]))
    # Months of solar time: a night never splits a day.
    hours = pl.duration(minutes=round(4 * float(str(asset["longitude"]))))
    months = series.select((pl.col("timestamp") + hours).dt.truncate("1mo").dt.date()).to_series()
    days = series.select((pl.col("timestamp") + hours).dt.date()).to_series().to_numpy()
    for month in months.unique().sort():
        (here,) = np.nonzero((months == month).to_numpy())
        known = np.isfinite(measured[here])
        if np.unique(days[here][known & (measured[here] > 0)]).size < FEWEST_DAYS:
            continue
        correlations = {
            lag: _correlation(measured, sky, here=here, slots=lag * per_hour) for lag in LAGS_H
        }
        # The hour itself wins a tie.
        lag_h = max(LAGS_H, key=lambda lag: (correlations[lag], -abs(lag)))
        middle = datetime(month.year, month.month, 15, 12, tzinfo=zone)
        yield Month(month, lag_h, bool(middle.dst()))


def _clear_sky(stamps: pl.Series, minutes: int, asset: dict[str, object]) -> Floats:
    """Irradiance of a clear sky on the modules in the middle of each interval, W/m2."""
    hours = stamps.dt.epoch("s").to_numpy() / 3600 + minutes / 120
    place = {name: np.array([float(str(asset[name]))]) for name in ("latitude", "longitude")}
    sun = sun_vector(hours, **place)
    horizontal = clear_sky_ghi_wm2(sun.up)
    if asset["tracking"] != "fixed" or asset["tilt_deg"] is None or asset["azimuth_deg"] is None:
        return horizontal[:, 0]
    normal = extraterrestrial_wm2(stamps.dt.ordinal_day().to_numpy().astype(np.float64))
    plane = plane_of_array_wm2(
        horizontal,
        sun=sun,
        extraterrestrial=normal[:, np.newaxis],
        tilt_deg=np.array([float(str(asset["tilt_deg"]))]),
        azimuth_deg=np.array([float(str(asset["azimuth_deg"]))]),
        albedo=np.array([_ALBEDO]),
    )
    return plane[:, 0]


def _correlation(
    measured: Floats, sky: Floats, *, here: np.ndarray[tuple[int], np.dtype[np.intp]], slots: int
) -> float:
    """Pearson's correlation of power with the sky so many slots earlier; -1 where undefined."""
    earlier = here - slots
    inside = (earlier >= 0) & (earlier < sky.size)
    power, light = measured[here[inside]], sky[earlier[inside]]
    known = np.isfinite(power)
    power, light = power[known], light[known]
    if power.size == 0 or np.ptp(power) == 0 or np.ptp(light) == 0:
        return -1.0
    return float(np.corrcoef(power, light)[0, 1])


def _told(months: list[Month], asset: dict[str, object]) -> str:
    """The lags month by month, and what they look like."""
    spans: dict[int, list[str]] = {}
    for lag, run in groupby(months, key=lambda month: month.lag_h):
        if lag:
            span = list(run)
            first, last = f"{span[0].first_day:%Y-%m}", f"{span[-1].first_day:%Y-%m}"
            spans.setdefault(lag, []).append(first if first == last else f"{first} to {last}")
    text = "power comes " + "; ".join(
        f"{abs(lag)} h {'after' if lag > 0 else 'before'} the sun in {', '.join(when)}"
        for lag, when in spans.items()
    )
    zone = asset["timezone"]
    summer = {month.lag_h for month in months if month.is_summer_time}
    winter = {month.lag_h for month in months if not month.is_summer_time}
    if summer == {1} and winter <= {0}:
        return (
            f"{text}: the clock follows daylight saving time, the stamps do not say so; in the "
            f"mapping's `time` declare `zone: {zone}` and `offset: ignored`"
        )
    if summer == {-1} and winter <= {0}:
        return (
            f"{text}: the clock does not follow daylight saving time, the stamps say it does; in "
            "the mapping's `time` declare its fixed offset as `zone`, and `offset: ignored`"
        )
    return (
        f"{text}: look at `zone`, `label` and `offset` in the mapping's `time`, and at the asset's "
        "longitude"
    )
