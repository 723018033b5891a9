"""Landing a user's own files through a mapping: preview or delivery.

Belongs here: the path from input files to landed partitions, and the account of every row.
Does not belong here: how a mapping is applied; loading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from penstock.contracts.contract import Contract
from penstock.errors import PenstockError
from penstock.landing.apply_mapping import MappedTable, apply_mapping
from penstock.landing.deliver import Shipment, deliver
from penstock.landing.inputs import RefusedFile, find_files, open_inputs
from penstock.landing.mapping import Mapping as FileMapping
from penstock.landing.mapping import mapping_hash
from penstock.landing.quarantine import write_refused
from penstock.ledger import Delivery, Ledger

ATTRIBUTION = "attribution:"
"""Ledger fact per source: whom to name wherever its figures are shown."""


@dataclass(frozen=True)
class TableAccount:
    """What became of one file's rows in one table: read = delivered + quarantined."""

    file: str
    table: str
    rows_read: int
    rows_delivered: int
    rows_quarantined: int
    files_written: int
    days_unchanged: int


@dataclass(frozen=True)
class LandingReport:
    """The account of one landing."""

    accounts: tuple[TableAccount, ...]
    rejected: tuple[RefusedFile, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def rows_quarantined(self) -> int:
        """Rows of all files that could not be placed."""
        return sum(account.rows_quarantined for account in self.accounts)


def map_files(
    mapping: FileMapping,
    paths: Sequence[Path],
    *,
    contracts: Mapping[str, Contract],
    entities: pl.DataFrame,
) -> tuple[list[MappedTable], list[RefusedFile]]:
    """The mapped tables of all files that can be read, and the files that cannot.

    Raises: PenstockError when not one of the files is an input of the mapping.
    """
    files, refused = open_inputs(mapping, find_files(paths))
    if not files:
        details = "\n".join(f"  {one.message}" for one in refused) or "  no data files given"
        message = f"nothing to land with mapping {mapping.name}:\n{details}"
        raise PenstockError(message)
    return apply_mapping(mapping, files, contracts=contracts, entities=entities), refused


def land_files(
    mapping: FileMapping,
    paths: Sequence[Path],
    *,
    contracts: Mapping[str, Contract],
    entities: pl.DataFrame,
    declaring: Contract,
    raw_dir: Path,
    quarantine_dir: Path,
    ledger: Ledger,
    run_id: str,
    delivered_at: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> LandingReport:
    """Deliver the mapping's entities (as rows of `declaring`) and every mapped table.

    Refused rows go to quarantine.
    `delivered_at` (naive UTC) is recorded in the files and never read from a clock again.
    """
    progress("reading the files")
    mapped, refused_files = map_files(mapping, paths, contracts=contracts, entities=entities)
    deliveries: list[Delivery] = []
    accounts: list[TableAccount] = []
    identity = mapping_hash(mapping)
    declared = deliver(
        Shipment(
            contract=declaring,
            frame=entities.select(list(declaring.by_name)),
            source=mapping.name,
            delivered_at=lambda _: delivered_at,
            input_sha256=identity,
        ),
        raw_dir,
        run_id=run_id,
    )
    deliveries += declared.deliveries
    for one in mapped:
        progress(f"landing {one.contract.table} from {one.file.path.name}")
        origin = f"{mapping.name}/{one.contract.table}/{one.file.path.name}"
        counts = write_refused(quarantine_dir, origin=origin, refused=one.refused)
        landed = deliver(
            Shipment(
                contract=one.contract,
                frame=one.accepted,
                source=mapping.name,
                delivered_at=lambda _: delivered_at,
                input_sha256=f"{one.file.sha256}:{identity}",
                duplicates=one.duplicates,
            ),
            raw_dir,
            run_id=run_id,
        )
        with ledger.transaction():
            ledger.put_quarantine([origin], counts)
        deliveries += landed.deliveries
        accounts.append(
            TableAccount(
                file=one.file.path.name,
                table=one.contract.table,
                rows_read=one.file.frame.height,
                rows_delivered=one.accepted.height,
                rows_quarantined=one.refused.height,
                files_written=len(landed.deliveries),
                days_unchanged=landed.unchanged_days,
            )
        )
    with ledger.transaction():
        ledger.put_deliveries(deliveries)
        ledger.put_facts({f"{ATTRIBUTION}{mapping.name}": mapping.attribution.strip() or None})
    return LandingReport(tuple(accounts), tuple(refused_files), tuple(deliveries))
