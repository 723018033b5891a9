"""The declaration a data product hands to the spine.

Belongs here: what the spine must know of a product, as data.
Does not belong here: any product; behaviour.
"""
# long because: it is one declaration, and a field is explained once.

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl

from penstock.alerts import Alert
from penstock.contracts.contract import Contract
from penstock.contracts.directory import Directory
from penstock.contracts.layered import FolderLanding, Layer, LayeredRun
from penstock.contracts.published import PublishedTable
from penstock.contracts.roll import Roll
from penstock.contracts.routes import Routes
from penstock.contracts.starter import Starter
from penstock.errors import PenstockError
from penstock.settings import REPOSITORY_ROOT, Settings

MOCK = "mock"
"""Source of generated deliveries; they never mix with real ones."""

DROPPED = "dropped"
"""Source of a file that no command landed. It can only speak of assets that a landing declared,
so it belongs to whatever lies there, mock or real."""

PLATFORM = "platform"
"""Stands where a tenant's slug would, for what a product keeps over all its tenants."""


class MockDays(Protocol):
    """Lands the generated days from `start` to `end` (inclusive) that have not landed yet."""

    def __call__(
        self,
        product: "Product",
        settings: Settings,
        *,
        start: date | None = None,
        end: date | None = None,
        seed: int | None = None,
        portfolio: Path | None = None,
        is_clean: bool | None = None,
        run_id: str | None = None,
        progress: Callable[[str], None] = ...,
    ) -> int:
        """The number of files written. A clean world has no planted faults."""


class LandOwn(Protocol):
    """Lands what a product knows by itself, without anybody delivering it."""

    def __call__(self, product: "Product", settings: Settings) -> int:
        """The number of files written; what has landed already is not written again."""


class LandFolders(Protocol):
    """Lands the files of a product whose drops are folders, each file as it is."""

    def __call__(
        self, product: "Product", settings: Settings, folders: Sequence[Path]
    ) -> FolderLanding:
        """What became of every file."""


class LandTables(Protocol):
    """Lands a tenant's tables, each routed by what it physically is."""

    def __call__(
        self,
        product: "Product",
        settings: Settings,
        inputs: Sequence[Path],
        *,
        source: str | None = None,
        again: bool = False,
        progress: Callable[[str], None] = ...,
    ) -> FolderLanding:
        """What became of every file. `source` is the connector that brought it."""


class LandDrop(Protocol):
    """Lands what lies in a product's drop folder and nobody has taken yet."""

    def __call__(
        self,
        product: "Product",
        settings: Settings,
        *,
        run_id: str,
        progress: Callable[[str], None] = ...,
    ) -> FolderLanding:
        """What became of every file, and of those that were refused before."""


class RouteAgain(Protocol):
    """Judges refused files again and lands those that are accepted now."""

    def __call__(
        self, product: "Product", settings: Settings, origins: Sequence[str], *, run_id: str
    ) -> FolderLanding:
        """What became of every file."""


@dataclass(frozen=True)
class RefusedFiles:
    """What can be done with files that a product refuses as a whole, by their origin.

    `show` gives the facts of one; `discard` lays one aside while the writer's lock is held and
    returns where it is kept. Both return None where the origin is no such file.
    """

    show: Callable[["Product", Settings, str], Mapping[str, object] | None]
    replay: RouteAgain
    discard: Callable[["Product", Settings, str], Path | None]


class RunLayers(Protocol):
    """Runs a product in layers, whole or one layer from what an earlier run left."""

    def __call__(
        self,
        product: "Product",
        settings: Settings,
        *,
        as_of: date | None = None,
        layer: Layer | None = None,
        from_run: str | None = None,
        run_id: str | None = None,
        progress: Callable[[str], None] = ...,
    ) -> LayeredRun:
        """What was done."""


class FindAlerts(Protocol):
    """What a mart says, in the days from `first` to `last`, that somebody has to be told."""

    def __call__(
        self, product: "Product", settings: Settings, *, first: date, last: date
    ) -> list[Alert]:
        """The alerts, none if all is well."""


FindDoubts = Callable[[str, pl.DataFrame, pl.DataFrame], list[str]]
"""What looks odd to a product in mapped rows of a table, given what their mapping declares: one
sentence each, for whoever lands them."""


@dataclass(frozen=True)
class Watch:
    """A rule over one mart. `name` becomes the name of its check."""

    name: str
    mart: str
    description: str
    find: FindAlerts


def _no_mapping(entries: Sequence[Mapping[str, Any]], where: str) -> pl.DataFrame:  # noqa: ARG001 - the field's signature
    raise PenstockError(f"{where}: this product takes folders as they are, not through a mapping")


