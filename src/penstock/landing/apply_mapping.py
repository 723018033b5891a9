"""Applying a mapping: a user's opened file becomes frames of the contract, row by row accounted.

Belongs here: converting columns, the version of an asset that a row belongs to, refusing rows
that cannot be placed. Does not belong here: joined inputs (`lookups.py`); writing files
(`deliver.py`); judging values (the gate, dbt).
"""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from penstock.contracts.contract import Contract
from penstock.contracts.lifetime import bounds
from penstock.errors import PenstockError
from penstock.landing.convert import conversion, expected_number, is_no_number, number
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.inputs import WORKING_PREFIX, InputFile
from penstock.landing.lookups import JoinedPlace, Lookup, entity_of
from penstock.landing.mapping import Input, Mapping, SourceColumn, TableMapping
from penstock.landing.quarantine import REFUSED_SCHEMA, refused_rows
from penstock.landing.stamps import expected_stamps, instants

_ENTITY, _TIME = f"{WORKING_PREFIX}entity", f"{WORKING_PREFIX}time"
_BEFORE_ALL = date(1, 1, 1)


@dataclass(frozen=True)
class MappedTable:
    """One table made of one input file. Rows of the file = `accepted` + `refused`.

    `accepted` has the contract's columns and `SOURCE_COLUMNS`; `refused` is REFUSED_SCHEMA.
    """

    contract: Contract
    file: InputFile
    duplicates: str
    accepted: pl.DataFrame
    refused: pl.DataFrame


def map_file(
    mapping: Mapping,
    file: InputFile,
    *,
    contracts: MappingOf[str, Contract],
    entities: pl.DataFrame,
    lookups: MappingOf[tuple[str, str], Lookup],
    delivered_at: datetime,
) -> list[MappedTable]:
    """Every table that the mapping makes of the file's input.

    `entities` holds what the mapping describes (assets): one row per version, with `valid_from`.
    Rows of a time after `delivered_at` (naive UTC) are refused.
    Each file is a delivery of its own: it does not matter which others are landed with it.

    Raises: ConversionError for units; PenstockError when a row of the file is lost or doubled.
    """
    return [
        _map_table(
            mapping.inputs[file.input_name],
            table_mapping,
            file,
            contract=contracts[table],
            entities=entities,
            lookups={name: one for (of, name), one in lookups.items() if of == table},
            delivered_at=delivered_at,
        )
        for table, table_mapping in mapping.tables.items()
        if table_mapping.input == file.input_name
    ]


def _map_table(
    spec: Input,
    table: TableMapping,
    file: InputFile,
    *,
    contract: Contract,
    entities: pl.DataFrame,
    lookups: MappingOf[str, Lookup],
    delivered_at: datetime,
) -> MappedTable:
    reference, time = contract.reference, contract.time_column
    if spec.entity is None or time is None or reference is None:
        message = f"table {contract.table} cannot be mapped: it has no time or no entity"
        raise PenstockError(message)
    original = [name for name in file.frame.columns if name not in SOURCE_COLUMNS]
    rows = file.frame.with_columns(
        entity_of(spec.entity).alias(_ENTITY),
        instants(spec.time, file.frame.schema[spec.time.column]).alias(_TIME),
    )
    problems = [pl.DataFrame(schema=REFUSED_SCHEMA)]

    def refuse(bad: pl.Expr, *, reason: str, column: str | None, expected: str | pl.Expr) -> None:
        nonlocal rows
        flagged = rows.filter(bad)
        if flagged.is_empty():
            return
        problems.append(
            refused_rows(
                flagged,
                table=contract.table,
                reason=reason,
                column=column or reference.column,
                expected=_with_value(expected, column, flagged),
                values=original,
            )
        )
        rows = rows.filter(~bad)

    refuse(
        ~pl.col(_ENTITY)
        .is_in(entities[reference.column].unique().to_list())
        .fill_null(value=False),
        reason="unknown_asset",
        column=spec.entity.column,
        expected="an asset that the mapping describes: add it to `values` and `assets`",
    )
    refuse(
        pl.col(_TIME).is_null(),
        reason="unreadable_time",
        column=spec.time.column,
        expected=expected_stamps(spec.time),
    )
    for name, source in table.columns.items():
        if source.column is not None and source.input is None:
            refuse(
                _is_not_a_number(source, spec, file, contract=contract, name=name),
                reason="not_a_number",
                column=source.column,
                expected=expected_number(source.unit, spec.notation),
            )
    rows = _with_version(rows, entities, entity=reference.column, label=spec.time.label)
    since = _asset(reference.since_column) if reference.since_column else None
    for one in bounds(
        pl.col(_TIME),
        since=pl.lit(None, dtype=pl.Date) if since is None else pl.col(since),
        delivered_at=pl.lit(delivered_at),
    ):
        refuse(one.refuses, reason=one.reason, column=spec.time.column, expected=one.expected)
    interval = pl.col(_asset(reference.interval_column or "interval_minutes"))
    if spec.time.label == "end":
        rows = rows.with_columns(pl.col(_TIME) - pl.duration(minutes=interval))
    rows = _joined(rows, table, lookups, minutes=interval)
    values = {
        name: _value(name, source, spec, file, contract=contract, hours=interval / 60)
        for name, source in table.columns.items()
    }
    columns = [
        values.get(c, pl.lit(None)).cast(dtype).alias(c)
        for c, dtype in contract.polars_schema.items()
        if c not in (reference.column, time)
    ]
    accepted = rows.select(
        pl.col(_TIME).alias(time),
        pl.col(_ENTITY).alias(reference.column),
        *columns,
        *SOURCE_COLUMNS,
    )
    refused = pl.concat(problems)
    if accepted.height + refused.height != file.frame.height:
        message = (
            f"{file.path}: {file.frame.height} rows read, but {accepted.height} accepted and "
            f"{refused.height} refused for {contract.table}; this is a defect of Penstock: "
            "nothing of the file was landed, please report it"
        )
        raise PenstockError(message)
    return MappedTable(contract, file, spec.duplicates, accepted, refused)


