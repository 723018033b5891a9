"""Applying a mapping: a user's opened files become frames of the contract, row by row accounted.

Belongs here: joining inputs, converting columns, refusing rows that cannot be placed.
Does not belong here: writing files (`deliver.py`); judging values (the gate, dbt).
"""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError
from penstock.landing.convert import conversion, to_utc
from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.inputs import InputFile
from penstock.landing.mapping import Entity, Input, Mapping, SourceColumn, TableMapping
from penstock.landing.quarantine import REFUSED_SCHEMA, refused_rows


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


def apply_mapping(
    mapping: Mapping,
    files: Sequence[InputFile],
    *,
    contracts: MappingOf[str, Contract],
    entities: pl.DataFrame,
) -> list[MappedTable]:
    """Every table of the mapping from every file of its input, in file order.

    `entities` holds what the mapping describes (assets), with `interval_minutes`.
    Each file is a delivery of its own: landing files together or one by one gives the same.

    Raises: PenstockError when an input the mapping joins is missing; ConversionError for units.
    """
    mapped: list[MappedTable] = []
    for table, table_mapping in mapping.tables.items():
        lookups = _lookups(mapping, table_mapping, files)
        for file in files:
            if file.input_name == table_mapping.input:
                one = _map_file(
                    mapping.inputs[file.input_name],
                    table_mapping,
                    file,
                    contract=contracts[table],
                    entities=entities,
                    lookups=lookups,
                )
                mapped.append(one)
    return mapped


def _map_file(
    spec: Input,
    table: TableMapping,
    file: InputFile,
    *,
    contract: Contract,
    entities: pl.DataFrame,
    lookups: MappingOf[str, pl.DataFrame],
) -> MappedTable:
    if spec.entity is None or contract.time_column is None:
        message = f"table {contract.table} cannot be mapped: it has no time or no entity"
        raise PenstockError(message)
    entity, time = contract.key[0], contract.time_column
    original = [name for name in file.frame.columns if name not in SOURCE_COLUMNS]
    rows = (
        file.frame.with_columns(_entity(spec.entity).alias("_entity"))
        .join(entities.rename({entity: "_entity"}), on="_entity", how="left", suffix="__asset")
        .with_columns(
            to_utc(
                spec.time,
                file.frame.schema[spec.time.column],
                interval_minutes=pl.col("interval_minutes"),
            ).alias("_time")
        )
    )
    problems: list[pl.DataFrame] = []

    def refuse(bad: pl.Expr, *, reason: str, column: str, expected: str) -> None:
        nonlocal rows
        flagged = rows.filter(bad)
        if flagged.is_empty():
            return
        problems.append(
            refused_rows(
                flagged,
                table=contract.table,
                reason=reason,
                column=column,
                expected=expected,
                values=original,
            )
        )
        rows = rows.filter(~bad)

    refuse(
        pl.col("interval_minutes").is_null(),
        reason="unknown_asset",
        column=spec.entity.column or entity,
        expected="an asset that the mapping describes: add it to `values` and `assets`",
    )
    refuse(
        pl.col("_time").is_null(),
        reason="unreadable_time",
        column=spec.time.column,
        expected=f"a time under zone {spec.time.zone}: see `time` in the mapping",
    )
    for name, source in table.columns.items():
        if source.column is not None and source.input is None:
            refuse(
                _is_not_a_number(source, spec, file, contract=contract, name=name),
                reason="not_a_number",
                column=source.column,
                expected=f"a number ({source.unit or 'as the contract has it'}) or nothing",
            )
    for name, source in table.columns.items():
        if source.input is not None and source.column is not None:
            rows = _join_lookup(rows, lookups[source.input], source=source, name=name)
    values = {
        name: _value(name, source, spec, file, contract=contract)
        for name, source in table.columns.items()
    }
    columns = [
        (values[c] if c in values else pl.lit(None)).cast(dtype).alias(c)
        for c, dtype in contract.polars_schema.items()
        if c not in (entity, time)
    ]
    accepted = rows.select(
        pl.col("_time").alias(time), pl.col("_entity").alias(entity), *columns, *SOURCE_COLUMNS
    )
    refused = pl.concat([pl.DataFrame(schema=REFUSED_SCHEMA), *problems])
    return MappedTable(contract, file, spec.duplicates, accepted, refused)


