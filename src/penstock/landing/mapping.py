"""Mappings: how a user's own files become a contract's columns, declared in YAML.

Belongs here: the mapping's schema, reading and checking it.
Does not belong here: applying it to files (`apply_mapping.py`); units (`convert.py`);
stamps and clocks (`stamps.py`).
"""
# long because: the vocabulary of a mapping and every check of it are read together.

import hashlib
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from penstock.contracts.contract import Column, Contract
from penstock.contracts.product import DROPPED, MOCK
from penstock.contracts.starter import FILL_IN, unfilled
from penstock.errors import PenstockError
from penstock.landing.convert import ConversionError, Notation, conversion
from penstock.landing.stamps import TimeColumn

_LISTED = 8
"""Entries that a message lists; assets that are alike repeat each other's."""


class MappingError(PenstockError):
    """A mapping that cannot be used: names the file, the entry, what was expected."""


def _one_character(separator: str) -> str:
    if len(separator.encode()) != 1 or separator in '"\r\n':
        message = f'expected one character such as "," or ";" or "\\t", got {separator!r}'
        raise ValueError(message)
    return separator


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """One kind of file. A file is recognised by having all `recognised_by` columns.

    `interval_minutes` is the length of the intervals of an input that tables join, for labels at
    their end and for means to interpolate; rows of a table's own input have the interval of their
    asset.
    """

    recognised_by: Annotated[list[str], Field(min_length=1)]
    time: TimeColumn
    entity: Entity | None = None
    interval_minutes: Annotated[int, Field(gt=0)] | None = None
    separator: Annotated[str, AfterValidator(_one_character)] = ","
    decimal_comma: bool = False
    thousands_mark: Literal[".", ",", " ", "'"] | None = None
    encoding: Literal["utf8", "utf8-lossy"] = "utf8"
    null_values: list[str] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
    duplicates: Literal["keep_first", "keep_last"] = "keep_last"

    @property
    def notation(self) -> Notation:
        """How the file writes numbers."""
        return Notation(self.decimal_comma, self.thousands_mark)

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.thousands_mark == ("," if self.decimal_comma else "."):
            message = (
                f"`thousands_mark: {self.thousands_mark!r}` is the decimal mark too; set "
                "`decimal_comma`, or another mark"
            )
            raise ValueError(message)
        return self


