"""Loading: what is new goes through the gate and dlt, then into the ledger.

Belongs here: the order of the steps. Does not belong here: the steps themselves.

Order of commitment: quarantine files, then the dlt package, then the ledger. A kill between any
two leaves deliveries that the ledger does not call loaded; the next load repeats them whole.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from penstock.contracts.contract import Contract
from penstock.contracts.product import MOCK, Product
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.loading import references
from penstock.loading.admit import Admission, admit
from penstock.loading.discover import PendingFile, pending_files
from penstock.loading.in_step import announce, confirm, keep_in_step, leave
from penstock.loading.one_opening import one_opening
from penstock.loading.recover import known_deliveries
from penstock.loading.retract import finish_retractions, retract_deliveries
from penstock.loading.sources import mock_beside_real
from penstock.loading.stale import first_stale_day, mark_stale
from penstock.locking import writer_lock
from penstock.openlineage.observe import observed
from penstock.openlineage.work import Dataset
from penstock.settings import Settings, new_run_id
from penstock.spared import spare_pandas

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadReport:
    """What one load did. `rows_read` = `rows_accepted` + `rows_quarantined`."""

    deliveries: tuple[Delivery, ...]
    quarantined: tuple[QuarantineCount, ...]

    @property
    def rows_read(self) -> int:
        """Rows of all files, rejected ones included."""
        return sum(one.rows_read for one in self.deliveries)

    @property
    def rows_accepted(self) -> int:
        """Rows that entered the raw tables."""
        return sum(one.rows_accepted for one in self.deliveries)

    @property
    def rows_quarantined(self) -> int:
        """Rows kept in quarantine."""
        return sum(one.rows_quarantined for one in self.deliveries)

    @property
    def account(self) -> str:
        """Where every row went, in one line."""
        return (
            f"{len(self.deliveries):,} files: {self.rows_read:,} rows read = "
            f"{self.rows_accepted:,} accepted + {self.rows_quarantined:,} quarantined"
        )

    @property
    def rejected(self) -> tuple[Delivery, ...]:
        """Files that could not be read or are not the contract's."""
        return tuple(one for one in self.deliveries if one.status == "rejected")


