"""Landing a user's own files through a mapping: preview or delivery.

Belongs here: the path from input files to landed partitions, and the account of every row.
Does not belong here: how a mapping is applied; loading.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from penstock.contracts.contract import Contract
from penstock.contracts.product import FindDoubts
from penstock.errors import PenstockError
from penstock.landing.apply_mapping import MappedTable, map_file
from penstock.landing.deliver import Shipment, deliver
from penstock.landing.inputs import (
    InputFile,
    RecognisedFile,
    RefusedFile,
    find_files,
    open_file,
    recognise,
)
from penstock.landing.lookups import JoinedFile, read_lookups
from penstock.landing.mapping import Mapping as FileMapping
from penstock.landing.mapping import mapping_hash
from penstock.landing.quarantine import write_refused
from penstock.landing.replay import about_file
from penstock.ledger import Delivery, Ledger

ATTRIBUTION = "attribution:"
"""Ledger fact per source: whom to name wherever its figures are shown."""


@dataclass(frozen=True)
class TableAccount:
    """What became of one file's rows in one table: read = delivered + quarantined.

    `days_superseded`: of the unchanged days, those that a later delivery has corrected since.
    """

    file: str
    table: str
    rows_read: int
    rows_delivered: int
    rows_quarantined: int
    files_written: int
    days_unchanged: int
    days_superseded: int


@dataclass(frozen=True)
class LandingReport:
    """The account of one landing; `doubts` say what the product finds odd in its rows."""

    accounts: tuple[TableAccount, ...]
    rejected: tuple[RefusedFile, ...]
    deliveries: tuple[Delivery, ...]
    doubts: tuple[str, ...] = ()
    joined_rows_quarantined: int = 0

    @property
    def rows_quarantined(self) -> int:
        """Rows of all files that could not be placed, or read where they are joined."""
        placed = sum(account.rows_quarantined for account in self.accounts)
        return placed + self.joined_rows_quarantined


def map_files(
    mapping: FileMapping,
    paths: Sequence[Path],
    *,
    contracts: Mapping[str, Contract],
    entities: pl.DataFrame,
    delivered_at: datetime,
    tell: Callable[[JoinedFile], None] = lambda _: None,
) -> tuple[Iterator[MappedTable], list[RefusedFile]]:
    """The mapped tables of all files that can be read, and the files that cannot.

    One file is open at a time, the one to win among overlapping files last: in the order given,
    or from last to first where an input's `duplicates` is `keep_first`. Only a joined input is
    kept. The list of refused files is complete once the tables have been run through.

    Raises: PenstockError when not one of the files is an input of the mapping, or a joined input
    is missing; when the last file has been tried, if none could be read.
    """
    recognised, refused = recognise(mapping, find_files(paths), contracts)
    if not recognised:
        raise _nothing_to_land(mapping, refused)

    def opened(files: Sequence[RecognisedFile]) -> Iterator[InputFile]:
        for file in files:
            one = open_file(mapping, file)
            if isinstance(one, RefusedFile):
                refused.append(one)
            else:
                yield one

    joined = [file for file in recognised if file.input_name in mapping.joined]
    lookups = read_lookups(mapping, opened(joined), contracts, tell=tell)
    made = {table.input for table in mapping.tables.values()}
    files = [file for file in recognised if file.input_name in made]
    if not files:
        raise _nothing_to_land(mapping, refused)
    _check_joined(mapping, files, set(lookups), refused)

    def tables() -> Iterator[MappedTable]:
        mapped = False
        for file in opened(_winners_last(mapping, files)):
            yield from map_file(
                mapping,
                file,
                contracts=contracts,
                entities=entities,
                lookups=lookups,
                delivered_at=delivered_at,
            )
            mapped = True
        if not mapped:
            raise _nothing_to_land(mapping, refused)

    return tables(), refused


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
    again: bool = False,
    product_doubts: FindDoubts = lambda *_: [],
    progress: Callable[[str], None] = lambda _: None,
) -> LandingReport:
    """Deliver the mapping's entities (as rows of `declaring`) and every mapped table.

    Refused rows go to quarantine.
    `delivered_at` (naive UTC) is recorded in the files and never read from a clock again. Each
    file gets it a microsecond later than the one before, so that of files with the same keys one
    wins as a whole: the last one given, or the first where `duplicates` is `keep_first` (files
    are then delivered from last to first). A later landing wins over an earlier one either way.
    """
    progress("reading the files")
    joined: list[JoinedFile] = []
    mapped, refused_files = map_files(
        mapping,
        paths,
        contracts=contracts,
        entities=entities,
        delivered_at=delivered_at,
        tell=joined.append,
    )
    deliveries: list[Delivery] = []
    accounts: list[tuple[int, int, TableAccount]] = []
    identity = mapping_hash(mapping)
    order: dict[int, int] = {}
    doubts: list[str] = []
    for one in mapped:
        if not order:
            declared = declaration(mapping, entities, declaring, delivered_at=delivered_at)
            deliveries += deliver(declared, raw_dir, run_id=run_id).deliveries
        later = timedelta(microseconds=order.setdefault(one.file.position, len(order)))
        table, file = one.contract.table, one.file
        progress(f"landing {table} from {file.path.name}")
        origin = _origin(mapping, table, file)
        about = about_file(one, mapping=mapping.name, delivered_at=delivered_at + later)
        counts = write_refused(
            quarantine_dir, origin=origin, refused=one.refused, about=about.as_metadata()
        )
        shipment = Shipment(
            contract=one.contract,
            frame=one.accepted,
            source=mapping.name,
            delivered_at=_always(delivered_at + later),
            input_id=f"{file.sha256}:{identity}",
            duplicates=one.duplicates,
            again=again,
        )
        landed = deliver(shipment, raw_dir, run_id=run_id)
        with ledger.transaction():
            ledger.put_quarantine([origin], counts)
        deliveries += landed.deliveries
        doubts += product_doubts(table, one.accepted, entities)
        account = TableAccount(
            file=file.path.name,
            table=table,
            rows_read=file.frame.height,
            rows_delivered=one.accepted.height,
            rows_quarantined=one.refused.height,
            files_written=len(landed.deliveries),
            days_unchanged=landed.unchanged_days,
            days_superseded=landed.superseded_days,
        )
        accounts.append((list(mapping.tables).index(table), file.position, account))
    joined_counts = [
        count
        for one in joined
        for count in write_refused(
            quarantine_dir,
            origin=_origin(mapping, one.file.input_name, one.file),
            refused=one.refused,
        )
    ]
    with ledger.transaction():
        ledger.put_quarantine(
            [_origin(mapping, one.file.input_name, one.file) for one in joined], joined_counts
        )
        ledger.put_deliveries(deliveries)
        ledger.put_facts({f"{ATTRIBUTION}{mapping.name}": mapping.attribution.strip() or None})
    listed = tuple(account for *_, account in sorted(accounts, key=lambda one: one[:2]))
    return LandingReport(
        listed,
        tuple(refused_files),
        tuple(deliveries),
        tuple(doubts),
        joined_rows_quarantined=sum(one.refused.height for one in joined),
    )


def _origin(mapping: FileMapping, part: str, file: InputFile) -> str:
    """Under which name the refused rows of a file lie; `part` is the table, or the joined input."""
    return f"{mapping.name}/{part}/{file.path.name}@{file.sha256[:8]}"


def declaration(
    mapping: FileMapping, entities: pl.DataFrame, declaring: Contract, *, delivered_at: datetime
) -> Shipment:
    """The mapping's entities as a shipment of their own."""
    return Shipment(
        contract=declaring,
        frame=entities.select(list(declaring.by_name)),
        source=mapping.name,
        delivered_at=_always(delivered_at),
        input_id=mapping_hash(mapping),
    )


