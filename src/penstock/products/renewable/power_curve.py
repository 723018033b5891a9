"""The maker's power curve of a wind asset: reading its file, and every reason to refuse it.

Belongs here: the file's format, its rules, the curve on the grid of speeds that dbt works on. Does
not belong here: curves learnt from data, and what a curve is used for (dbt).

A curve lies at `power_curves/<power_curve_id>.csv` beside the file that declares its assets:

    wind_speed_mps,power_kw
    3,0
    3.5,12
    ...

`power_pu` (a share of rated power) may stand for `power_kw` (one turbine). `air_density_kgm3`
may be added, one number throughout; without it the curve is for 1.225 kg/m3.
"""

import csv
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from penstock.errors import PenstockError
from penstock.products.renewable.asset import Asset

GRID_MPS = tuple(number * 0.5 for number in range(61))
"""Centres of the speed bins, m/s: 0 to 30 (IEC 61400-12-1's bins; dbt's `curve_last_bin`)."""

_REFERENCE_DENSITY = 1.225
_SPEED, _KILOWATT, _SHARE, _DENSITY = (
    "wind_speed_mps",
    "power_kw",
    "power_pu",
    "air_density_kgm3",
)
_DENSITIES = (0.8, 1.4)
_HIGHEST_SPEED = 50.0
_WIDEST_STEP = 2.0
_ABOVE_RATED, _NEAR_RATED, _STARTING = 1.05, 0.9, 0.05

AnyAsset = TypeVar("AnyAsset", bound=Asset)


class PowerCurveError(PenstockError):
    """A curve that cannot be used: names file, row, column, expectation and remedy."""


@dataclass(frozen=True)
class _Point:
    """One row; `row` counts the file's lines, the header being 1."""

    row: int
    speed: float
    power: float
    density: float


def with_power_curves(assets: Sequence[AnyAsset], declared_in: Path) -> Iterator[AnyAsset]:
    """The assets, each with the curve its `power_curve_id` names; the others as they are.

    Raises: PowerCurveError.
    """
    for asset in assets:
        if asset.power_curve_id is None:
            yield asset
        else:
            path = _path(asset, declared_in)
            yield asset.model_copy(update={"power_curve": read_power_curve(path, asset)})


def read_power_curve(path: Path, asset: Asset) -> str:
    """The curve of a file as shares of rated power on `GRID_MPS`, separated by spaces.

    Rated power is the asset's capacity by turbine. Between the file's points power is on a straight
    line; below the first it is 0, above the last it stays. A curve for another air density is
    brought to 1.225 kg/m3: in speed, or in power for a stall-regulated turbine (IEC 61400-12-1).

    Raises: PowerCurveError with everything there is to correct.
    """
    unit, points, problems = _read(path)
    scale = 1.0
    if unit == _KILOWATT:
        scale = asset.capacity_mw * 1000 / (asset.n_turbines or 1)
    problems = problems or list(_problems(points, unit, scale, asset))
    if problems:
        raise PowerCurveError("\n".join(f"{path}: {one}" for one in problems))
    density = points[0].density / _REFERENCE_DENSITY
    by_speed, by_power = (1.0, density) if asset.stall_regulated else (density ** (1 / 3), 1.0)
    speeds = [one.speed * by_speed for one in points]
    powers = [one.power / scale / by_power for one in points]
    on_grid = [_on_line(speed, speeds, powers) for speed in GRID_MPS]
    return " ".join(f"{one:.6f}".rstrip("0").rstrip(".") for one in on_grid)


def _on_line(speed: float, speeds: Sequence[float], powers: Sequence[float]) -> float:
    after = bisect_right(speeds, speed)
    if after == 0:
        return 0.0
    if after == len(speeds):
        return powers[-1]
    share = (speed - speeds[after - 1]) / (speeds[after] - speeds[after - 1])
    return powers[after - 1] + share * (powers[after] - powers[after - 1])


def _path(asset: Asset, declared_in: Path) -> Path:
    name = f"{asset.power_curve_id}.csv"
    path = declared_in.parent / "power_curves" / name
    if Path(name).name != name or not path.is_file():
        message = (
            f"{declared_in}: asset '{asset.asset_id}', field 'power_curve_id': expected a file "
            f"{path} with the maker's curve (columns {_SPEED}, {_KILOWATT}); put it there, or "
            "remove power_curve_id"
        )
        raise PowerCurveError(message)
    return path


