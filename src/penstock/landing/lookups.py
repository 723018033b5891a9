"""Joined inputs: columns that come from another file than the rows they belong to.

Belongs here: a second source's columns as frames, the join by time: held or interpolated.
Does not belong here: a table's own columns (`apply_mapping.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Literal, TypedDict

import polars as pl

from penstock.contracts.contract import Contract
from penstock.landing.convert import expected_number, is_no_number, number
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.inputs import InputFile
from penstock.landing.mapping import Entity, Input, Mapping, SourceColumn
from penstock.landing.quarantine import REFUSED_SCHEMA, refused_rows
from penstock.landing.stamps import expected_stamps, instants

_TIME, _ENTITY, _VALUE = "_penstock_lookup_time", "_penstock_lookup_entity", "_penstock_value"
_MIDDLE = "_penstock_middle"
_TIME_BEFORE, _BEFORE = "_penstock_time_before", "_penstock_value_before"
_TIME_AFTER, _AFTER = "_penstock_time_after", "_penstock_value_after"


class JoinedPlace(TypedDict):
    """Which columns of the rows a joined value goes by, how far it may come from, and its name."""

    time: str
    entity: str
    within_minutes: int
    name: str


@dataclass(frozen=True)
class Lookup:
    """One column of a joined input, sorted by time; entity and time occur once.

    With `by_entity` a row finds the values of its own entity only.
    """

    frame: pl.DataFrame
    by_entity: bool

    def hold(
        self, rows: pl.DataFrame, *, time: str, entity: str, within_minutes: int, name: str
    ) -> pl.DataFrame:
        """The rows, in the order of the file, with the nearest earlier value as `name`."""
        sorted_rows = rows.sort(time, maintain_order=True)
        joined = self._nearest(
            sorted_rows,
            time=time,
            entity=entity,
            within_minutes=within_minutes,
            strategy="backward",
        )
        return joined.rename({_VALUE: name}).drop(_TIME).sort("_source_row")

    def interpolate(
        self,
        rows: pl.DataFrame,
        *,
        time: str,
        entity: str,
        minutes: pl.Expr,
        within_minutes: int,
        name: str,
    ) -> pl.DataFrame:
        """The rows, in the order of the file, with `name` at the middle of each row's interval.

        The value lies on the line between the readings before and after it; without either, or
        with one further away than `within_minutes`, it is null. `minutes` is the interval's length.
        """
        half = pl.duration(microseconds=minutes.cast(pl.Int64) * 30_000_000)
        middles = rows.with_columns((pl.col(time) + half).alias(_MIDDLE))
        before = self._nearest(
            middles.sort(_MIDDLE, maintain_order=True),
            time=_MIDDLE,
            entity=entity,
            within_minutes=within_minutes,
            strategy="backward",
        ).rename({_TIME: _TIME_BEFORE, _VALUE: _BEFORE})
        found = self._nearest(
            before,
            time=_MIDDLE,
            entity=entity,
            within_minutes=within_minutes,
            strategy="forward",
        ).rename({_TIME: _TIME_AFTER, _VALUE: _AFTER})
        gap = (pl.col(_TIME_AFTER) - pl.col(_TIME_BEFORE)).dt.total_microseconds()
        gone = (pl.col(_MIDDLE) - pl.col(_TIME_BEFORE)).dt.total_microseconds()
        share = pl.when(gap == 0).then(0.0).otherwise(gone / gap)
        line = pl.col(_BEFORE) + share * (pl.col(_AFTER) - pl.col(_BEFORE))
        return (
            found.with_columns(line.alias(name))
            .drop(_MIDDLE, _TIME_BEFORE, _BEFORE, _TIME_AFTER, _AFTER)
            .sort("_source_row")
        )

    def _nearest(
        self,
        rows: pl.DataFrame,
        *,
        time: str,
        entity: str,
        within_minutes: int,
        strategy: Literal["backward", "forward"],
    ) -> pl.DataFrame:
        """The rows, sorted by `time`, with the nearest reading's time and value, null if none."""
        return rows.join_asof(
            self.frame,
            left_on=time,
            right_on=_TIME,
            by_left=entity if self.by_entity else None,
            by_right=_ENTITY if self.by_entity else None,
            strategy=strategy,
            tolerance=f"{within_minutes}m",
            coalesce=False,
            check_sortedness=False,  # both are sorted; Polars cannot see it within entities
        ).drop(_ENTITY, strict=False)