def _joined(
    rows: pl.DataFrame,
    table: TableMapping,
    lookups: MappingOf[str, Lookup],
    *,
    minutes: pl.Expr,
) -> pl.DataFrame:
    """The rows with a column per joined value; `minutes` is the length of each row's interval."""
    for name, lookup in lookups.items():
        source = table.columns[name]
        place: JoinedPlace = {
            "time": _TIME,
            "entity": _ENTITY,
            "within_minutes": source.within_minutes,
            "name": _lookup(name),
        }
        if source.between == "interpolate":
            rows = lookup.interpolate(rows, **place, minutes=minutes)
        else:
            rows = lookup.hold(rows, **place)
    return rows


def _asset(attribute: str) -> str:
    return f"{WORKING_PREFIX}asset_{attribute}"


def _lookup(name: str) -> str:
    return f"{WORKING_PREFIX}lookup_{name}"


def _with_value(expected: str | pl.Expr, column: str | None, rows: pl.DataFrame) -> pl.Expr:
    """The expectation followed by what each row has instead."""
    wanted = pl.lit(expected) if isinstance(expected, str) else expected
    if column is None or rows.schema[column].is_nested() or rows.schema[column] == pl.Binary:
        return wanted
    value = pl.col(column).cast(pl.String)
    found = pl.when(value.is_null()).then(pl.lit("nothing")).otherwise("'" + value + "'")
    return pl.format("{}; got {}", wanted, found)


def _with_version(
    rows: pl.DataFrame, entities: pl.DataFrame, *, entity: str, label: str
) -> pl.DataFrame:
    """The rows with the attributes of their entity, of the version that holds on their UTC day.

    A version holds until the next one; the first covers earlier days too.
    """
    start = f"{WORKING_PREFIX}from"
    first = pl.col("valid_from").min().over(entity)
    versions = entities.select(
        pl.when(pl.col("valid_from") == first)
        .then(pl.lit(_BEFORE_ALL))
        .otherwise("valid_from")
        .cast(pl.Datetime("us"))
        .alias(start),
        pl.all().name.map(_asset),
    )
    moment = f"{WORKING_PREFIX}moment"
    # An interval that ends at midnight belongs to the day that ends then.
    within = pl.col(_TIME) - pl.duration(microseconds=1 if label == "end" else 0)
    joined = (
        rows.with_columns(within.alias(moment))
        .sort(moment)
        .join_asof(
            versions.sort(start),
            left_on=moment,
            right_on=start,
            by_left=_ENTITY,
            by_right=_asset(entity),
            strategy="backward",
            check_sortedness=False,  # both are sorted here; Polars cannot see it within entities
        )
    )
    return joined.drop(moment, start, strict=False).sort("_source_row")


def _is_not_a_number(
    source: SourceColumn, spec: Input, file: InputFile, *, contract: Contract, name: str
) -> pl.Expr:
    column = source.column or ""
    if contract.by_name[name].type == "string":
        return pl.lit(value=False)
    return is_no_number(column, file.frame.schema[column], spec.notation)


def _value(
    name: str,
    source: SourceColumn,
    spec: Input,
    file: InputFile,
    *,
    contract: Contract,
    hours: pl.Expr,
) -> pl.Expr:
    """The contract column as an expression over the joined rows."""
    if source.asset is not None:
        return pl.col(_asset(source.asset))
    text = contract.by_name[name].type == "string"
    column = source.column or ""
    if source.constant is not None:
        value = pl.lit(source.constant)
    elif source.input is not None:
        value = pl.col(_lookup(name))
    elif text:
        value = pl.col(column).cast(pl.String)
    else:
        value = number(column, file.frame.schema[column], spec.notation)
    if text:
        return value
    return conversion(source.unit, contract.by_name[name].unit).apply(value, hours=hours)
