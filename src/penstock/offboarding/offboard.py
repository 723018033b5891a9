"""Offboarding a tenant: suspended, exported, removed, searched for, and its entry taken out last.

Belongs here: the order, and that every step can be done again. Does not belong here: the steps.

Killed at any moment, the next call goes on: before the export is whole it begins anew, afterwards
the marker knows what the ledger did, and what is removed already is not there to remove again.
"""

import filecmp
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from penstock.contracts.directory import Directory, directory_of
from penstock.contracts.product import PLATFORM, Product
from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically
from penstock.locking import writer_lock
from penstock.offboarding.export import (
    DROPPED,
    REPORT,
    ExportError,
    export,
    is_export,
    refuse_place,
)
from penstock.offboarding.holdings import (
    Holdings,
    Names,
    holdings_of,
    names_of,
    raw_tables_of,
    report_of,
    runs_of,
    table_of,
)
from penstock.offboarding.in_warehouse import clear, search
from penstock.offboarding.marker import Marker, marker_file, read_marker, write_marker
from penstock.releasing.bag import PAYLOAD
from penstock.releasing.series import series_of
from penstock.settings import Settings, new_run_id
from penstock.tidying.compact import compact

Progress = Callable[[str], None]


class OffboardError(PenstockError):
    """A tenant of whom something is left; the offboarding is not finished."""


@dataclass(frozen=True)
class Looked:
    """A place that was searched, how much of it, and what of the tenant was found there."""

    place: str
    looked_at: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class OffboardReport:
    """What was looked at. `export` is None where there was nothing to export.

    `was_known`: whether there was an entry, or data, of the tenant at all. `kept` may tell of it
    and stays: sealed releases over all tenants, what they were made of, files of alerts that do.
    """

    looked: tuple[Looked, ...]
    export: Path | None
    was_known: bool
    kept: tuple[Path, ...] = ()

    @property
    def found(self) -> list[str]:
        """Everything of the tenant that was found, by place."""
        return [f"{one.place}: {what}" for one in self.looked for what in one.found]


def offboard(
    product: Product,
    settings: Settings,
    slug: str,
    *,
    to: Path | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _: None,
) -> OffboardReport:
    """Export a tenant's data to `to`, remove everything of it, and search for what is left.

    `to` defaults to a folder of its own below `<data>/offboarded`. A dry run only looks.

    Raises: OffboardError naming what is left; ExportError; WriterBusyError while a command of the
    product runs; PenstockError when the slug is none, or its entry cannot be taken out alone.
    """
    directory = directory_of(product)
    relations = directory.relations(settings, slug)
    entry = directory.entry(settings, slug)  # what cannot be finished is not begun
    one = replace(product, tenant=slug)
    path = marker_file(product, settings, slug)
    wait = settings.lock_wait_seconds
    begun = read_marker(path)
    place = None if to is None else to.expanduser().resolve()
    if place is not None and (begun is None or begun.export != str(place)):
        refuse_place(place, settings)
    if entry is not None and not dry_run:
        directory.set_status(settings, slug, "suspended")
    with ExitStack() as locks:
        # Whoever runs a command of the product may have taken this tenant up before.
        for lock in (product.life(settings), product.lock(settings)):
            locks.enter_context(
                writer_lock(lock, holder=f"tenants offboard {slug}", wait_seconds=wait)
            )
        marker = read_marker(path)
        tables = raw_tables_of(one, settings) if marker is None else marker.raw_tables
        names = names_of(one, relations, tables)
        if dry_run or (marker is None and entry is None):
            progress("searching")
            runs = runs_of(one, settings) if marker is None else marker.runs
            looked = _look(one, settings, names, holdings_of(one, settings, names, runs))
            report = OffboardReport(looked, None, was_known=entry is not None or marker is not None)
            if dry_run or not report.found:
                return report
        if marker is None:
            marker = _new_marker(one, settings, sorted(tables))
        if place is not None and not marker.is_exported:
            marker = replace(marker, export=str(place))
        write_marker(path, marker)
        held = holdings_of(one, settings, names, marker.runs)
        marker = _exported(one, settings, held, marker, path, entry=entry, progress=progress)
        progress("removing")
        _remove(one, settings, names, held)
        _remove_dropped(held, Path(marker.export) / PAYLOAD / DROPPED if marker.export else None)
        progress("searching for what is left")
        looked = _look(one, settings, names, holdings_of(one, settings, names, marker.runs))
        folder = Path(marker.export) if marker.export else None
        report = OffboardReport(
            looked, folder, was_known=True, kept=_kept(product, settings, names)
        )
        _finish(directory, settings, report, path, slug)
    return report


def _new_marker(one: Product, settings: Settings, tables: list[str]) -> Marker:
    folder = settings.data_dir / "offboarded" / one.series / new_run_id()
    return Marker(
        began_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        export=str(folder),
        is_exported=False,
        raw_tables=tables,
        runs=sorted(runs_of(one, settings)),
    )