def load(
    product: Product,
    settings: Settings,
    *,
    run_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> LoadReport:
    """Load every file that is new or changed. With nothing new, neither DuckDB nor dlt starts.

    Raises: WriterBusyError; LoadError.
    """
    run = run_id or new_run_id()
    with (
        writer_lock(product.lock(settings), holder="load", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        keep_in_step(product, settings, ledger)
        finish_retractions(product, settings, ledger)
        pending = _pending(product, settings, ledger, run_id=run)
        if not pending:
            if references.is_told(ledger):
                with ledger.transaction():
                    references.remember(product, settings, ledger)
            return LoadReport((), ())
        progress(f"loading {len(pending):,} files")
        landed = [one.delivery for one in pending]
        with observed(
            settings,
            product=product.name,
            room="load",
            run_id=run_id or "",
            inputs=_landed(product, landed, is_read=False),
        ) as work:
            admission = Admission(settings.quarantine_dir, progress)
            token = announce(ledger)
            with one_opening(product, settings):
                _append(product, settings, pending, admission)
                leave(product, settings, token)
            _commit(product, settings, ledger, admission, token)
            work.inputs = _landed(product, admission.deliveries, is_read=True)
            work.outputs = _stored(product, admission.deliveries)
        report = LoadReport(tuple(admission.deliveries), tuple(admission.quarantined))
        _log.info("%s", report.account)
        return report


def _landed(product: Product, deliveries: Sequence[Delivery], *, is_read: bool) -> list[Dataset]:
    """The landed folders that a load reads, one data set each."""
    return [
        Dataset(
            f"{product.name}.landed.{table}",
            rows=sum(one.rows_read for one in files) if is_read else None,
            bytes=sum(one.bytes for one in files),
            files=len(files),
        )
        for table, files in _by_table(deliveries).items()
    ]


def _stored(product: Product, deliveries: Sequence[Delivery]) -> list[Dataset]:
    """Where the rows of a load went: the raw tables, and quarantine if some were refused."""
    stored: list[Dataset] = []
    for table, files in _by_table(deliveries).items():
        accepted = sum(one.rows_accepted for one in files)
        refused = sum(one.rows_quarantined for one in files)
        columns = {one.name: str(one.type) for one in product.contracts[table].arrow_schema}
        stored.append(Dataset(f"{product.name}.raw.{table}", rows=accepted, columns=columns))
        if refused:
            stored.append(Dataset(f"{product.name}.quarantined.{table}", rows=refused))
    return stored


def _by_table(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    tables: dict[str, list[Delivery]] = {}
    for one in deliveries:
        tables.setdefault(one.table_name, []).append(one)
    return dict(sorted(tables.items()))


def main(product: Product, settings: Settings) -> None:
    """Load once and log the account (entry of `python -m penstock.loading.dlt_pipeline`)."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    load(product, settings)


def _pending(
    product: Product, settings: Settings, ledger: Ledger, *, run_id: str
) -> list[PendingFile]:
    """What is to be loaded, after mock data have made way for real ones.

    When what other rows refer to (an asset) has arrived, changed or gone, the files whose rows
    would be judged otherwise by now come again.
    """
    raw_dir = product.raw_dir(settings)
    known = known_deliveries(product, settings, ledger)
    pending = pending_files(raw_dir, product.contracts, known, run_id=run_id)
    mocked = mock_beside_real(known, pending)
    if mocked:
        _log.warning("%s mock files make way for real ones: they never mix", len(mocked))
        retract_deliveries(product, settings, ledger, mocked)
        pending = [one for one in pending if one.delivery.source != MOCK]
    declared = any(
        product.contracts[one.delivery.table_name].time_column is None for one in pending
    )
    if declared or references.is_told(ledger):
        again = references.deliveries_to_judge_again(product, settings, ledger)
        settled = [one for one in ledger.deliveries() if one.delivery_id not in again]
        pending = pending_files(raw_dir, product.contracts, settled, run_id=run_id)
    return pending


def _append(
    product: Product, settings: Settings, pending: Sequence[PendingFile], admission: Admission
) -> None:
    """Stream the accepted rows of every table, then the deliveries' own record, through dlt."""
    # DuckDB is imported by those who have something to write.
    from penstock.loading.warehouse import open_warehouse  # noqa: PLC0415

    spare_pandas()
    by_table = {
        table: [one for one in pending if one.delivery.table_name == table]
        for table in product.contracts
    }

    def accepted(contract: Contract) -> Iterator[pa.Table]:
        files = by_table[contract.table]
        known = None
        if contract.reference is not None and files:
            known = references.known_rows(product, settings, contract.reference)
        return admit(contract, files, known=known, admission=admission)

    def records() -> Iterator[pa.Table]:
        rows = [vars(one) for one in admission.deliveries]
        yield pa.Table.from_pylist(rows, schema=pipeline.DELIVERIES_SCHEMA)

    deliveries = {
        name: [one.delivery.delivery_id for one in files] for name, files in by_table.items()
    }
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        # dlt takes half a second to import: a load with nothing new does not pay for it.
        from penstock.loading import dlt_pipeline as pipeline  # noqa: PLC0415

        tables = [
            pipeline.RawTable(table, accepted(contract), contract.dlt_columns)
            for table, contract in product.contracts.items()
        ]
        record = pipeline.RawTable(pipeline.DELIVERIES, records(), pipeline.DELIVERIES_COLUMNS)
        pipeline.delete_deliveries(connection, deliveries)
        pipeline.append_tables(
            [*tables, record],
            connection,
            pipelines_dir=product.engine_dir(settings) / "dlt",
            pipeline_name=product.pipeline,
        )


def _commit(
    product: Product, settings: Settings, ledger: Ledger, admission: Admission, token: str
) -> None:
    """Tell the ledger, in one transaction, what is loaded, refused and stale."""
    ids = [one.delivery_id for one in admission.deliveries]
    timeless = {name for name, one in product.contracts.items() if one.time_column is None}
    with ledger.transaction():
        before = ledger.spans()
        touched = [first for one in ids for first, _ in ledger.covered_by(one).values()]
        touched += [one.first_day for one in admission.coverage]
        ledger.put_coverage(ids, admission.coverage)
        after = ledger.spans()
        if any(one.table_name in timeless for one in admission.deliveries):
            # What all rows refer to has changed: every day may read differently.
            touched += [first for first, _ in after.values()]
        confirm(product, settings, ledger, token)
        ledger.put_deliveries(admission.deliveries)
        if references.is_told(ledger) or any(
            one.table_name in timeless for one in admission.deliveries
        ):
            references.remember(product, settings, ledger)
        ledger.put_quarantine(ids, admission.quarantined)
        if not product.dated_tables and admission.deliveries:
            # Whole files have no days: whatever arrives makes everything stale.
            touched.append(date.min)
        mark_stale(ledger, first_stale_day(before, after, touched))
