"""Tidying a product: what has outlived its age goes, the warehouse is compacted.

Belongs here: which age each state has, the order. Does not belong here: landed files, loaded or
quarantined rows (they are kept); Dagster's own history (`make ui`).
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.locking import writer_lock
from penstock.settings import Settings
from penstock.tidying.growth import retracted_dir, size_of

_RUNS_KEPT = 100
"""The latest runs are kept however old they are."""

_ALERTS_BYTES = 1_000_000
"""Alerts up to this size stay in one file."""


@dataclass(frozen=True)
class Removal:
    """One kind of thing that went, or would go: how many, and their bytes (0 for ledger rows)."""

    what: str
    count: int
    bytes: int


@dataclass(frozen=True)
class TidyReport:
    """What was removed, or would be, and the warehouse's bytes before and after."""

    removals: tuple[Removal, ...]
    warehouse_before: int
    warehouse_after: int
    is_dry_run: bool = False


def tidy(
    product: Product,
    settings: Settings,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TidyReport:
    """Remove what is older than its setting allows and compact the warehouse.

    A dry run only looks. `now` (UTC) is the moment that ages are counted from.

    Raises: WriterBusyError; CompactError (what was removed before stays removed).
    """
    moment = now or datetime.now(UTC)
    if dry_run:
        size = size_of(product.warehouse(settings))
        removals = tuple(_removals(product, settings, moment, remove=False))
        return TidyReport(removals, size, size, is_dry_run=True)
    with writer_lock(
        product.lock(settings), holder="tidy", wait_seconds=settings.lock_wait_seconds
    ):
        progress("removing what is old")
        removals = tuple(_removals(product, settings, moment, remove=True))
        warehouse = product.warehouse(settings)
        if not warehouse.exists():
            return TidyReport(removals, 0, 0)
        # DuckDB is imported only where there is something to compact.
        from penstock.tidying.compact import compact  # noqa: PLC0415

        progress("compacting the warehouse")
        compacted = compact(warehouse, settings)
        return TidyReport(removals, compacted.before, compacted.after)


def _removals(
    product: Product, settings: Settings, now: datetime, *, remove: bool
) -> Iterator[Removal]:
    history = now - timedelta(days=settings.keep_history_days)
    retracted = now - timedelta(days=settings.keep_retracted_days)
    work = now - timedelta(days=settings.keep_work_days)
    if remove:
        _begin_new_alerts(settings)
    if product.ledger(settings).exists():
        with Ledger(product.ledger(settings)) as ledger:
            count = ledger.forget_runs(history, keep=_RUNS_KEPT, dry_run=not remove)
        yield Removal("runs in the ledger", count, 0)
    engine = product.engine_dir(settings)
    for what, paths, before in (
        ("retracted files", _retracted(product, settings), retracted),
        ("dlt packages", engine.glob("dlt/*/load/loaded/*"), work),
        ("dbt logs", engine.glob("*/logs/dbt.log.*"), work),
        ("files spilled by DuckDB", settings.duckdb_temp_directory.glob("duckdb_temp_*"), work),
        ("files of alerts", settings.alerts_file.parent.glob("alerts.*.jsonl"), history),
    ):
        yield _remove_old(what, paths, before, remove=remove)


def _retracted(product: Product, settings: Settings) -> Iterator[Path]:
    for table in product.contracts:
        yield from (retracted_dir(settings) / table).glob("*")


def _remove_old(what: str, paths: Iterator[Path], before: datetime, *, remove: bool) -> Removal:
    """Files and folders that came to their place, by writing or moving, before a moment."""
    old = [path for path in paths if path.lstat().st_ctime < before.timestamp()]
    removal = Removal(what, len(old), sum(map(size_of, old)))
    for path in old if remove else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return removal


def _begin_new_alerts(settings: Settings) -> None:
    """Set a long file of alerts aside, whole: a line that is just being appended goes with it."""
    current = settings.alerts_file
    if current.exists() and current.stat().st_size > _ALERTS_BYTES:
        last = datetime.fromtimestamp(current.stat().st_mtime, UTC)
        current.rename(current.with_name(f"alerts.{last:%Y%m%dT%H%M%SZ}.jsonl"))