def _exported(
    one: Product,
    settings: Settings,
    held: Holdings,
    marker: Marker,
    path: Path,
    *,
    entry: str | None,
    progress: Progress,
) -> Marker:
    """The marker after the export, which is made unless it says that it was."""
    folder = Path(marker.export)
    if marker.is_exported:
        if marker.export and not folder.is_dir():
            message = (
                f"{folder}: the export is gone, and part of what it holds is removed already: put "
                f"it back, then again: penstock tenants offboard {one.tenant}"
            )
            raise ExportError(message)
        return marker
    progress(f"exporting to {folder}")
    # Whole as it is there: a kill came before the marker said so.
    is_there = is_export(folder, one.series)
    files = 1 if is_there else export(one, settings, held, folder, entry=entry)
    done = replace(marker, is_exported=True, export=marker.export if files else "")
    write_marker(path, done)
    return done


def _remove(one: Product, settings: Settings, names: Names, held: Holdings) -> None:
    for warehouse in _warehouses(one, settings):
        clear(warehouse, settings, names)
        # Deleted rows stay in the file's free blocks until it is written anew.
        compact(warehouse, settings, always=True)
    for path in held.everything:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _remove_dropped(held: Holdings, copies: Path | None) -> None:
    """Remove what was dropped as far as the export has it: others may drop files at any moment."""
    for root in held.dropped:
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif copies is not None and _is_copied(path, copies / path.relative_to(root)):
                path.unlink()
        if root.is_dir() and not any(root.iterdir()):
            root.rmdir()


def _is_copied(path: Path, copy: Path) -> bool:
    return path.is_file() and copy.is_file() and filecmp.cmp(path, copy, shallow=False)


def _finish(
    directory: Directory, settings: Settings, report: OffboardReport, path: Path, slug: str
) -> None:
    if report.found:
        message = "\n".join(
            [
                f"{slug}: something is left, so that its entry stays; expected nothing:",
                *report.found,
                f"remove it by hand, then again: penstock tenants offboard {slug}",
            ]
        )
        raise OffboardError(message)
    if report.export is not None:
        text = json.dumps([asdict(one) for one in report.looked], indent=1)
        write_text_atomically(report.export / REPORT, text)
    directory.remove_entry(settings, slug)
    path.unlink()


def _kept(product: Product, settings: Settings, names: Names) -> tuple[Path, ...]:
    """What is over all tenants: of the platform, sealed or drawn as a whole, and files of alerts.

    An alert may speak of several tenants, and others add to its file at any moment.
    """
    platform: tuple[Path, ...] = ()
    if product.platform is not None:
        one = replace(product, tenant=PLATFORM)
        folder, report = series_of(settings, one.series).folder, report_of(one, settings)
        platform = (folder, one.raw_dir(settings), report)
    told = re.compile(f"{names.pattern}|tenant {names.slug}($|[^a-z0-9_])")
    alerts = [
        path
        for path in sorted(settings.alerts_file.parent.glob("alerts*.jsonl"))
        if told.search(path.read_text(encoding="utf-8").replace(r"\n", "\n"))
    ]
    return (*(one for one in platform if one.exists()), *alerts)


def _warehouses(one: Product, settings: Settings) -> list[Path]:
    both = (one.warehouse(settings), one.dev_warehouse(settings))
    return [path for path in both if path.exists()]


def _look(one: Product, settings: Settings, names: Names, held: Holdings) -> tuple[Looked, ...]:
    """Search every place where something of a tenant can be."""
    looked = []
    for warehouse in _warehouses(one, settings):
        found = search(warehouse, settings, names)
        told = f"{found.relations:,} relations, {found.rows:,} rows, every text of them"
        looked.append(Looked(f"warehouse {warehouse.name}", told, found.found))
    for place, root, own in (
        ("raw", settings.raw_dir, {held.raw}),
        *(("dropped", folder.parent, {folder}) for folder in held.dropped),
        ("quarantine", settings.quarantine_dir, {held.refused_files, *held.retracted}),
        ("releases", settings.releases_dir, {held.releases}),
        ("reports", settings.reports_dir, {held.report}),
        ("ledger and state", settings.warehouse_dir, {held.state, *held.ledger}),
    ):
        files, left = _below(root, own, names)
        looked.append(Looked(place, f"{files:,} names below {root}", tuple(left)))
    kept = f", {len(held.shared_runs)} of them others' as well: kept" if held.shared_runs else ""
    folders = sum(1 for _ in settings.runs_dir.glob("*"))
    looked.append(
        Looked("runs", f"{folders:,} runs and their texts{kept}", tuple(map(str, held.runs)))
    )
    return tuple(looked)


def _below(root: Path, own: set[Path], names: Names) -> tuple[int, list[str]]:
    """How many files and folders lie below `root`, and those of the tenant."""
    count, left = 0, []
    for path in _walk(root):
        count += 1
        is_named = path.name in names.relations.raw_tables | names.relations.built
        if path in own or is_named or table_of(path) in names.relations.raw_tables:
            left.append(str(path))
    return count, left


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        yield from (Path(folder) / name for name in (*folders, *files))