class SourceColumn(_Strict):
    """Where a contract column's values come from: exactly one of column, constant, asset.

    `column` (in `unit`) of the table's own input, or of another `input`, joined by time (and by
    entity, if that input has one); a `constant` (in `unit`); or an attribute of the row's `asset`.
    A joined column is `hold` from its nearest earlier time, or `interpolate`d between the values
    before and after the middle of the row's interval; each at most `within_minutes` away.
    """

    column: str | None = None
    unit: str | None = None
    input: str | None = None
    within_minutes: Annotated[int, Field(gt=0)] = 60
    between: Literal["hold", "interpolate"] = "hold"
    constant: Annotated[float, Field(allow_inf_nan=False)] | str | None = None
    asset: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = [
            name for name in ("column", "constant", "asset") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            message = f"give exactly one of `column`, `constant`, `asset` (given: {given})"
            raise ValueError(message)
        if self.asset is not None and self.unit is not None:
            message = f"`asset: {self.asset}` has the unit of the attribute; remove `unit`"
            raise ValueError(message)
        if self.input is not None and self.column is None:
            message = f"`input: {self.input}` needs the `column` to take from it; add it"
            raise ValueError(message)
        for option in ("within_minutes", "between"):
            if option in self.model_fields_set and self.input is None:
                message = f"`{option}` belongs to a `column` of another `input`; remove it"
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

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name in (MOCK, DROPPED):
            message = f"{name!r} names files that no mapping made; give the mapping another name"
            raise ValueError(message)
        return name

    @property
    def joined(self) -> set[str]:
        """The inputs that tables join."""
        columns = (c for table in self.tables.values() for c in table.columns.values())
        return {column.input for column in columns if column.input is not None}

    @model_validator(mode="after")
    def _intervals_of_joined_inputs(self) -> Self:
        for name in sorted(self.joined & self.inputs.keys()):
            spec = self.inputs[name]
            if spec.time.label == "end" and spec.interval_minutes is None:
                message = (
                    f"inputs.{name}: is joined and its labels are the `end` of an interval: add "
                    "`interval_minutes`, the length of its intervals"
                )
                raise ValueError(message)
        for name in sorted(self.inputs.keys() - self.joined):
            if self.inputs[name].interval_minutes is not None:
                message = (
                    f"inputs.{name}: `interval_minutes` is for inputs that tables join; remove it, "
                    "its rows have the interval of their asset"
                )
                raise ValueError(message)
        return self

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
    if open_entries := list(unfilled(document)):
        listed = ", ".join(open_entries[:_LISTED])
        more = f" and {len(open_entries) - _LISTED} more" if len(open_entries) > _LISTED else ""
        message = (
            f"{path}: still to be filled in: {listed}{more}; put a value for every {FILL_IN}, or "
            "remove the entry where the comment beside it says that it does not apply"
        )
        raise MappingError(message)
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
    """SHA-256 of what the mapping says (comments, layout and defaults do not count)."""
    # Without defaults: an option that a later version adds leaves the hashes of mappings alone.
    return hashlib.sha256(mapping.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def _check_table(
    path: Path, table: str, mapped: TableMapping, contracts: MappingOf[str, Contract]
) -> None:
    known = sorted(name for name, one in contracts.items() if one.time_column and one.reference)
    if table not in known:
        message = f"{path}: tables.{table}: no such table; known: {known}"
        raise MappingError(message)
    contract = contracts[table]
    made_by_landing = {contract.time_column, *(contract.key)}
    columns = [c.name for c in contract.columns if c.name not in made_by_landing]
    for name, source in mapped.columns.items():
        where = f"{path}: tables.{table}.columns.{name}"
        if name not in columns:
            message = f"{where}: no such column; known: {columns}"
            raise MappingError(message)
        problem = _problem(source, contract.by_name[name], contract, contracts)
        if problem:
            message = f"{where}: {problem}"
            raise MappingError(message)


def _problem(
    source: SourceColumn,
    target: Column,
    contract: Contract,
    contracts: MappingOf[str, Contract],
) -> str | None:
    """Why the contract's column cannot be filled this way; None when it can."""
    if source.constant is not None:
        return _problem_of_constant(source.constant, target) or _problem_of_unit(source, target)
    if source.between == "interpolate" and target.type == "string":
        return "a text has nothing in between: use `between: hold`"
    if source.asset is None:
        return _problem_of_unit(source, target)
    described = contracts[contract.reference.table].by_name if contract.reference else {}
    attribute = described.get(source.asset)
    if attribute is None:
        return f"no attribute {source.asset!r} of an asset; known: {sorted(described)}"
    numbers = ("float", "integer")
    alike = attribute.type == target.type or {attribute.type, target.type} <= set(numbers)
    if not alike or attribute.unit != target.unit:
        return (
            f"the asset's {source.asset!r} is a {attribute.type} in {attribute.unit or 'no unit'}; "
            f"the column wants a {target.type} in {target.unit or 'no unit'}; name another"
        )
    return None


def _problem_of_constant(constant: float | str, target: Column) -> str | None:
    if target.choices and constant not in target.choices:
        return f"constant {constant!r}: expected one of {list(target.choices)}"
    if target.type == "string" and not isinstance(constant, str):
        return f"constant {constant!r}: expected a text; put it in quotes"
    if target.type != "string" and isinstance(constant, str):
        return f"constant {constant!r}: expected a number, without quotes"
    return None


def _problem_of_unit(source: SourceColumn, target: Column) -> str | None:
    if source.unit is None:
        return None
    if target.unit is None:
        return f"unit {source.unit!r}: the column has no unit; remove it"
    try:
        conversion(source.unit, target.unit)
    except ConversionError as error:
        return str(error)
    return None
