"""Units and numbers: a user's values as the contract means them.

Belongs here: unit factors (Pint), text that is a number.
Does not belong here: stamps and clocks (`stamps.py`); reading files, choosing columns.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from penstock.errors import PenstockError


class ConversionError(PenstockError):
    """A unit that cannot be converted."""


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
            f"m/s, km/h, degC, degF, hPa, Pa, percent, W/m^2"
        )
        raise ConversionError(message) from error
    factor = at_one if at_zero == 0 else (at_thousand - at_zero) / 1000
    return Conversion(factor, at_zero, per_hour=per_hour)


@dataclass(frozen=True)
class Notation:
    """How a file writes numbers. A thousands mark counts only where it is declared."""

    decimal_comma: bool = False
    thousands_mark: str | None = None

    def __str__(self) -> str:
        decimal = "comma" if self.decimal_comma else "point"
        marks = f"{self.thousands_mark!r} between" if self.thousands_mark else "no mark for"
        return f"with a decimal {decimal} and {marks} thousands"


def number(column: str, dtype: pl.DataType, notation: Notation) -> pl.Expr:
    """The column as a number; null where it is not one."""
    if not is_text(dtype):
        return pl.col(column).cast(pl.Float64, strict=False)
    text = pl.col(column).cast(pl.String).str.strip_chars()
    mark, decimal = notation.thousands_mark, "," if notation.decimal_comma else "."
    if mark is not None:
        grouped = rf"^[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?:{re.escape(decimal)}\d*)?$"
        plain = text.str.replace_all(mark, "", literal=True)
        text = pl.when(text.str.contains(grouped)).then(plain).otherwise(text)
    if notation.decimal_comma:
        # A dot that marks no thousands would be read as a decimal point: it is no number here.
        text = pl.when(~text.str.contains(".", literal=True)).then(text)
        text = text.str.replace(",", ".", literal=True)
    return text.cast(pl.Float64, strict=False)


def is_no_number(column: str, dtype: pl.DataType, notation: Notation) -> pl.Expr:
    """Whether there is text in the column that is no number; nothing at all is none to refuse."""
    if not is_text(dtype):
        return pl.lit(value=False)
    blank = pl.col(column).cast(pl.String).str.strip_chars() == ""
    return pl.col(column).is_not_null() & ~blank & number(column, dtype, notation).is_null()


def expected_number(unit: str | None, notation: Notation) -> str:
    """What a readable number looks like, for a message."""
    written = "" if notation == Notation() else f", written {notation},"
    return f"a number ({unit or 'as the contract has it'}){written} or nothing"


def is_text(dtype: pl.DataType) -> bool:
    """Whether the type holds text, categories included."""
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


@cache
def _registry() -> Any:
    import pint  # noqa: PLC0415 - takes .3 s; only a mapping with units needs it

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=False)
