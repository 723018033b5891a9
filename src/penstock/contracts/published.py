"""What a product publishes: tables that leave the house in a release.

Belongs here: the declaration of one published table. Does not belong here: building, sealing or
reading it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Trace:
    """Where the rows behind a published row are found: finer rows of another table.

    `table` is a published table, or a raw table of the product's contracts. `columns` maps the
    finer table's column to the published one it has to equal; `per` compares it by its day or
    month instead of as it is.
    """

    table: str
    columns: Mapping[str, str]
    per: Mapping[str, Literal["day", "month"]] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedTable:
    """One table of a release.

    `key`: columns that name a row, together unique; rows are sealed in their order. `month_column`:
    a date or timestamp by which a large table is cut into one Parquet file per month; None for one
    file. `layer` is the schema it is built in. `folder` is where its files lie in a release.
    `in_warehouse`: whether it is in the released `warehouse.duckdb` as well (tables of day grain
    and coarser); a table of intervals is read from its Parquet files, and if a build never touches
    rows before the first day it rebuilds (`is_built_by_day`), a release need not look at all of
    them every time. `may_shrink`: rows that leave it are nothing to ask about. `traces` lead to the
    rows it was computed from.

    Raises: ValueError for a table without a key.
    """

    name: str
    key: tuple[str, ...]
    month_column: str | None = None
    layer: str = "marts"
    folder: str = "tables"
    in_warehouse: bool = True
    is_built_by_day: bool = False
    may_shrink: bool = False
    traces: tuple[Trace, ...] = ()

    def __post_init__(self) -> None:
        if not self.key:
            message = f"{self.name}: a published table needs a key that names its rows"
            raise ValueError(message)