def entity_of(entity: Entity) -> pl.Expr:
    """The entity of each row, as the contract names it."""
    if entity.column is None:
        return pl.lit(entity.constant)
    column = pl.col(entity.column).cast(pl.String)
    return column.replace(entity.values) if entity.values else column


@dataclass(frozen=True)
class JoinedFile:
    """One file of a joined input: rows that cannot be read are `refused` (REFUSED_SCHEMA)."""

    file: InputFile
    refused: pl.DataFrame


def read_lookups(
    mapping: Mapping,
    files: Iterable[InputFile],
    contracts: MappingOf[str, Contract],
    *,
    tell: Callable[[JoinedFile], None] = lambda _: None,
) -> dict[tuple[str, str], Lookup]:
    """The lookup of each (table, column) that is filled from a joined input's files.

    `tell` is told of every file, with the rows that could not be read.
    """
    parts: dict[tuple[str, str], list[pl.DataFrame]] = defaultdict(list)
    for file in files:
        tell(JoinedFile(file, _unreadable_rows(mapping, file, contracts)))
        for table, mapped in mapping.tables.items():
            for name, source in mapped.columns.items():
                if source.input == file.input_name and source.column is not None:
                    text = contracts[table].by_name[name].type == "string"
                    spec = mapping.inputs[file.input_name]
                    parts[table, name].append(_part(file, spec, source, text=text))
    return {key: _lookup(mapping, key, found) for key, found in parts.items()}


def _unreadable_rows(
    mapping: Mapping, file: InputFile, contracts: MappingOf[str, Contract]
) -> pl.DataFrame:
    """Rows of a joined file without a time, an entity or a number where one belongs."""
    spec, schema = mapping.inputs[file.input_name], file.frame.schema
    rows, found = file.frame, [pl.DataFrame(schema=REFUSED_SCHEMA)]
    original = [name for name in file.frame.columns if name not in SOURCE_COLUMNS]

    def refuse(bad: pl.Expr, *, reason: str, column: str, expected: str) -> None:
        nonlocal rows
        flagged = rows.filter(bad)
        found.append(
            refused_rows(
                flagged,
                table=file.input_name,
                reason=reason,
                column=column,
                expected=expected,
                values=original,
            )
        )
        rows = rows.filter(~bad)

    refuse(
        instants(spec.time, schema[spec.time.column]).is_null(),
        reason="unreadable_time",
        column=spec.time.column,
        expected=expected_stamps(spec.time),
    )
    if spec.entity is not None and spec.entity.column is not None:
        refuse(
            entity_of(spec.entity).is_null(),
            reason="missing_value",
            column=spec.entity.column,
            expected="the asset the row belongs to",
        )
    for table, mapped in mapping.tables.items():
        for name, source in mapped.columns.items():
            number_wanted = contracts[table].by_name[name].type != "string"
            if source.input == file.input_name and source.column and number_wanted:
                refuse(
                    is_no_number(source.column, schema[source.column], spec.notation),
                    reason="not_a_number",
                    column=source.column,
                    expected=expected_number(source.unit, spec.notation),
                )
    return pl.concat(found)


def _part(file: InputFile, spec: Input, source: SourceColumn, *, text: bool) -> pl.DataFrame:
    schema, column = file.frame.schema, source.column or ""
    stamp = instants(spec.time, schema[spec.time.column])
    if spec.time.label == "end":
        stamp = stamp - pl.duration(minutes=spec.interval_minutes)
    if source.between == "interpolate" and spec.interval_minutes is not None:
        # A mean stands for the middle of its interval, a reading for its own moment.
        stamp = stamp + pl.duration(seconds=30 * spec.interval_minutes)
    value = (
        pl.col(column).cast(pl.String) if text else number(column, schema[column], spec.notation)
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
