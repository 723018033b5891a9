"""Previewing a landing: what would be written, and whether the numbers look like their units.

Belongs here: summaries of mapped tables. Does not belong here: writing anything; what a doubt is
(`doubts.py`, and the product's own).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from polars import selectors as cs

from penstock.contracts.contract import Column, Contract
from penstock.contracts.product import FindDoubts
from penstock.landing.apply_mapping import MappedTable
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.doubts import coverage, unit_doubts
from penstock.landing.inputs import RefusedFile
from penstock.landing.land_files import map_files
from penstock.landing.mapping import Mapping as FileMapping
from penstock.landing.mapping import SourceColumn

_ROWS = 5
_LEAST, _MOST = -0.05, 1.05
"""Share of full scale that an energy may have: meters overshoot a little, standstill consumes."""


@dataclass(frozen=True)
class Preview:
    """One file as one table: first rows before and after, ranges, refused rows.

    `checks` has one row per filled column: least, mean, greatest value, the contract's range and
    the share of values outside it in percent. `coverage` has one row per entity: its span and the
    slots missing in it. `doubts` are sentences.
    """

    file: str
    table: str
    rows_read: int
    rows_delivered: int
    rows_quarantined: int
    span: str
    before: pl.DataFrame
    after: pl.DataFrame
    checks: pl.DataFrame
    coverage: pl.DataFrame
    doubts: tuple[str, ...]
    refused: pl.DataFrame


def preview_files(
    mapping: FileMapping,
    paths: Sequence[Path],
    *,
    contracts: Mapping[str, Contract],
    entities: pl.DataFrame,
    delivered_at: datetime,
    product_doubts: FindDoubts,
) -> tuple[list[Preview], list[RefusedFile]]:
    """What landing the files would do, table by table, and the files that would be left alone.

    Raises: as `map_files`.
    """
    mapped, refused = map_files(
        mapping, paths, contracts=contracts, entities=entities, delivered_at=delivered_at
    )
    tables = list(mapping.tables)
    previews = [
        (
            tables.index(one.contract.table),
            one.file.position,
            preview_table(
                one,
                entities,
                sources=mapping.tables[one.contract.table].columns,
                product_doubts=product_doubts,
            ),
        )
        for one in mapped
    ]
    return [preview for *_, preview in sorted(previews, key=lambda one: one[:2])], refused


def preview_table(
    mapped: MappedTable,
    entities: pl.DataFrame,
    *,
    sources: Mapping[str, SourceColumn],
    product_doubts: FindDoubts,
) -> Preview:
    """Summarise a mapped table; `sources` says where the mapping has its columns from."""
    after = mapped.accepted.drop(SOURCE_COLUMNS)
    filled = [name for name in after.columns if after[name].null_count() < after.height]
    return Preview(
        file=mapped.file.path.name,
        table=mapped.contract.table,
        rows_read=mapped.file.frame.height,
        rows_delivered=after.height,
        rows_quarantined=mapped.refused.height,
        span=_span(mapped, after),
        before=mapped.file.frame.head(_ROWS).drop(SOURCE_COLUMNS),
        after=_readable(after.select(filled).head(_ROWS)),
        checks=_readable(_checks(mapped, after.select(filled), entities)),
        coverage=_readable(coverage(mapped.contract, after, entities)),
        doubts=tuple(find_doubts(mapped, entities, sources, product_doubts)),
        refused=mapped.refused.sort("source_row")
        .group_by("reason", "column_name", maintain_order=True)
        .agg(
            pl.col("expected").first(),
            pl.len().alias("rows"),
            pl.col("source_row").first().alias("first_row"),
        )
        .sort("reason", "column_name"),
    )


def find_doubts(
    mapped: MappedTable,
    entities: pl.DataFrame,
    sources: Mapping[str, SourceColumn],
    product_doubts: FindDoubts,
) -> list[str]:
    """What looks odd in a mapped table, from its numbers and from what the product knows."""
    rows, reference = mapped.accepted, mapped.contract.reference
    if reference is None or reference.interval_column is None or rows.is_empty():
        return []
    grid = entities.select(reference.column, reference.interval_column)
    minutes = rows.select(reference.column).join(
        grid.unique(reference.column, keep="last"), on=reference.column, how="left"
    )[reference.interval_column]
    return [
        *unit_doubts(mapped.contract, rows, sources, hours=minutes / 60),
        *product_doubts(mapped.contract.table, rows, entities),
    ]


def _span(mapped: MappedTable, after: pl.DataFrame) -> str:
    time, reference = mapped.contract.time_column, mapped.contract.reference
    if time is None or reference is None or after.is_empty():
        return "no rows"
    entities = ", ".join(sorted(after[reference.column].unique()))
    first, last = after.select(pl.col(time).min().alias("a"), pl.col(time).max().alias("b")).row(0)
    return f"{first} to {last} UTC; {entities}"


def _checks(mapped: MappedTable, after: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name in after.columns:
        column = mapped.contract.by_name[name]
        if column.type != "float":
            continue
        values = after[name].drop_nulls()
        outside, meant = _outside(mapped.contract, column, after, entities)
        rows.append(
            {
                "column": name,
                "unit": column.unit,
                "least": values.min(),
                "mean": values.mean(),
                "greatest": values.max(),
                "empty_pct": round(100 * after[name].null_count() / after.height, 2),
                "range": meant,
                "outside_pct": round(100 * outside / max(len(values), 1), 2),
            }
        )
    return pl.DataFrame(rows)


def _outside(
    contract: Contract, column: Column, after: pl.DataFrame, entities: pl.DataFrame
) -> tuple[int, str]:
    """How many values lie outside what the contract means, and that range in words."""
    low, high, value = column.minimum, column.maximum, pl.col(column.name)
    reference = contract.reference
    if (
        column.full_scale in after.columns
        and reference is not None
        and reference.interval_column is not None
    ):
        # A power read in the wrong unit shows here: kW for MW is a thousand times full scale.
        grid = entities.select(reference.column, reference.interval_column)
        whole = pl.col(column.full_scale) * pl.col(reference.interval_column) / 60
        wrong = (value > _MOST * whole) | (value < _LEAST * whole)
        judged = after.join(
            grid.unique(reference.column, keep="last"), on=reference.column, how="left"
        )
        meant = f"{_LEAST} .. {_MOST} x {column.full_scale} x hours"
    else:
        wrong = pl.any_horizontal(
            pl.lit(value=False) if low is None else value < low,
            pl.lit(value=False) if high is None else value > high,
        )
        judged, meant = after, f"{'' if low is None else low} .. {'' if high is None else high}"
    return int(judged.select(wrong.fill_null(value=False).sum()).item()), meant


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(cs.float().round_sig_figs(6))