@dataclass(frozen=True, kw_only=True)
class Product:
    """One data product: its contracts, files, dbt project and tables.

    `contracts` are in load order: a table that others refer to comes before them. `published` are
    the tables its users read, in a release; `release_extras` writes further files of the product's
    own below a release's payload folder; where `extras_count`, another text of theirs makes a
    release although no row differs. `lookback_days`: how many days before a stale day its arrival
    can still change. `flat_raw`: files lie in `raw/<table>/`, without a folder of the product
    between. `declaring` names the contract whose rows (assets) other tables refer to, and
    `parse_declared` turns a mapping's description of them (and the mapping's path, beside which it
    may look for more) into that contract's rows. `mock` lands generated days, `report` writes an
    HTML report of the marts; `source` says whether a run makes mock data or takes landed files
    only. `summary` is the SQL of the table a run prints. `watches` find in the marts what somebody
    has to be told, `find_doubts` in rows about to land. `starter` is what it knows for a first
    draft of a mapping. `schemas` are those of the warehouse, the first where a name is looked up
    first.

    A product of daily partitions has `declaring` and `parse_declared`. One whose inputs are whole
    files instead has `land_folders`, which lands drops, and `run_layers`, which builds its layers;
    `drop_dir` is the folder from which a run takes what has been dropped there.

    A product that serves several tenants declares `tenants`, the slugs that runs include, `roll`,
    every entry's standing, and `of_tenant`, one tenant's own declaration: `tenant` set, with its
    contracts, tables and series; lock and warehouse stay the product's. `drop_dir` then holds a
    folder per tenant, and a tenant's own is that folder; `land_drop` lands what lies there, and
    `routes` tells where the files of a run (by its id) went. `environment` is what its dbt run
    reads besides, `select` the models it consists of (empty: all). Models that find out by
    themselves what has changed are built without being told (`finds_changes`). `platform` declares
    what is kept over all tenants, a product of its own as a tenant's is: its `land_own` lands what
    there is to tell of them. `directory` answers questions about tenants and connectors,
    `refused_files` is what can be done with files that were refused as a whole.
    """

    name: str
    contracts: Mapping[str, Contract]
    published: tuple[PublishedTable, ...]
    mock: MockDays
    report: Callable[["Product", Settings], Path]
    source: Callable[[Settings], Literal["mock", "files"]]
    summary: str
    watches: tuple[Watch, ...] = ()
    find_doubts: FindDoubts = lambda *_: []
    starter: Starter = field(default_factory=Starter)
    lookback_days: int = 0
    flat_raw: bool = False
    release_extras: Callable[["Product", Settings, Path], None] | None = None
    extras_count: bool = False
    schemas: tuple[str, ...] = ("marts", "intermediate", "staging", "raw")
    declaring: str = ""
    parse_declared: Callable[[Sequence[Mapping[str, Any]], str], pl.DataFrame] = _no_mapping
    land_folders: LandFolders | None = None
    run_layers: RunLayers | None = None
    drop_dir: Callable[[Settings], Path] | None = None
    tenant: str = ""
    tenants: Callable[[Settings], Sequence[str]] | None = None
    of_tenant: Callable[["Product", Settings, str], "Product"] | None = None
    platform: Callable[["Product", Settings], "Product"] | None = None
    land_own: LandOwn | None = None
    roll: Callable[[Settings], Roll] | None = None
    land_tables: LandTables | None = None
    land_drop: LandDrop | None = None
    routes: Callable[["Product", Settings, str], Routes] | None = None
    refused_files: Callable[[], RefusedFiles] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    finds_changes: bool = False
    directory: Callable[[], Directory] | None = None

    @property
    def series(self) -> str:
        """Name of the product's series of releases, or of the tenant's."""
        return f"{self.name}/{self.tenant}" if self.tenant else self.name

    @property
    def whose(self) -> str:
        """What follows the product's name in a command: ` --tenant acme`, or nothing."""
        return f" --tenant {self.tenant}" if self.tenant else ""

    @property
    def commits(self) -> str:
        """Table of the warehouse with the last common commit of ledger and warehouse."""
        return f"commits_{self.tenant}" if self.tenant else "commits"

    @property
    def pipeline(self) -> str:
        """Name of the pipeline, and of the schema, that dlt keeps for the product or tenant."""
        return f"penstock_{self.series.replace('/', '_')}"

    @property
    def marts(self) -> tuple[str, ...]:
        """Names of the published tables."""
        return tuple(one.name for one in self.published)

    @property
    def dated_tables(self) -> tuple[str, ...]:
        """Raw tables whose rows belong to days that every source has to bring."""
        return tuple(
            name
            for name, one in self.contracts.items()
            if one.time_column is not None and not one.is_optional
        )

    @property
    def dbt_project(self) -> Path:
        """Folder of the product's dbt project."""
        return REPOSITORY_ROOT / "dbt" / f"{self.name}_dbt"

    def raw_dir(self, settings: Settings) -> Path:
        """Folder that holds one folder of landed files per table."""
        return settings.raw_dir if self.flat_raw else settings.raw_dir / self.series

    def warehouse(self, settings: Settings) -> Path:
        """The working warehouse: written by penstock only, read by nobody else."""
        return settings.warehouse_dir / f"{self.name}.duckdb"

    def dev_warehouse(self, settings: Settings) -> Path:
        """The file the plain dbt CLI builds in."""
        return settings.warehouse_dir / f"{self.name}_dev.duckdb"

    def ledger(self, settings: Settings) -> Path:
        """The SQLite ledger beside the warehouse, each tenant's its own."""
        return settings.warehouse_dir / f"{self.series}.ledger.sqlite"

    def lock(self, settings: Settings) -> Path:
        """The writer's lock of the working warehouse."""
        return settings.warehouse_dir / f"{self.name}.lock"

    def life(self, settings: Settings) -> Path:
        """Lock that every running command of this product shares: a sign of life."""
        return settings.warehouse_dir / f"{self.name}.running.lock"

    def engine_dir(self, settings: Settings) -> Path:
        """State that dlt and dbt keep between runs."""
        return settings.warehouse_dir / f".{self.series}"

    def parse_dir(self, settings: Settings) -> Path:
        """Where dbt keeps its parse of the project: beside the tenants' folders, no slug.

        A product with tenants that is asked for none of them has another: dbt's stand-in names it.
        """
        is_nobodys = self.of_tenant is not None and not self.tenant
        return settings.parses_dir / f".{self.name}" / ("{demo}" if is_nobodys else "{parsed}")