def _always(moment: datetime) -> Callable[[date], datetime]:
    return lambda _: moment


def _winners_last(mapping: FileMapping, files: Sequence[RecognisedFile]) -> list[RecognisedFile]:
    """The files so that of those with the same keys the one to win comes last."""

    def place(file: RecognisedFile) -> int:
        first_wins = mapping.inputs[file.input_name].duplicates == "keep_first"
        return -file.position if first_wins else file.position

    return sorted(files, key=place)


def _check_joined(
    mapping: FileMapping,
    files: Sequence[RecognisedFile],
    found: set[tuple[str, str]],
    refused: Sequence[RefusedFile],
) -> None:
    given = {file.input_name for file in files}
    for table, mapped in mapping.tables.items():
        if mapped.input not in given:
            continue
        for column, source in mapped.columns.items():
            if source.input is not None and (table, column) not in found:
                details = "".join(f"\n  {one.message}" for one in refused)
                message = (
                    f"mapping {mapping.name} joins input {source.input!r}, but none of the given "
                    f"files has its columns {mapping.inputs[source.input].recognised_by}; add that "
                    f"file to the command.{details}"
                )
                raise PenstockError(message)


def _nothing_to_land(mapping: FileMapping, refused: Sequence[RefusedFile]) -> PenstockError:
    details = "\n".join(f"  {one.message}" for one in refused) or (
        f"  no file of input {sorted({table.input for table in mapping.tables.values()})} given"
    )
    return PenstockError(f"nothing to land with mapping {mapping.name}:\n{details}")
