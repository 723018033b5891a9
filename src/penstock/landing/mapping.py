"""Mappings: how a user's own files become a contract's columns, declared in YAML.

Belongs here: the mapping's schema, reading and checking it.
Does not belong here: applying it to files (`apply_mapping.py`); units and clocks (`convert.py`).
"""

import hashlib
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError


class MappingError(PenstockError):
    """A mapping that cannot be used: names the file, the entry, what was expected."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeColumn(_Strict):
    """The column with the time, its clock and what its label means.

    `zone`: `offset` (each stamp says its own offset), `UTC`, an IANA name, or a fixed offset such
    as `+01:00`. `label`: the stamp is the `start` or the `end` of its interval.
    """

    column: str
    zone: str = "offset"
    label: Literal["start", "end"] = "start"
    format: str | None = Field(None, description="chrono format when the common ones do not fit")


class Entity(_Strict):
    """Which asset a row belongs to: a column (renamed through `values`), or one for all rows."""

    column: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    constant: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.column is None) == (self.constant is None):
            message = "give either `column` (with `values`) or `constant`"
            raise ValueError(message)
        return self


class Input(_Strict):
    """One kind of file. A file is recognised by having all `recognised_by` columns."""

    recognised_by: Annotated[list[str], Field(min_length=1)]
    time: TimeColumn
    entity: Entity | None = None
    separator: str = ","
    decimal_comma: bool = False
    encoding: Literal["utf8", "utf8-lossy"] = "utf8"
    null_values: list[str] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
    duplicates: Literal["keep_first", "keep_last"] = "keep_last"


class SourceColumn(_Strict):
    """Where a contract column's values come from: exactly one of column, constant, asset.

    `column` (in `unit`) of the table's own input, or of another `input`, joined by nearest
    earlier time within `within_minutes`; a `constant`; or an attribute of the row's `asset`.
    """

    column: str | None = None
    unit: str | None = None
    input: str | None = None
    within_minutes: int = 60
    constant: float | str | None = None
    asset: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = [
            name for name in ("column", "constant", "asset") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            message = f"give exactly one of `column`, `constant`, `asset` (given: {given})"
            raise ValueError(message)
        return self


class TableMapping(_Strict):
    """One contract table, filled from one input."""

    input: str
    columns: dict[str, SourceColumn]


class Mapping(_Strict):
    """A whole mapping file. `name` names the deliveries it makes."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    product: str
    description: str = ""
    attribution: str = ""
    inputs: dict[str, Input]
    tables: dict[str, TableMapping]
    assets: list[dict[str, Any]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _references(self) -> Self:
        for table, mapped in self.tables.items():
            names = [mapped.input, *(c.input for c in mapped.columns.values() if c.input)]
            for name in names:
                if name not in self.inputs:
                    message = f"tables.{table}: no input {name!r}; known: {sorted(self.inputs)}"
                    raise ValueError(message)
            if self.inputs[mapped.input].entity is None:
                message = f"inputs.{mapped.input}: `entity` is needed, table {table} is made of it"
                raise ValueError(message)
        return self


def read_mapping(path: Path, contracts: MappingOf[str, Contract]) -> Mapping:
    """The mapping in a YAML file, checked against the contracts it fills.

    Raises: MappingError naming the file and every entry that is wrong.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); give the path of a mapping file."
        raise MappingError(message) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"{path}: is not YAML: {error}"
        raise MappingError(message) from error
    try:
        mapping = Mapping.model_validate(document)
    except ValidationError as error:
        details = "\n".join(
            f"  {'.'.join(str(part) for part in one['loc']) or '(whole file)'}: {one['msg']}"
            for one in error.errors()
        )
        message = f"{path}: is not a mapping:\n{details}"
        raise MappingError(message) from error
    for table, mapped in mapping.tables.items():
        _check_table(path, table, mapped, contracts)
    return mapping


def mapping_hash(mapping: Mapping) -> str:
    """SHA-256 of what the mapping says (comments and layout do not count)."""
    return hashlib.sha256(mapping.model_dump_json().encode()).hexdigest()


def _check_table(
    path: Path, table: str, mapped: TableMapping, contracts: MappingOf[str, Contract]
) -> None:
    if table not in contracts:
        message = f"{path}: tables.{table}: no such table; known: {sorted(contracts)}"
        raise MappingError(message)
    contract = contracts[table]
    made_by_landing = {contract.time_column, *(contract.key)}
    known = [c.name for c in contract.columns if c.name not in made_by_landing]
    for name in mapped.columns:
        if name not in known:
            message = f"{path}: tables.{table}.columns.{name}: no such column; known: {known}"
            raise MappingError(message)