def _entity(entity: Entity) -> pl.Expr:
    if entity.column is None:
        return pl.lit(entity.constant)
    column = pl.col(entity.column).cast(pl.String)
    return column.replace(entity.values) if entity.values else column


def _number(column: str, spec: Input, dtype: pl.DataType) -> pl.Expr:
    """The column as a number; null where it is not one."""
    if dtype != pl.String:
        return pl.col(column).cast(pl.Float64, strict=False)
    text = pl.col(column).str.strip_chars()
    if spec.decimal_comma:
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return text.cast(pl.Float64, strict=False)


def _is_text(contract: Contract, name: str) -> bool:
    return contract.by_name[name].type == "string"


def _is_not_a_number(
    source: SourceColumn, spec: Input, file: InputFile, *, contract: Contract, name: str
) -> pl.Expr:
    column = source.column or ""
    if column not in file.frame.columns:
        message = (
            f"{file.path}: has no column {column!r}, which the mapping wants for "
            f"{contract.table}.{name}; its columns are {file.frame.columns[:-2]}"
        )
        raise PenstockError(message)
    dtype = file.frame.schema[column]
    if _is_text(contract, name) or dtype != pl.String:
        return pl.lit(value=False)
    blank = pl.col(column).str.strip_chars() == ""
    return pl.col(column).is_not_null() & ~blank & _number(column, spec, dtype).is_null()


def _value(
    name: str, source: SourceColumn, spec: Input, file: InputFile, *, contract: Contract
) -> pl.Expr:
    """The contract column as an expression over the joined rows."""
    if source.constant is not None:
        return pl.lit(source.constant)
    if source.asset is not None:
        clash = source.asset in file.frame.columns
        return pl.col(f"{source.asset}__asset" if clash else source.asset)
    converted = conversion(source.unit, contract.by_name[name].unit)
    hours = pl.col("interval_minutes") / 60
    if source.input is not None:
        return converted.apply(pl.col(f"_lookup_{name}"), hours=hours)
    column = source.column or ""
    if _is_text(contract, name):
        return pl.col(column).cast(pl.String)
    return converted.apply(_number(column, spec, file.frame.schema[column]), hours=hours)


def _lookups(
    mapping: Mapping, table: TableMapping, files: Sequence[InputFile]
) -> dict[str, pl.DataFrame]:
    """Each joined input as one frame sorted by `_lookup_time`, its wanted columns as numbers."""
    wanted = {c.input for c in table.columns.values() if c.input is not None}
    found: dict[str, pl.DataFrame] = {}
    for name in sorted(wanted):
        spec = mapping.inputs[name]
        columns = sorted({c.column for c in table.columns.values() if c.input == name and c.column})
        parts = [
            file.frame.select(
                to_utc(
                    spec.time, file.frame.schema[spec.time.column], interval_minutes=pl.lit(60)
                ).alias("_lookup_time"),
                *[_number(column, spec, file.frame.schema[column]) for column in columns],
            )
            for file in files
            if file.input_name == name
        ]
        if not parts:
            message = (
                f"mapping {mapping.name} joins input {name!r}, but none of the given files has its "
                f"columns {spec.recognised_by}; add that file to the command."
            )
            raise PenstockError(message)
        joined = pl.concat(parts).drop_nulls("_lookup_time")
        found[name] = joined.unique("_lookup_time", keep="last").sort("_lookup_time")
    return found


def _join_lookup(
    rows: pl.DataFrame, lookup: pl.DataFrame, *, source: SourceColumn, name: str
) -> pl.DataFrame:
    right = lookup.select("_lookup_time", pl.col(source.column or "").alias(f"_lookup_{name}"))
    joined = rows.sort("_time", maintain_order=True).join_asof(
        right.drop_nulls(),
        left_on="_time",
        right_on="_lookup_time",
        strategy="backward",
        tolerance=f"{source.within_minutes}m",
    )
    return joined.drop("_lookup_time", strict=False).sort("_source_row")
