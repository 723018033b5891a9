"""What a tenant holds outside the warehouse: folders, files, run folders; and its names.

Belongs here: finding them, by exact names. Does not belong here: relations and rows of the
warehouse (`in_warehouse.py`); removing anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from penstock.contracts.directory import Relations
from penstock.contracts.product import Product
from penstock.landing.files import PartitionName
from penstock.ledger import Ledger
from penstock.releasing.series import series_of
from penstock.settings import Settings
from penstock.tidying.growth import retracted_dir

_TEXTS = (".jsonl", ".txt", ".json", ".yaml")


@dataclass(frozen=True)
class Names:
    """By what a tenant is known: its slug, its relations, and what other texts call it."""

    slug: str
    relations: Relations
    commits: str
    pipeline: str
    series: str

    @property
    def pattern(self) -> str:
        """A regular expression (RE2, and Python's) that finds a name of the tenant in a text.

        A slug alone is no such name: it may be a common word.
        """
        names = {*self.relations.raw_tables, *self.relations.built, self.commits, self.pipeline}
        either = "|".join(map(re.escape, sorted({*names, self.series})))
        return f"(^|[^a-z0-9_])({either})($|[^a-z0-9_])"


@dataclass(frozen=True)
class Holdings:
    """Files and folders of a tenant, there or not; `shared_runs` are those of others as well."""

    releases: Path
    raw: Path
    dropped: tuple[Path, ...]
    refused_files: Path
    refused_rows: tuple[Path, ...]
    retracted: tuple[Path, ...]
    report: Path
    runs: tuple[Path, ...]
    shared_runs: tuple[Path, ...]
    ledger: tuple[Path, ...]
    state: Path

    @property
    def everything(self) -> list[Path]:
        """All that has to go and is written by nobody else (as `dropped` is), the ledger last."""
        return [
            self.releases,
            self.raw,
            self.refused_files,
            *self.refused_rows,
            *self.retracted,
            self.report,
            *self.runs,
            self.state,
            *self.ledger,
        ]


def names_of(one: Product, relations: Relations, raw_tables: Iterable[str]) -> Names:
    """A tenant's names; `raw_tables` are those that it has or had beside the catalogue's."""
    whole = Relations(
        raw_tables=relations.raw_tables | frozenset(raw_tables),
        schemas=relations.schemas,
        built=relations.built,
        pooled=relations.pooled,
    )
    return Names(one.tenant, whole, one.commits, one.pipeline, one.series)


def raw_tables_of(one: Product, settings: Settings) -> set[str]:
    """Raw tables that the tenant's ledger or folder knows, in the catalogue or no longer."""
    folder = one.raw_dir(settings)
    found = {path.name for path in folder.glob("*") if path.is_dir()}
    if one.ledger(settings).exists():
        with Ledger(one.ledger(settings)) as ledger:
            found |= {delivery.table_name for delivery in ledger.deliveries()}
    return found


def runs_of(one: Product, settings: Settings) -> set[str]:
    """Ids of the tenant's runs, as its ledger and its releases know them."""
    found = {entry.run_id for entry in series_of(settings, one.series).released()}
    if one.ledger(settings).exists():
        with Ledger(one.ledger(settings)) as ledger:
            found |= ledger.run_ids()
    return found


def holdings_of(one: Product, settings: Settings, names: Names, runs: Iterable[str]) -> Holdings:
    """Where everything of the tenant lies; `runs` are ids that are known to be its own."""
    ledger = one.ledger(settings)
    tables = names.relations.raw_tables
    known = set(runs)
    mine = [
        path
        for path in sorted(settings.runs_dir.glob("*"))
        if path.name in known or names_in(path, names)
    ]
    others = _runs_of_others(one, settings) if mine else set()
    quarantine = settings.quarantine_dir
    return Holdings(
        releases=series_of(settings, one.series).folder,
        raw=one.raw_dir(settings),
        dropped=() if one.drop_dir is None else (one.drop_dir(settings) / one.tenant,),
        refused_files=quarantine / one.series,
        refused_rows=tuple(
            path
            for folder in (quarantine, quarantine / "discarded")
            for path in sorted(folder.glob("*.parquet"))
            if table_of(path) in tables
        ),
        retracted=tuple(retracted_dir(settings) / table for table in sorted(tables)),
        report=report_of(one, settings),
        runs=tuple(path for path in mine if path.name not in others),
        shared_runs=tuple(path for path in mine if path.name in others),
        ledger=tuple(ledger.with_name(f"{ledger.name}{end}") for end in ("-wal", "-shm", "")),
        state=one.engine_dir(settings),
    )


def report_of(one: Product, settings: Settings) -> Path:
    """The page that was drawn last from the working warehouse."""
    return settings.reports_dir / f"{one.series.replace('/', '_')}.html"


def table_of(path: Path) -> str | None:
    """The raw table whose rows or refused rows a file holds, by its name; None if by no such name.

    >>> table_of(Path("acme_shopify__orders_2026-03-01.0f.parquet"))
    'acme_shopify__orders'
    >>> table_of(Path("acme_shopify__orders__acme_shopify__orders_2026-03-01.0f.parquet"))
    'acme_shopify__orders'
    """
    name = PartitionName.parse(path.name)
    if name is None:
        return None
    # Refused rows lie in a file that is called by delivery: <table>/<file>, its slash as `__`.
    half = name.table[: (len(name.table) - 2) // 2]
    return half if name.table == f"{half}__{half}" else name.table


def names_in(folder: Path, names: Names) -> bool:
    """Whether a text file of a folder names the tenant's relations or series."""
    pattern = re.compile(names.pattern)
    return any(
        pattern.search(line)
        for path in _texts(folder)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    )


def _texts(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (one for one in sorted(folder.rglob("*")) if one.suffix in _TEXTS)


def _runs_of_others(one: Product, settings: Settings) -> set[str]:
    """Ids of runs that any other ledger knows."""
    found: set[str] = set()
    for path in settings.warehouse_dir.rglob("*.ledger.sqlite"):
        if path != one.ledger(settings):
            with Ledger(path) as ledger:
                found |= ledger.run_ids()
    return found
