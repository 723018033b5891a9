"""Joined inputs: columns that come from another file than the rows they belong to.

Belongs here: a second source's columns as frames, the join by nearest earlier time.
Does not belong here: a table's own columns (`apply_mapping.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

import polars as pl

from penstock.contracts.contract import Contract
from penstock.landing.convert import number
from penstock.landing.inputs import InputFile
from penstock.landing.mapping import Entity, Input, Mapping
from penstock.landing.stamps import instants

_TIME, _ENTITY, _VALUE = "_penstock_lookup_time", "_penstock_lookup_entity", "_penstock_value"


@dataclass(frozen=True)
class Lookup:
    """One column of a joined input, sorted by time; entity and time occur once.

    With `by_entity` a row finds the values of its own entity only.
    """

    frame: pl.DataFrame
    by_entity: bool

    def join(
        self, rows: pl.DataFrame, *, time: str, entity: str, within_minutes: int, name: str
    ) -> pl.DataFrame:
        """The rows, in the order of the file, with the nearest earlier value as `name`."""
        joined = rows.sort(time, maintain_order=True).join_asof(
            self.frame.rename({_VALUE: name}),
            left_on=time,
            right_on=_TIME,
            by_left=entity if self.by_entity else None,
            by_right=_ENTITY if self.by_entity else None,
            strategy="backward",
            tolerance=f"{within_minutes}m",
            check_sortedness=False,  # both are sorted above; Polars cannot see it within entities
        )
        return joined.drop(_TIME, strict=False).sort("_source_row")


def entity_of(entity: Entity) -> pl.Expr:
    """The entity of each row, as the contract names it."""
    if entity.column is None:
        return pl.lit(entity.constant)
    column = pl.col(entity.column).cast(pl.String)
    return column.replace(entity.values) if entity.values else column


def read_lookups(
    mapping: Mapping, files: Iterable[InputFile], contracts: MappingOf[str, Contract]
) -> dict[tuple[str, str], Lookup]:
    """The lookup of each (table, column) that is filled from a joined input's files."""
    parts: dict[tuple[str, str], list[pl.DataFrame]] = defaultdict(list)
    for file in files:
        for table, mapped in mapping.tables.items():
            for name, source in mapped.columns.items():
                if source.input == file.input_name and source.column is not None:
                    text = contracts[table].by_name[name].type == "string"
                    spec = mapping.inputs[file.input_name]
                    parts[table, name].append(_part(file, spec, source.column, text=text))
    return {key: _lookup(mapping, key, found) for key, found in parts.items()}


def _part(file: InputFile, spec: Input, column: str, *, text: bool) -> pl.DataFrame:
    schema = file.frame.schema
    stamp = instants(spec.time, schema[spec.time.column])
    if spec.time.label == "end":
        stamp = stamp - pl.duration(minutes=spec.interval_minutes)
    value = (
        pl.col(column).cast(pl.String)
        if text
        else number(column, schema[column], decimal_comma=spec.decimal_comma)
    )
    entity = pl.lit("") if spec.entity is None else entity_of(spec.entity)
    return file.frame.select(stamp.alias(_TIME), entity.alias(_ENTITY), value.alias(_VALUE))


def _lookup(mapping: Mapping, key: tuple[str, str], parts: list[pl.DataFrame]) -> Lookup:
    table, name = key
    spec = mapping.inputs[mapping.tables[table].columns[name].input or ""]
    frame = (
        pl.concat(parts)
        .drop_nulls([_TIME, _ENTITY])
        .unique(
            [_TIME, _ENTITY],
            keep="first" if spec.duplicates == "keep_first" else "last",
            maintain_order=True,
        )
        .drop_nulls(_VALUE)
        .sort(_TIME)
    )
    by_entity = spec.entity is not None
    return Lookup(frame if by_entity else frame.drop(_ENTITY), by_entity)
