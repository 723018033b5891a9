"""Admitting deliveries: pending files through the gate, with an account of every row.

Belongs here: what became of each file and row, collected while the accepted rows stream on.
Does not belong here: the rules of the gate; dlt; the ledger.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.contracts.contract import Contract
from penstock.landing.quarantine import REJECTED, write_refused
from penstock.ledger import Coverage, Delivery, QuarantineCount
from penstock.loading.discover import PendingFile
from penstock.loading.gate import gate
from penstock.loading.read_deliveries import Batch, read_batches, schema_problem

_log = logging.getLogger(__name__)


@dataclass
class Admission:
    """What the gate found so far. Of every delivery: rows read = accepted + quarantined."""

    quarantine_dir: Path
    progress: Callable[[str], None]
    deliveries: list[Delivery] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    quarantined: list[QuarantineCount] = field(default_factory=list)


def admit(
    contract: Contract,
    files: Sequence[PendingFile],
    *,
    known: pl.DataFrame | None,
    admission: Admission,
) -> Iterator[pa.Table]:
    """Accepted rows of a table as Arrow (`contract.arrow_schema`), batch by batch.

    A file that cannot be read, or has other columns or types, is rejected as a whole and named;
    the others go on. `known` are the rows that the contract's reference may name.
    """
    readable: list[PendingFile] = []
    for file in files:
        problem = schema_problem(contract, file)
        if problem:
            _reject(replace(file, problem=problem), admission)
        else:
            readable.append(file)
    done = len(files) - len(readable)
    is_empty = True
    for batch in read_batches(contract, readable):
        for file in batch.rejected:
            _reject(file, admission)
        done += len(batch.files) + len(batch.rejected)
        if batch.files:
            is_empty = False
            yield _through_the_gate(contract, batch, known, admission)
            admission.progress(f"{contract.table}: {done:,} of {len(files):,} files")
    if is_empty:
        # The raw table exists even when nothing of it has come: what is built on it finds no rows.
        yield contract.arrow_schema.empty_table()


def referenced_rows(contract: Contract, files: Sequence[PendingFile]) -> pl.DataFrame:
    """All rows of a reference table's files, the latest delivery last."""
    readable = [file for file in files if not schema_problem(contract, file)]
    rows = [batch.rows for batch in read_batches(contract, readable) if batch.files]
    if not rows:
        return pl.DataFrame(schema=contract.polars_schema)
    return pl.concat(rows).sort("_delivered_at", maintain_order=True)


def _through_the_gate(
    contract: Contract, batch: Batch, known: pl.DataFrame | None, admission: Admission
) -> pa.Table:
    gated = gate(batch.rows, contract=contract, known=known)
    accepted_rows = dict(gated.accepted.group_by("_delivery_id").len().iter_rows())
    refused = gated.refused.partition_by("_delivery_id", as_dict=True, include_key=False)
    nothing = gated.refused.head(0).drop("_delivery_id")
    covered = _coverage(contract, gated.accepted)
    for file in batch.files:
        origin = file.delivery.delivery_id
        rows = refused.get((origin,), nothing)
        admission.quarantined += write_refused(
            admission.quarantine_dir, origin=origin, refused=rows
        )
        accepted = accepted_rows.get(origin, 0)
        days = covered.get(origin, [])
        admission.coverage += days
        admission.deliveries.append(
            replace(
                file.delivery,
                status="loaded",
                rows_read=accepted + rows.height,
                rows_accepted=accepted,
                rows_quarantined=rows.height,
                first_day=min((day.first_day for day in days), default=None),
                last_day=max((day.last_day for day in days), default=None),
            )
        )
    arrow = gated.accepted.to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(contract.arrow_schema)


def _coverage(contract: Contract, accepted: pl.DataFrame) -> dict[str, list[Coverage]]:
    """Per delivery, the first and last day of each entity."""
    if contract.time_column is None or contract.reference is None:
        return {}
    day = pl.col(contract.time_column).dt.date()
    spans = accepted.group_by("_delivery_id", contract.reference.column).agg(
        day.min().alias("first"), day.max().alias("last")
    )
    found: dict[str, list[Coverage]] = {}
    for delivery_id, entity, first, last in spans.iter_rows():
        found.setdefault(delivery_id, []).append(Coverage(delivery_id, entity, first, last))
    return found


def _reject(file: PendingFile, admission: Admission) -> None:
    _log.warning("%s", file.problem)
    rows = pq.read_metadata(file.path).num_rows if file.schema is not None else 0
    rejected = replace(
        file.delivery,
        status="rejected",
        rows_read=rows,
        rows_quarantined=rows,
        message=file.problem,
    )
    admission.deliveries.append(rejected)
    admission.quarantined.append(
        QuarantineCount(rejected.delivery_id, REJECTED, rows, str(file.path))
    )
