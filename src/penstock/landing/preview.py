"""Previewing a landing: what would be written, and whether the numbers look like their units.

Belongs here: summaries of mapped tables. Does not belong here: writing anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from penstock.contracts.contract import Contract
from penstock.landing.apply_mapping import MappedTable
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.inputs import RefusedFile
from penstock.landing.land_files import map_files
from penstock.landing.mapping import Mapping as FileMapping

_ROWS = 5


@dataclass(frozen=True)
class Preview:
    """One file as one table: first rows before and after, ranges, refused rows.

    `checks` has one row per filled column: least, mean, greatest value, the contract's range and
    the share of values outside it in percent.
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
    refused: pl.DataFrame


def preview_files(
    mapping: FileMapping,
    paths: Sequence[Path],
    *,
    contracts: Mapping[str, Contract],
    entities: pl.DataFrame,
) -> tuple[list[Preview], list[RefusedFile]]:
    """What landing the files would do, table by table, and the files that would be left alone.

    Raises: as `map_files`.
    """
    mapped, refused = map_files(mapping, paths, contracts=contracts, entities=entities)
    tables = list(mapping.tables)
    previews = [
        (tables.index(one.contract.table), one.file.position, preview_table(one)) for one in mapped
    ]
    return [preview for *_, preview in sorted(previews, key=lambda one: one[:2])], refused


def preview_table(mapped: MappedTable) -> Preview:
    """Summarise a mapped table."""
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
        after=after.select(filled).head(_ROWS),
        checks=_checks(mapped, after.select(filled)),
        refused=mapped.refused.sort("source_row")
        .group_by("reason", "column_name", maintain_order=True)
        .agg(
            pl.col("expected").first(),
            pl.len().alias("rows"),
            pl.col("source_row").first().alias("first_row"),
        )
        .sort("reason", "column_name"),
    )


def _span(mapped: MappedTable, after: pl.DataFrame) -> str:
    time, reference = mapped.contract.time_column, mapped.contract.reference
    if time is None or reference is None or after.is_empty():
        return "no rows"
    entities = ", ".join(sorted(after[reference.column].unique()))
    first, last = after.select(pl.col(time).min().alias("a"), pl.col(time).max().alias("b")).row(0)
    return f"{first} to {last} UTC; {entities}"


def _checks(mapped: MappedTable, after: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name in after.columns:
        column = mapped.contract.by_name[name]
        if column.type != "float":
            continue
        values = after[name].drop_nulls()
        low, high = column.minimum, column.maximum
        outside = sum(
            int((values < low).sum()) if bound == "low" else int((values > high).sum())
            for bound in ("low", "high")
            if (low if bound == "low" else high) is not None
        )
        rows.append(
            {
                "column": name,
                "unit": column.unit,
                "least": values.min(),
                "mean": values.mean(),
                "greatest": values.max(),
                "empty_pct": round(100 * after[name].null_count() / after.height, 2),
                "range": f"{'' if low is None else low} .. {'' if high is None else high}",
                "outside_pct": round(100 * outside / max(len(values), 1), 2),
            }
        )
    return pl.DataFrame(rows)
