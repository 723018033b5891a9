"""Looking at a product: its state, its quarantine, its health.

Belongs here: what `status`, `quarantine show` and `doctor` tell. Does not belong here: printing;
changing anything.
"""

import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from penstock.contracts.product import Product
from penstock.landing.quarantine import read_refused
from penstock.ledger import Delivery, Ledger, Run
from penstock.loading.discover import pending_files
from penstock.loading.replay import known_origins
from penstock.loading.stale import in_words, stale_from
from penstock.locking import is_alive, lock_holder
from penstock.settings import Settings
from penstock.tidying.growth import megabytes, states

_LEAST_FREE_BYTES = 1_000_000_000
_GONE_NAMED = 5


@dataclass(frozen=True)
class TableState:
    """One raw table: its files, its rows, the days they cover."""

    table: str
    files: int
    loaded: int
    pending: int
    rejected: int
    rows: int
    quarantined: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class Overview:
    """The state of a product."""

    product: str
    data_dir: Path
    source: str
    tables: tuple[TableState, ...]
    deliveries: tuple[Delivery, ...]
    rejected: tuple[Delivery, ...]
    quarantined_open: int
    quarantined_discarded: int
    built: str
    runs: tuple[Run, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One thing `doctor` looked at."""

    name: str
    value: str
    good: bool = True


def overview(product: Product, settings: Settings) -> Overview:
    """The state of a product, from the ledger and the raw folder alone."""
    alive = is_alive(product.life(settings))
    with Ledger(product.ledger(settings)) as ledger:
        deliveries = [one for one in ledger.deliveries() if one.status != "retracted"]
        stale = stale_from(ledger)
        runs = [_as_it_is(one, alive=alive) for one in ledger.last_runs(5)]
        sources = ledger.sources()
        quarantine = ledger.quarantine()
    pending = {
        one.delivery.delivery_id: one.delivery
        for one in pending_files(
            product.raw_dir(settings), product.contracts, deliveries, run_id=""
        )
    }
    tables = tuple(_table_state(name, deliveries, pending) for name in product.contracts)
    rejected = tuple(one for one in deliveries if one.status == "rejected")
    refused = sum(one.open_rows for one in quarantine)
    return Overview(
        product=product.name,
        data_dir=settings.data_dir,
        source=", ".join(sorted(sources))
        or f"nothing landed yet (would be {product.source(settings)})",
        tables=tables,
        deliveries=tuple(deliveries),
        rejected=rejected,
        quarantined_open=refused,
        quarantined_discarded=sum(one.discarded for one in quarantine),
        built="every loaded day" if stale is None else in_words(stale),
        runs=tuple(runs),
        next_steps=_next_steps(
            f"{product.name}{product.whose}",
            own=_own_input(product),
            landed=bool(deliveries) or bool(pending),
            pending=len(pending),
            stale=stale is not None,
            failed=product.run_layers is not None and _last_run_failed(runs),
            refused=refused,
            gone=_gone(product.raw_dir(settings), deliveries),
        ),
    )


def quarantined_rows(product: Product, settings: Settings, origin: str) -> pl.DataFrame:
    """The refused rows of an origin, in the order of the user's file; one row for a refused file.

    Raises: PenstockError when nothing of that origin is quarantined.
    """
    with Ledger(product.ledger(settings)) as ledger:
        messages = {one.delivery_id: one.message for one in ledger.deliveries(status="rejected")}
        if origin in messages:
            return pl.DataFrame({"file": [origin], "reason": [messages[origin]]})
        known_origins(ledger, [origin])
    if product.refused_files is not None:
        facts = product.refused_files().show(product, settings, origin)
        if facts is not None:
            return pl.DataFrame({name: [value] for name, value in facts.items()})
    return read_refused(settings.quarantine_dir, origin)


def examine(product: Product, settings: Settings) -> list[Finding]:
    """Versions, paths, lock, what grows and space; a finding that is not good says what to do."""
    packages = ("penstock", "duckdb", "dlt", "dbt-core", "dbt-duckdb", "polars", "pyarrow")
    findings = [Finding("python", platform.python_version())]
    findings += [Finding(name, version(name)) for name in packages]
    for name in ("data_dir", "raw_dir", "warehouse_dir", "quarantine_dir", "reference_dir"):
        findings.append(_examine_dir(name, getattr(settings, name)))
    holder = lock_holder(product.lock(settings))
    findings.append(Finding("writer's lock", f"held by {holder}" if holder else "free"))
    for name, path in (
        ("warehouse", product.warehouse(settings)),
        ("ledger", product.ledger(settings)),
    ):
        size = megabytes(path.stat().st_size) if path.exists() else "not made yet"
        findings.append(Finding(name, f"{path} ({size})"))
    findings += [
        Finding(
            f"size of {one.name}", f"{megabytes(one.bytes)} in {one.files:,} files; {one.remedy}"
        )
        for one in states(product, settings)
    ]
    free = shutil.disk_usage(_existing(settings.data_dir)).free
    enough = free > _LEAST_FREE_BYTES
    advice = "" if enough else "; expected 1 GB at least: make room, or move PENSTOCK_DATA_DIR"
    findings.append(Finding("free space", f"{free / 1e9:,.1f} GB{advice}", good=enough))
    return findings


def _examine_dir(name: str, path: Path) -> Finding:
    existing = _existing(path)
    if not existing.is_dir():
        advice = f": {existing} is a file; move it away or set another directory"
        return Finding(name, f"{path}{advice}", good=False)
    writable = os.access(existing, os.W_OK)
    advice = "" if writable else ": cannot be written; mend its rights or set another directory"
    return Finding(name, f"{path}{advice}", good=writable or name == "reference_dir")


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _as_it_is(run: Run, *, alive: bool) -> Run:
    """A run that calls itself running while no command lives was killed."""
    return run if alive or run.outcome != "running" else replace(run, outcome="killed")


def _gone(raw_dir: Path, deliveries: list[Delivery]) -> list[str]:
    """Loaded files that somebody took out of the raw folder: their rows are still counted."""
    return [
        one.delivery_id
        for one in deliveries
        if one.status == "loaded" and not os.path.lexists(raw_dir / one.delivery_id)
    ]


def _table_state(
    table: str, deliveries: list[Delivery], pending: dict[str, Delivery]
) -> TableState:
    mine = {one.delivery_id: one for one in deliveries if one.table_name == table}
    waiting = {key for key, one in pending.items() if one.table_name == table}
    days = [day for one in mine.values() for day in (one.first_day, one.last_day) if day]
    return TableState(
        table=table,
        files=len(mine.keys() | waiting),
        loaded=sum(one.status == "loaded" for one in mine.values()),
        pending=len(waiting),
        rejected=sum(one.status == "rejected" for one in mine.values()),
        rows=sum(one.rows_accepted for one in mine.values()),
        quarantined=sum(one.rows_quarantined for one in mine.values()),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _last_run_failed(runs: Sequence[Run]) -> bool:
    """Whether the last of the runs that build and release did not come to its end."""
    return next((one.outcome == "failed" for one in runs if one.command == "run"), False)


def _own_input(product: Product) -> str:
    """What `land` is given besides the product."""
    if product.land_tables is not None:
        return "FILE..."
    return "--mapping FILE INPUT..." if product.land_folders is None else "FOLDER..."


def _next_steps(
    product: str,
    *,
    own: str,
    landed: bool,
    pending: int,
    stale: bool,
    failed: bool,
    refused: int,
    gone: list[str],
) -> tuple[str, ...]:
    steps = []
    if not landed:
        steps.append(
            f"penstock run {product} (mock data), or penstock land {product} {own} (your own)"
        )
    if failed:
        steps.append(f"penstock run {product} (the last run failed; it says above what to mend)")
    elif pending:
        steps.append(f"penstock run {product} ({pending:,} files are waiting to be loaded)")
    elif stale:
        steps.append(f"penstock transform {product} (loaded days are not built yet)")
    if refused:
        steps.append(
            f"penstock quarantine list {product} ({refused:,} refused rows are open: mend and "
            "replay, or discard them)"
        )
    if gone:
        named = ", ".join([*gone[:_GONE_NAMED], *(["..."] if len(gone) > _GONE_NAMED else [])])
        steps.append(
            f"penstock retract FILE ({len(gone):,} loaded files are gone from raw: retract them "
            f"or put them back: {named})"
        )
    return tuple(steps) or ("nothing to do: everything landed is loaded and built",)
