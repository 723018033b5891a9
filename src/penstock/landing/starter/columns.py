"""Which columns of a source look like which of a contract, and in which unit.

Belongs here: words and numbers compared with what the product knows. Does not belong here: clocks
(`clock.py`), which source fills which table (`draft.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from penstock.contracts.contract import Column, Contract
from penstock.contracts.starter import Words
from penstock.landing.convert import ConversionError, conversion, is_text, number
from penstock.landing.starter.guess import Confidence, Guess, unit_of, words_of
from penstock.landing.starter.source import Source

_TRIED = (
    "m/s",
    "km/h",
    "degC",
    "K",
    "degF",
    "hPa",
    "Pa",
    "kPa",
    "percent",
    "dimensionless",
    "W/m^2",
)
_STATISTIC = re.compile(r"\b(min|max|std|stdev|dev|sd|var|setpoint|sollwert|counter|count)\b")
_MEAN = re.compile(r"\b(avg|mean|average|mittel|mittelwert)\b")
_KILO = 100.0
"""A greatest power of an unknown unit above this is taken as kW, below as MW."""


@dataclass(frozen=True)
class Filled:
    """A source's column for a contract's: `unit` is None where the contract's has none."""

    source: Source
    column: str
    unit: Guess | None
    why: str
    confidence: Confidence
    rivals: tuple[str, ...] = ()


def match(source: Source, contract: Contract, words: Mapping[str, Words]) -> dict[str, Filled]:
    """The contract's columns that the source can fill; each source column fills one at most."""
    filled: dict[str, Filled] = {}
    used: set[str] = set()
    for name, meant in words.items():
        target = contract.by_name[name]
        candidates = [
            column
            for column in source.measures
            if column not in used and _fits(column, source, target, meant)
        ]
        if not candidates:
            continue
        best = min(
            candidates,
            key=lambda column: (not _MEAN.search(words_of(column)), -_known(source, column)),
        )
        used.add(best)
        filled[name] = _filled(
            source, best, target, rivals=tuple(c for c in candidates if c != best)
        )
    return filled


def greatest(filled: Filled, *, target: Column, hours: float) -> float | None:
    """The greatest value of a filled energy as a power, in the target's unit per hour."""
    values = _numbers(filled.source, filled.column)
    top = values.max()
    if filled.unit is None or not isinstance(top, float):
        return None
    applied = conversion(filled.unit.value, target.unit)
    value = top * applied.factor + applied.offset
    return value if applied.per_hour else value / hours


def _fits(column: str, source: Source, target: Column, meant: Words) -> bool:
    words = words_of(column)
    if not re.search(meant.like, words) or re.search(meant.unlike, words):
        return False
    if _STATISTIC.search(words):
        return False
    unit = unit_of(column)
    if meant.with_units and unit not in meant.with_units:
        return False
    if target.type == "string":
        return True
    if unit is not None and not _convertible(unit, target):
        return False
    return _known(source, column) > 0


def _known(source: Source, column: str) -> int:
    """How many cells of the column are numbers."""
    values = _numbers(source, column)
    return values.len() - values.null_count()


def _numbers(source: Source, column: str) -> pl.Series:
    frame = source.sample.frame
    dtype = frame.schema[column]
    if not (is_text(dtype) or dtype.is_numeric()):
        return pl.Series([None], dtype=pl.Float64)
    read = number(column, dtype, source.sample.notation)
    return frame.select(read).to_series().fill_nan(None)


def _convertible(unit: str, target: Column) -> bool:
    if target.unit is None:
        return True
    try:
        conversion(unit, target.unit)
    except ConversionError:
        return False
    return True


def _filled(source: Source, column: str, target: Column, *, rivals: tuple[str, ...]) -> Filled:
    why = f"{column!r} reads like it"
    if target.unit is None or target.type == "string":
        return Filled(source, column, None, why, "medium", rivals)
    unit = _unit(column, _numbers(source, column), target)
    confidence: Confidence = unit.confidence
    return Filled(source, column, unit, f"{why}; {unit.reason}", confidence, rivals)


def _unit(column: str, values: pl.Series, target: Column) -> Guess:
    """The unit of a column: as its header says, else the one under which its mean is usual."""
    stated = unit_of(column)
    if stated is not None:
        return Guess(stated, "high", "the header says the unit")
    top, mean = values.max(), values.mean()
    if target.full_scale is not None and isinstance(top, float):
        unit = "kW" if top > _KILO else "MW"
        return Guess(unit, "low", f"unit guessed from a greatest value of {top:.4g}, as mean power")
    usual = target.usual
    if usual is not None and isinstance(mean, float):
        for unit in dict.fromkeys((target.unit or "", *_TRIED)):
            try:
                applied = conversion(unit, target.unit)
            except ConversionError:
                continue
            if usual[0] <= mean * applied.factor + applied.offset <= usual[1]:
                return Guess(unit, "medium", f"a mean of {mean:.4g} is usual in {unit}")
    low, high, least = target.minimum, target.maximum, values.min()
    if low is not None and high is not None and isinstance(top, float) and isinstance(least, float):
        inside = low <= least and top <= high
        return Guess(
            target.unit or "",
            "medium" if inside else "low",
            f"values of {least:.4g} .. {top:.4g}, expected {low:g} .. {high:g}",
        )
    return Guess(target.unit or "", "low", "nothing tells the unit")
