"""Units and clocks: a user's numbers and stamps as the contract means them.

Belongs here: unit factors (Pint), parsing of stamps, wall clock to UTC, end labels to start.
Does not belong here: reading files, choosing columns.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from penstock.errors import PenstockError
from penstock.landing.mapping import TimeColumn

_FIXED_OFFSET = re.compile(r"^(?P<sign>[+-])(?P<hours>\d{2}):(?P<minutes>\d{2})$")
_WITH_OFFSET = ("%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S%.f%:z")
_WALL_CLOCK = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)


class ConversionError(PenstockError):
    """A unit or clock that cannot be converted."""


@dataclass(frozen=True)
class Conversion:
    """`contract value = source value * factor + offset`, times the interval's hours if `per_hour`.

    `per_hour` holds when a power is given for an energy: energy = mean power x hours.
    """

    factor: float
    offset: float
    per_hour: bool

    def apply(self, values: pl.Expr, *, hours: pl.Expr) -> pl.Expr:
        """The converted values; `hours` is the length of each row's interval."""
        converted = values if self.factor == 1 and self.offset == 0 else values * self.factor
        converted = converted + self.offset if self.offset else converted
        return converted * hours if self.per_hour else converted


def conversion(source_unit: str | None, target_unit: str | None) -> Conversion:
    """How to get from a user's unit to the contract's.

    Raises: ConversionError when the units do not measure the same thing.
    """
    if source_unit is None or target_unit is None:
        return Conversion(1.0, 0.0, per_hour=False)
    registry = _registry()
    try:
        source, target = registry.Unit(source_unit), registry.Unit(target_unit)
        per_hour = not source.is_compatible_with(target) and (
            source * registry.hour
        ).is_compatible_with(target)
        target = target / registry.hour if per_hour else target
        at_zero = float(registry.Quantity(0.0, source).to(target).magnitude)
        at_one = float(registry.Quantity(1.0, source).to(target).magnitude)
        at_thousand = float(registry.Quantity(1000.0, source).to(target).magnitude)
    except Exception as error:
        # Pint raises many unrelated types (undefined unit, syntax, tokenizer, dimension).
        message = (
            f"unit {source_unit!r} cannot become {target_unit!r} "
            f"({type(error).__name__}: {error}); write units as kW, MWh, "
            f" m/s, km/h, degC, degF, hPa, Pa, percent, W/m^2"
        )
        raise ConversionError(message) from error
    factor = at_one if at_zero == 0 else (at_thousand - at_zero) / 1000
    return Conversion(factor, at_zero, per_hour=per_hour)


def to_utc(time: TimeColumn, dtype: pl.DataType, *, interval_minutes: pl.Expr) -> pl.Expr:
    """The start of each row's interval as naive UTC; null where a stamp cannot be read.

    A wall clock's ambiguous hour takes its first occurrence; an hour that the clock skipped
    is no time at all and gives null. With `end` labels the interval's length is subtracted.
    """
    stamp = _instant(time, dtype)
    if time.label == "end":
        stamp = stamp - pl.duration(minutes=interval_minutes)
    return stamp


def _instant(time: TimeColumn, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(time.column)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return column.dt.convert_time_zone("UTC").dt.replace_time_zone(None).dt.cast_time_unit("us")
    if time.zone == "offset":
        parsed = [
            column.str.to_datetime(one, time_zone="UTC", time_unit="us", strict=False, exact=True)
            for one in ((time.format,) if time.format else _WITH_OFFSET)
        ]
        return pl.coalesce(parsed).dt.replace_time_zone(None)
    if isinstance(dtype, pl.Datetime):
        wall = column.dt.cast_time_unit("us")
    else:
        formats = (time.format,) if time.format else _WALL_CLOCK
        wall = pl.coalesce(
            [column.str.to_datetime(one, time_unit="us", strict=False) for one in formats]
        )
    return _wall_to_utc(wall, time.zone)


def _wall_to_utc(wall: pl.Expr, zone: str) -> pl.Expr:
    fixed = _FIXED_OFFSET.match(zone)
    if fixed:
        minutes = int(fixed["hours"]) * 60 + int(fixed["minutes"])
        signed = minutes if fixed["sign"] == "+" else -minutes
        return wall - pl.duration(minutes=signed)
    return (
        wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )


@cache
def _registry() -> Any:
    import pint  # noqa: PLC0415 - takes .3 s; only a mapping with units needs it

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=False)
