"""One landing contract: a Pydantic model of the columns of one object of one connector version.

Belongs here: what can be derived from it without looking at data. Does not belong here: the
contracts themselves (`contracts/`), matching tables with them (`routing.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel, create_model

from penstock.contracts.contract import ColumnType, Contract

EXTRA = "extra_columns"
"""Raw column with the values of columns that the contract does not know, as JSON."""

_METADATA_PREFIXES = ("_fivetran_", "_airbyte_", "_dlt_", "_sdc_")


def is_metadata(column: str) -> bool:
    """Whether a column tells of the landing tool instead of the source."""
    return column.lower().startswith(_METADATA_PREFIXES)


def source_schema_hash(columns: Mapping[str, str]) -> str:
    """MD5 over the sorted `column:type` pairs, metadata columns left out.

    >>> source_schema_hash({"id": "integer", "_fivetran_id": "string"})[:8]
    '59b547a6'
    """
    pairs = sorted(f"{name}:{kind}" for name, kind in columns.items() if not is_metadata(name))
    return hashlib.md5("\n".join(pairs).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class LandingVariant:
    """A header by which a tool lands an object as a file without types.

    `columns` maps every column of that header (metadata columns left out) to the contract's column,
    or to None where the contract has none: such values stay in the payload as text.
    """

    name: str
    columns: Mapping[str, str | None]


@dataclass(frozen=True)
class LandingContract:
    """What one object of a master model looks like when it lands.

    `revision` counts contracts of one object. `since` is the connector's version it came with.
    """

    master_model: str
    object_name: str
    schema: type[BaseModel]
    key: tuple[str, ...]
    cursor: str | None
    since: str
    revision: int = 1
    variants: tuple[LandingVariant, ...] = field(default=())

    @cached_property
    def columns(self) -> dict[str, ColumnType]:
        """Name to type, in the order of the schema."""
        return {one.name: one.type for one in Contract("", self.schema, self.key).columns}

    @cached_property
    def hash(self) -> str:
        """The blueprint's hash."""
        return source_schema_hash(self.columns)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns a table has to bring: key and cursor."""
        wanted = [*self.key, *([self.cursor] if self.cursor else [])]
        return tuple(dict.fromkeys(wanted))

    @property
    def label(self) -> str:
        """How messages call it."""
        revision = "" if self.revision == 1 else f" revision {self.revision}"
        return f"{self.master_model} {self.object_name}{revision}"

    def table(self, tenant: str, platform: str) -> str:
        """Name of the raw table of a tenant's connector."""
        suffix = "" if self.revision == 1 else f"__r{self.revision}"
        return f"{tenant}_{platform}__{self.object_name}{suffix}"

    def raw_contract(self, tenant: str, platform: str) -> Contract:
        """The contract of that raw table: these columns, and those nobody knew before as JSON.

        No value of a record names it among the versions a file may hold; its place does.
        """
        fields: dict[str, Any] = {
            name: (one.annotation, one) for name, one in self.schema.model_fields.items()
        }
        # A row without the first part of its key is nobody's: the gate refuses it.
        first = self.key[0]
        inner = [one for one in get_args(fields[first][0]) if one is not type(None)]
        fields[first] = (inner[0], ...)
        fields[EXTRA] = (str | None, None)
        table = self.table(tenant, platform)
        schema = create_model(table, __doc__=self.schema.__doc__, **fields)
        return Contract(table, schema, key=("_source_row",))