def _read(path: Path) -> tuple[str, list[_Point], list[str]]:
    """Name of the power's column, the points that can be read, and what cannot."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return _KILOWATT, [], [f"cannot be read as CSV ({error}); save it as UTF-8 text"]
    found = [name for name in rows[0] if name is not None] if rows else []
    units = [name for name in (_KILOWATT, _SHARE) if name in found]
    strange = sorted(set(found) - {_SPEED, _KILOWATT, _SHARE, _DENSITY})
    if _SPEED not in found or len(units) != 1 or strange:
        problem = (
            f"row 1: expected the columns {_SPEED} and either {_KILOWATT} or {_SHARE} "
            f"(and {_DENSITY}, if the curve is for another density than "
            f"{_REFERENCE_DENSITY}), got {', '.join(found) or 'none'}; rename or remove"
        )
        return _KILOWATT, [], [problem]
    points: list[_Point] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        values = {}
        for column in (_SPEED, units[0], _DENSITY):
            text = row[column] if column in found else str(_REFERENCE_DENSITY)
            try:
                values[column] = float(text or "")
            except ValueError:
                values[column] = math.nan
            if not math.isfinite(values[column]):
                problems.append(
                    f"row {number}, column '{column}': expected a number with a decimal point, "
                    f"got {text!r}; correct it"
                )
        points.append(_Point(number, values[_SPEED], values[units[0]], values[_DENSITY]))
    return units[0], points, problems


def _problems(points: list[_Point], unit: str, rated: float, asset: Asset) -> Iterator[str]:
    """Why points that can be read are no curve of this asset."""
    whose = (
        f"rated power {rated:g} (asset '{asset.asset_id}': capacity_mw / n_turbines)"
        if unit == _KILOWATT
        else "rated power 1"
    )
    for one in points:
        yield from _problems_of_row(one, unit, rated, whose)
    for before, after in pairwise(points):
        yield from _problems_of_step(before, after)
    if not points or max(one.power for one in points) < _NEAR_RATED * rated:
        yield (
            f"column '{unit}': expected a curve that reaches {whose}; check the unit, the "
            "turbine and the asset, or add the rows up to rated power"
        )
    elif points[0].power > _STARTING * rated:
        yield (
            f"row {points[0].row}, column '{unit}': expected a curve that begins without power, "
            f"got {points[0].power:g}; add the rows from cut-in on"
        )


def _problems_of_row(one: _Point, unit: str, rated: float, whose: str) -> Iterator[str]:
    if not 0 <= one.speed <= _HIGHEST_SPEED:
        yield (
            f"row {one.row}, column '{_SPEED}': expected 0 to {_HIGHEST_SPEED:g} m/s, "
            f"got {one.speed:g}; correct it"
        )
    if one.power < 0:
        yield (
            f"row {one.row}, column '{unit}': expected no negative power, got {one.power:g}; "
            "write 0"
        )
    if one.power > _ABOVE_RATED * rated:
        yield (
            f"row {one.row}, column '{unit}': expected at most {whose}, got {one.power:g}; "
            "check the unit, the turbine and the asset"
        )
    if not _DENSITIES[0] <= one.density <= _DENSITIES[1]:
        yield (
            f"row {one.row}, column '{_DENSITY}': expected {_DENSITIES[0]} to {_DENSITIES[1]} "
            f"kg/m3, got {one.density:g}; correct it"
        )


def _problems_of_step(before: _Point, after: _Point) -> Iterator[str]:
    """Why a row cannot follow the one before it."""
    if after.speed <= before.speed:
        yield (
            f"row {after.row}, column '{_SPEED}': expected more than {before.speed:g} of the "
            f"row before, got {after.speed:g}; sort the rows, each speed once"
        )
    elif after.speed - before.speed > _WIDEST_STEP:
        yield (
            f"row {after.row}, column '{_SPEED}': expected at most {_WIDEST_STEP:g} m/s more "
            f"than {before.speed:g} of the row before, got {after.speed:g}; add what is between"
        )
    if after.density != before.density:
        yield (
            f"row {after.row}, column '{_DENSITY}': expected {before.density:g} as in the row "
            f"before, got {after.density:g}; a file holds the curve for one density"
        )
