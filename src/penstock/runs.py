"""One run: the rooms in their order, recorded in the ledger under one run id.

Belongs here: landing what a user names, the order of the rooms, the record of runs. Does not belong
here: what a run lands by itself (`run_landing.py`); what happens inside a room; printing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from penstock.alerts import Alert, send
from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.days import FilesByDay, days_between, files_by_day
from penstock.landing.inputs import RefusedFile
from penstock.landing.land_files import LandingReport, land_files
from penstock.landing.mapping import Mapping as ColumnMapping
from penstock.landing.mapping import read_mapping
from penstock.landing.preview import Preview, preview_files
from penstock.ledger import Ledger, Run
from penstock.loading.load import LoadReport, load
from penstock.loading.one_opening import one_writer
from penstock.loading.retract import retract_deliveries
from penstock.locking import sign_of_life, writer_lock
from penstock.releasing.release import ReleaseReport, release
from penstock.run_landing import land_new, mock_days
from penstock.run_log import run_log
from penstock.settings import Settings, new_run_id
from penstock.transforming.transform import TransformReport, transform

Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunReport:
    """What one run did, room by room. `mocked_files` is None when nothing was to be mocked.

    `dropped` is the account of the drop folder, None for a product that has none.
    """

    run_id: str
    mocked_files: int | None
    load: LoadReport
    transform: TransformReport
    release: ReleaseReport
    dropped: FolderLanding | None = None


class NothingLandedError(PenstockError):
    """No file of the days asked for has landed, and none could be made."""


@dataclass(frozen=True)
class LandedDays:
    """The landed files of some days, by table and day. `mocked_files` as in RunReport."""

    first: date
    last: date
    mocked_files: int | None
    files: Mapping[str, FilesByDay]

    def missing(self, table: str) -> list[date]:
        """Days of which the table has no file."""
        return [day for day in days_between(self.first, self.last) if day not in self.files[table]]


@contextmanager
def recorded(
    product: Product, settings: Settings, command: str, *, run_id: str | None = None
) -> Iterator[str]:
    """Record a command as a run; its outcome is `done`, `failed` with the message, or `running`.

    Yields the run's id: the one given (a run of several steps records each under its own), or a
    new one.
    """
    run, started = run_id or new_run_id(), datetime.now(UTC)

    def put(outcome: str, message: str = "") -> None:
        ended = None if outcome == "running" else datetime.now(UTC)
        with Ledger(product.ledger(settings)) as ledger, ledger.transaction():
            ledger.put_run(Run(run, command, started, ended, outcome, message))

    log = run_log(settings.runs_dir / run, run_id=run, command=command)
    with sign_of_life(product.life(settings)), log:
        put("running")
        try:
            yield run
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
    again: bool = False,
    progress: Progress,
) -> LandingReport:
    """Land a user's own files through a mapping. Mock deliveries make way: they are retracted.

    `again` brings values back that a later landing has corrected.

    Raises: MappingError; ConversionError; PenstockError when nothing can be landed.
    """
    mapping = read_own_mapping(product, mapping_file)
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
            delivered_at=delivery_time(ledger),
            again=again,
            product_doubts=product.find_doubts,
            progress=progress,
        )
        mocked = [one for one in ledger.deliveries() if one.source == MOCK and one.stands]
        if mocked:
            progress("retracting the mock data: mock and real rows never mix")
            retract_deliveries(product, settings, ledger, mocked)
    return report


def delivery_time(ledger: Ledger) -> datetime:
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
    mapping = read_own_mapping(product, mapping_file)
    declared = product.parse_declared(mapping.assets, str(mapping_file))
    return preview_files(
        mapping,
        inputs,
        contracts=product.contracts,
        entities=declared,
        delivered_at=datetime.now(UTC).replace(tzinfo=None),
        product_doubts=product.find_doubts,
    )


def run(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    progress: Progress = lambda _: None,
) -> RunReport:
    """Land (what was dropped, or mock data), load, transform, release.

    Without dates a mock run continues after the last landed day up to yesterday (UTC), or makes
    the last 120 days. Once real files have landed nothing is mocked, dates or not.

    Raises: whatever a room raises; what was done before stays done.
    """
    with recorded(product, settings, "run") as run_id:
        new = land_new(product, settings, start=start, end=end, run_id=run_id, progress=progress)
        land_own(product, settings)
        with one_writer(product, settings, holder="run"):
            loaded = load(product, settings, run_id=run_id, progress=progress)
            built = transform(product, settings, run_id=run_id, progress=progress)
            released = release(product, settings, run_id=run_id, progress=progress)
        return RunReport(run_id, new.mocked_files, loaded, built, released, new.dropped)


def land_own(product: Product, settings: Settings) -> int:
    """Land what a product knows by itself, if it does; the number of new files."""
    if product.land_own is None:
        return 0
    return product.land_own(product, settings)


def land_days(
    product: Product,
    settings: Settings,
    *,
    first: date,
    last: date,
    run_id: str,
    progress: Progress = lambda _: None,
) -> LandedDays:
    """Make sure the days from `first` to `last` have landed: mock data are made, real ones found.

    Raises: NothingLandedError when not one file of these days is there.
    """
    mocked = mock_days(product, settings, start=first, end=last, run_id=run_id, progress=progress)
    files = {
        table: {
            day: paths
            for day, paths in files_by_day(product.raw_dir(settings), table).items()
            if first <= day <= last
        }
        for table in product.dated_tables
    }
    if not any(files.values()):
        expected = " or ".join(
            str(product.raw_dir(settings) / table / f"{table}_{first}.parquet") for table in files
        )
        span = str(first) if first == last else f"{first} to {last}"
        message = (
            f"{product.name}: no file of {span} has landed; expected {expected}: drop it there, or "
            f"`penstock land {product.name}` it, and the days are loaded by themselves"
        )
        raise NothingLandedError(message)
    return LandedDays(first, last, mocked, files)


def raise_alerts(product: Product, settings: Settings, alerts: Iterable[Alert]) -> list[Alert]:
    """Send the alerts that were not sent before; returns those.

    Raises: AlertError when the webhook does not take one; that one comes again.
    """
    sent: list[Alert] = []
    for alert in alerts:
        known = f"alert {alert.kind} {alert.key}"
        with Ledger(product.ledger(settings)) as ledger:
            if ledger.fact(known) is not None:
                continue
            send(alert, settings)
            with ledger.transaction():
                ledger.put_facts({known: alert.title})
        sent.append(alert)
    return sent


def read_own_mapping(product: Product, mapping_file: Path) -> ColumnMapping:
    """The mapping in a file, which has to be one of the product's.

    Raises: MappingError; PenstockError when it is another product's.
    """
    mapping = read_mapping(mapping_file, product.contracts)
    if mapping.product != product.name:
        message = f"{mapping_file}: is a mapping of product {mapping.product}, not {product.name}."
        raise PenstockError(message)
    return mapping
