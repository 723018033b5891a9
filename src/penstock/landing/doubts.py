"""Doubts about mapped rows: means that do not look like their unit, slots that are missing.

Belongs here: what any contract's numbers and times can tell. Does not belong here: knowledge of
a product (its own doubts are handed in); the tables of a preview (`preview.py`).
"""

from collections.abc import Iterator, Mapping

import polars as pl

from penstock.contracts.contract import Column, Contract
from penstock.landing.convert import Conversion, ConversionError, conversion
from penstock.landing.mapping import SourceColumn

_OTHER_UNITS = (
    *("m/s", "km/h", "mph", "knot"),
    *("degC", "degF", "K"),
    *("hPa", "Pa", "kPa", "bar", "inHg"),
    *("percent", "dimensionless"),
    *("W/m^2", "kW/m^2"),
    *("MWh", "kWh", "Wh", "GWh", "MW", "kW", "W"),
)
"""Units that sources write, tried where a mean is unusual."""
_FEWEST_VALUES = 24


def unit_doubts(
    contract: Contract,
    rows: pl.DataFrame,
    sources: Mapping[str, SourceColumn],
    *,
    hours: pl.Series,
) -> Iterator[str]:
    """Columns whose mean lies outside what is usual, and the units under which it would not.

    `rows` are contract rows, `sources` says where the mapping has each column from, `hours` how
    long each row's interval is. Short series say nothing.
    """
    for column in contract.columns:
        source = sources.get(column.name)
        if source is None or source.column is None or column.usual is None:
            continue
        values = rows[column.name]
        if values.len() - values.null_count() < _FEWEST_VALUES:
            continue
        scale = _full_scale(column, rows, hours)
        mean = values.mean()
        if scale is None or not isinstance(mean, float):
            continue
        low, high = column.usual
        if low <= mean / scale <= high:
            continue
        long = _mean(hours)
        fitting = [
            other
            for other in _fitting(column, source, mean=mean, scale=scale, hours=long)
            if other != (source.unit or column.unit)
        ]
        unit = "of full scale" if column.full_scale else column.unit
        hint = f"it would be usual if {source.column!r} were in {' or '.join(fitting)}"
        yield (
            f"{contract.table}.{column.name}: its mean is {mean / scale:.4g} {unit}, usual is "
            f"{low:g} .. {high:g}: "
            f"{hint if fitting else 'is the column right?'}"
        )


def coverage(contract: Contract, rows: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """Per entity its rows, first and last time (UTC), slots missing between them, longest gap.

    `entities` gives the grid. Rows of one key are counted once; `off_grid` counts rows that the
    gate will refuse.
    """
    time, reference = contract.time_column, contract.reference
    if time is None or reference is None or reference.interval_column is None or rows.is_empty():
        return pl.DataFrame()
    key, grid = reference.column, reference.interval_column
    minutes = entities.select(key, grid).unique(key, keep="last")
    slots = rows.select(key, time).unique().join(minutes, on=key, how="left").sort(key, time)
    since = pl.col(time).diff().dt.total_minutes().over(key)
    missing = (since // pl.col(grid) - 1).clip(lower_bound=0).fill_null(0)
    off = pl.col(time).dt.epoch("s") % (pl.col(grid) * 60) != 0
    return (
        slots.with_columns(missing.alias("missing"), off.alias("off"))
        .group_by(key, maintain_order=True)
        .agg(
            pl.len().alias("slots"),
            pl.col(time).min().alias("first"),
            pl.col(time).max().alias("last"),
            pl.col("missing").sum().alias("missing_slots"),
            (pl.col("missing") > 0).sum().alias("gaps"),
            (pl.col("missing").max() * pl.col(grid).first() / 60).alias("longest_gap_h"),
            pl.col(time).sort_by("missing").last().alias("longest_gap_ends"),
            pl.col("off").sum().alias("off_grid"),
        )
        .with_columns(
            pl.when(pl.col("gaps") > 0).then("longest_gap_ends").alias("longest_gap_ends")
        )
    )


def _full_scale(column: Column, rows: pl.DataFrame, hours: pl.Series) -> float | None:
    """What the mean is measured against: an energy's mean full scale, else 1; None if unknown."""
    if column.full_scale is None:
        return 1.0
    if column.full_scale not in rows.columns:
        return None
    mean = (rows[column.full_scale] * hours).mean()
    return mean if isinstance(mean, float) and mean > 0 else None


def _fitting(
    column: Column, source: SourceColumn, *, mean: float, scale: float, hours: float
) -> Iterator[str]:
    """Units under which the source's own mean would be usual."""
    if column.usual is None:
        return
    low, high = column.usual
    raw = _undo(conversion(source.unit, column.unit), mean, hours)
    for unit in _OTHER_UNITS:
        try:
            other = conversion(unit, column.unit)
        except ConversionError:
            continue
        value = raw * other.factor + other.offset
        value = value * hours if other.per_hour else value
        if low <= value / scale <= high:
            yield unit


def _undo(applied: Conversion, value: float, hours: float) -> float:
    """The source's value behind a converted one."""
    value = value / hours if applied.per_hour else value
    return (value - applied.offset) / applied.factor


def _mean(values: pl.Series) -> float:
    mean = values.mean()
    return mean if isinstance(mean, float) else 1.0
