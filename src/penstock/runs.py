"""One run: the rooms in their order, recorded in the ledger under one run id.

Belongs here: landing with the rule that mock and real data never mix, the order of the rooms, the
record of runs. Does not belong here: what happens inside a room; printing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.files import PartitionName
from penstock.landing.inputs import RefusedFile
from penstock.landing.land_files import LandingReport, land_files
from penstock.landing.mapping import Mapping, read_mapping
from penstock.landing.preview import Preview, preview_files
from penstock.ledger import Ledger, Run
from penstock.loading.load import LoadReport, load
from penstock.loading.retract import retract_deliveries
from penstock.loading.sources import real_sources
from penstock.locking import writer_lock
from penstock.settings import Settings, new_run_id
from penstock.transforming.transform import TransformReport, transform

Progress = Callable[[str], None]
_FIRST_MOCK_DAYS = 120


@dataclass(frozen=True)
class RunReport:
    """What one run did, room by room. `mocked_files` is None when nothing was to be mocked."""

    run_id: str
    mocked_files: int | None
    load: LoadReport
    transform: TransformReport
    report: Path | None


@contextmanager
def recorded(product: Product, settings: Settings, command: str) -> Iterator[str]:
    """Record a command as a run; its outcome is `done`, `failed` with the message, or `running`."""
    run_id = new_run_id()
    started = datetime.now(UTC)

    def put(outcome: str, message: str = "") -> None:
        ended = None if outcome == "running" else datetime.now(UTC)
        with Ledger(product.ledger(settings)) as ledger, ledger.transaction():
            ledger.put_run(Run(run_id, command, started, ended, outcome, message))

    put("running")
    try:
        yield run_id
    except BaseException as error:
        put("failed", str(error) or type(error).__name__)
        raise
    put("done")


def land(
    product: Product,
    settings: Settings,
    *,
    mapping_file: Path,
    inputs: Sequence[Path],
    progress: Progress,
) -> LandingReport:
    """Land a user's own files through a mapping. Mock deliveries make way: they are retracted.

    Raises: MappingError; ConversionError; PenstockError when nothing can be landed.
    """
    mapping = _mapping(product, mapping_file)
    declared = product.parse_declared(mapping.assets, str(mapping_file))
    with (
        recorded(product, settings, f"land {mapping.name}") as run_id,
        writer_lock(product.lock(settings), holder="land", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        report = land_files(
            mapping,
            inputs,
            contracts=product.contracts,
            entities=declared,
            declaring=product.contracts[product.declaring],
            raw_dir=product.raw_dir(settings),
            quarantine_dir=settings.quarantine_dir,
            ledger=ledger,
            run_id=run_id,
            delivered_at=_delivery_time(ledger),
            progress=progress,
        )
        mocked = [
            one
            for one in ledger.deliveries()
            if one.source == MOCK and one.status not in ("retracting", "retracted")
        ]
        if mocked:
            progress("retracting the mock data: mock and real rows never mix")
            retract_deliveries(product, settings, ledger, mocked)
    return report


def _delivery_time(ledger: Ledger) -> datetime:
    """Now (naive UTC), and later than every real delivery before: the order of landings counts."""
    now = datetime.now(UTC).replace(tzinfo=None)
    before = [one.delivered_at for one in ledger.deliveries() if one.source != MOCK]
    return max([now, *(one + timedelta(milliseconds=1) for one in before)])


def preview(
    product: Product, *, mapping_file: Path, inputs: Sequence[Path]
) -> tuple[list[Preview], list[RefusedFile]]:
    """What landing these files would do, and which would be left alone; nothing is written.

    Raises: as `land`.
    """
    mapping = _mapping(product, mapping_file)
    declared = product.parse_declared(mapping.assets, str(mapping_file))
    return preview_files(mapping, inputs, contracts=product.contracts, entities=declared)


def run(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    progress: Progress = lambda _: None,
) -> RunReport:
    """Land (if the source is mock), load, transform, report.

    Without dates a mock run continues after the last landed day up to yesterday (UTC), or makes
    the last 120 days. Once real files have landed nothing is mocked, dates or not.

    Raises: whatever a room raises; what was done before stays done.
    """
    with recorded(product, settings, "run") as run_id:
        mocked = _mock(product, settings, start=start, end=end, run_id=run_id, progress=progress)
        loaded = load(product, settings, run_id=run_id, progress=progress)
        built = transform(product, settings, progress=progress)
        report = product.report(product, settings) if built.built else None
        return RunReport(run_id, mocked, loaded, built, report)


def _mapping(product: Product, mapping_file: Path) -> Mapping:
    mapping = read_mapping(mapping_file, product.contracts)
    if mapping.product != product.name:
        message = f"{mapping_file}: is a mapping of product {mapping.product}, not {product.name}."
        raise PenstockError(message)
    return mapping


def _mock(
    product: Product,
    settings: Settings,
    *,
    start: date | None,
    end: date | None,
    run_id: str,
    progress: Progress,
) -> int | None:
    with Ledger(product.ledger(settings)) as ledger:
        real = real_sources(product, settings, ledger)
    if product.source(settings) == "files" or real:
        return None
    last = end or datetime.now(UTC).date() - timedelta(days=1)
    newest = _newest_landed_day(product, settings)
    following = newest + timedelta(days=1) if newest else last - timedelta(_FIRST_MOCK_DAYS - 1)
    first = start or following
    if start is None and first > last:
        return 0
    return product.mock(product, settings, start=first, end=last, run_id=run_id, progress=progress)


def _newest_landed_day(product: Product, settings: Settings) -> date | None:
    days = [
        name.day
        for contract in product.contracts.values()
        if contract.time_column is not None
        for path in (product.raw_dir(settings) / contract.table).glob("*.parquet")
        if (name := PartitionName.parse(path.name)) is not None
    ]
    return max(days, default=None)
