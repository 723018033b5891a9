"""A contract: one landing table's columns, key and references, read off a Pydantic schema.

Belongs here: everything that can be derived from the schema without looking at data.
Does not belong here: checks of data (`checks.py`); the schemas themselves (a product's).
"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import polars as pl
import pyarrow as pa
from pydantic import BaseModel
from pydantic.fields import FieldInfo

ColumnType = Literal["timestamp", "date", "float", "integer", "string", "boolean"]

_TYPES: dict[type, ColumnType] = {
    datetime: "timestamp",
    date: "date",
    float: "float",
    int: "integer",
    str: "string",
    bool: "boolean",
}
_POLARS: dict[ColumnType, pl.DataType] = {
    "timestamp": pl.Datetime("us"),
    "date": pl.Date(),
    "float": pl.Float64(),
    "integer": pl.Int64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
}
_ARROW: dict[ColumnType, pa.DataType] = {
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "float": pa.float64(),
    "integer": pa.int64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
}
_DLT: dict[ColumnType, dict[str, Any]] = {
    "timestamp": {"data_type": "timestamp", "precision": 6, "timezone": False},
    "date": {"data_type": "date"},
    "float": {"data_type": "double"},
    "integer": {"data_type": "bigint"},
    "string": {"data_type": "text"},
    "boolean": {"data_type": "bool"},
}

PROVENANCE: tuple[tuple[str, ColumnType], ...] = (
    ("_delivery_id", "string"),
    ("_delivered_at", "timestamp"),
    ("_source_file", "string"),
    ("_source_row", "integer"),
    ("_row_hash", "integer"),
    ("_has_conflict", "boolean"),
)
"""Columns the gate adds to every accepted row: from which delivery, file and row it came."""


@dataclass(frozen=True)
class Column:
    """One column of a contract. `unit` is a Pint unit; bounds are inclusive unless exclusive.

    `full_scale` names the column with the power that, over the interval, is this energy's most.
    `usual` is where the mean of a long series lies (of an energy with `full_scale`: its share of
    that); a mean outside makes a preview doubt the unit, nothing more.
    """

    name: str
    type: ColumnType
    nullable: bool
    description: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    full_scale: str | None = None
    usual: tuple[float, float] | None = None


@dataclass(frozen=True)
class Reference:
    """A column that must name a known row of another contract's table.

    `interval_column` of that table, if given, is the grid in minutes that timestamps keep to;
    `version_column` is the day from which a version of the row holds; `since_column` the first
    day of the whole thing.
    """

    column: str
    table: str
    interval_column: str | None = None
    version_column: str | None = None
    since_column: str | None = None


@dataclass(frozen=True)
class Contract:
    """What may enter one raw table. The Pydantic `schema` is the single source of truth.

    `is_optional`: no source has to bring the table, so that a day without it is not missed.
    """

    table: str
    schema: type[BaseModel]
    key: tuple[str, ...]
    time_column: str | None = None
    reference: Reference | None = None
    is_optional: bool = False

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the schema's fields."""
        return tuple(_column(name, field) for name, field in self.schema.model_fields.items())

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        """Columns a file must bring, with a value in every row."""
        return tuple(column.name for column in self.columns if not column.nullable)

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Name to Polars type, contract columns only."""
        return {column.name: _POLARS[column.type] for column in self.columns}

    @property
    def arrow_schema(self) -> pa.Schema:
        """Arrow schema of an accepted row: contract columns, then provenance."""
        own = [pa.field(c.name, _ARROW[c.type], nullable=c.nullable) for c in self.columns]
        return pa.schema([*own, *(pa.field(name, _ARROW[kind]) for name, kind in PROVENANCE)])

    @property
    def dlt_columns(self) -> dict[str, dict[str, Any]]:
        """Column hints for dlt that match `arrow_schema` exactly (dlt warns on any difference)."""
        own = {c.name: {"nullable": c.nullable, **_DLT[c.type]} for c in self.columns}
        return own | {name: {"nullable": True, **_DLT[kind]} for name, kind in PROVENANCE}

    @property
    def fingerprint(self) -> str:
        """SHA-256 over names, types, units, ranges and key: changes when the contract does."""
        columns = [{k: v for k, v in vars(c).items() if k != "usual"} for c in self.columns]
        facts = [self.table, self.key, columns]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=list).encode()).hexdigest()


def _column(name: str, field: FieldInfo) -> Column:
    annotation, nullable = _unwrap_optional(field.annotation)
    choices: tuple[str, ...] = ()
    if get_origin(annotation) is Literal:
        choices = tuple(str(value) for value in get_args(annotation))
        annotation = type(get_args(annotation)[0])
    minimum, maximum = _bounds(field)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    unit, usual = extra.get("unit"), extra.get("usual")
    return Column(
        name=name,
        type=_TYPES[annotation],
        nullable=nullable,
        description=field.description or "",
        unit=None if unit is None else str(unit),
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        full_scale=None if extra.get("full_scale") is None else str(extra["full_scale"]),
        usual=(float(usual[0]), float(usual[1])) if isinstance(usual, list) else None,  # type: ignore[arg-type]  # JSON: a list of numbers
    )


def _unwrap_optional(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [argument for argument in get_args(annotation) if argument is not type(None)]
        return _unwrap_annotated(inner[0]), True
    return _unwrap_annotated(annotation), False


def _unwrap_annotated(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    minimum: Any = None
    maximum: Any = None
    for constraint in field.metadata:
        match constraint:
            case annotated_types.Ge(ge=bound) | annotated_types.Gt(gt=bound):
                minimum = bound
            case annotated_types.Le(le=bound) | annotated_types.Lt(lt=bound):
                maximum = bound
            case _:
                pass
    return minimum, maximum
