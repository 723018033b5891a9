"""Releasing: a build that passed its audit is sealed and published in one step.

Belongs here: the order of the steps. Does not belong here: the steps themselves.

Write, audit, publish: everything is written into a directory that no reader sees, audited there,
and becomes visible by two renames, of the directory and of the link `current`. A kill before the
chain's event leaves an orphan, after it a link that lags behind; the next release or pruning mends
both. Whatever fails before leaves the previous release current.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_atomically
from penstock.ledger import Ledger
from penstock.loading.in_step import keep_in_step
from penstock.locking import writer_lock
from penstock.openlineage.observe import observed
from penstock.openlineage.work import Dataset
from penstock.releasing.record import Released, put_released, read_record, read_released, read_state
from penstock.releasing.sealed import REPORTS, Check, Metadata, Parent, read_metadata
from penstock.releasing.series import Entry, Series, remove_tree, series_of, sync_dir
from penstock.settings import Settings
from penstock.transforming.rebuilds import last_rebuild, rebuilt_since

_log = logging.getLogger(__name__)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class ReleaseReport:
    """What came of a release. `is_new` is False when the latest release says it all already.

    Parts are months of tables: `reused` were taken over from the release before. `pages` are
    copies of its reports, where people open them. `readers_use` is the release that is current: an
    older one after a rollback.
    """

    release: Path
    metadata: Metadata
    seal: str
    is_new: bool
    reused_parts: int = 0
    written_parts: int = 0
    pages: tuple[Path, ...] = ()
    readers_use: str = ""

    @property
    def checks(self) -> tuple[Check, ...]:
        """What the audit looked at before the release was sealed."""
        return tuple(Check(**one) for one in self.metadata.checks)


def release(
    product: Product,
    settings: Settings,
    *,
    run_id: str,
    series: str | None = None,
    allow_shrink: bool = False,
    progress: Progress = lambda _: None,
) -> ReleaseReport:
    """Publish what is built, unless the latest release holds it already.

    `series` names the folder of releases (default: the product's, or the tenant's).

    Raises: AuditError, the previous release staying current; WriterBusyError.
    """
    target = series_of(settings, series or product.series)
    started_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with (
        writer_lock(
            product.lock(settings), holder="release", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        keep_in_step(product, settings, ledger)
        target.recover()
        latest = next(reversed(target.released()), None)
        state, rebuild = read_state(product, settings, ledger), last_rebuild(ledger)
        name = str(target.folder.relative_to(settings.releases_dir))
        known = _if_there(target, latest, read_released(ledger, name))
        if latest is not None and known is not None and known.state == state:
            return _nothing_new(target, latest)
        if not product.warehouse(settings).exists():
            message = f"nothing of {product.name} is built yet: `penstock run {product.name}` first"
            raise PenstockError(message)
        # DuckDB and Arrow are imported only by those who have something to release.
        from penstock.releasing.export import Look  # noqa: PLC0415
        from penstock.releasing.plan import Plan  # noqa: PLC0415
        from penstock.releasing.sealing import seal_release  # noqa: PLC0415

        plan = Plan(
            product=product,
            settings=settings,
            series=target,
            run_id=run_id,
            record=read_record(product, settings, ledger),
            started_at=started_at,
            parent=None if latest is None else Parent(latest.run_id, latest.root, latest.seal),
            look=Look(
                changed_from=None if known is None else rebuilt_since(ledger, known.rebuild),
                turn=len(target.released()),
            ),
            allow_shrink=allow_shrink,
            progress=progress,
        )
        building = target.building_dir(run_id)
        try:
            with observed(
                settings,
                product=product.name,
                room="release",
                run_id=run_id,
                inputs=[Dataset(f"{product.name}.{t.layer}.{t.name}") for t in product.published],
            ) as work:
                sealed = seal_release(plan, building)
                if sealed is not None:
                    progress("publishing")
                    publish(target, building, sealed.metadata, sealed.seal)
                    work.outputs = list(_released(sealed.metadata))
        finally:
            if building.exists():
                remove_tree(building)
        published = run_id if sealed is not None or latest is None else latest.run_id
        with ledger.transaction():
            put_released(ledger, name, Released(state, published, rebuild))
        if sealed is None and latest is not None:
            return _nothing_new(target, latest)
        assert sealed is not None  # noqa: S101 - nothing sealed means that there is a release before
        _log.info("released %s: root %s, seal %s", run_id, sealed.metadata.root, sealed.seal)
        return ReleaseReport(
            release=target.release_dir(run_id),
            metadata=sealed.metadata,
            seal=sealed.seal,
            is_new=True,
            reused_parts=sealed.reused_parts,
            written_parts=sealed.written_parts,
            pages=tuple(show_pages(target.release_dir(run_id), settings)),
        )


def publish(series: Series, building: Path, metadata: Metadata, seal: str) -> None:
    """Make a sealed directory the current release: rename, event, link, in this order."""
    parent = metadata.parent or Parent("", "", "")
    building.rename(series.release_dir(metadata.run_id))
    sync_dir(series.folder)
    series.append(
        "released",
        metadata.run_id,
        at=metadata.sealed_at,
        root=metadata.root,
        seal=seal,
        parent=parent.run_id,
        parent_root=parent.root,
        parent_seal=parent.seal,
    )
    series.switch(metadata.run_id)


def show_pages(folder: Path, settings: Settings) -> list[Path]:
    """Copy a release's reports to where people open them; returns the copies."""
    shown: list[Path] = []
    for page in sorted((folder / REPORTS).glob("*.html")):
        shown.append(settings.reports_dir / page.name)
        write_atomically(shown[-1], partial(shutil.copyfile, page))
    return shown


def _released(metadata: Metadata) -> Iterator[Dataset]:
    """The published tables as data sets; a table's fingerprint is the version of its content."""
    for table in metadata.tables:
        yield Dataset(
            f"{metadata.product}.released.{table['name']}",
            rows=table["rows"],
            columns=table["columns"],
            version=table["fingerprint"],
        )


def _if_there(series: Series, latest: Entry | None, known: Released | None) -> Released | None:
    """What is remembered, if it is of the latest release and that is there."""
    if latest is None or known is None or latest.run_id != known.run_id:
        return None
    return known if series.release_dir(latest.run_id).is_dir() else None


def _nothing_new(series: Series, entry: Entry) -> ReleaseReport:
    folder = series.release_dir(entry.run_id)
    current = series.current()
    return ReleaseReport(
        folder,
        read_metadata(folder),
        entry.seal,
        is_new=False,
        readers_use="" if current is None else current.name,
    )
