"""Landing mock data: the generators' days as deliveries, never beside real ones.

Belongs here: which days are missing, delivering them, refusing to mix. Does not belong here: the
generators (`mock_data/`).
"""

import argparse
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.days import files_by_day, refuse_odd_days
from penstock.landing.deliver import Shipment, deliver
from penstock.landing.files import PartitionName
from penstock.landing.unfinished import making_days
from penstock.ledger import Delivery, Ledger
from penstock.loading.sources import real_sources
from penstock.locking import writer_lock
from penstock.products.renewable.contracts import (
    ASSETS,
    GENERATION,
    GROUND_TRUTH,
    WEATHER,
    assets_frame,
)
from penstock.products.renewable.mock_data.corrections import CORRECTION_TIME, corrected_days
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_ground_truth import generate_ground_truth
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.mock_world import DEFAULT_SEED, World, open_world
from penstock.settings import Settings, new_run_id, read_settings

_CHUNK_DAYS = 31
_DELIVERY_TIME = time(4)
_Days = tuple[date, date]
_CONTRACTS = {one.table: one for one in (WEATHER, GENERATION, GROUND_TRUTH)}
_GENERATORS: Mapping[str, Callable[..., pl.DataFrame]] = {
    WEATHER.table: generate_weather,
    GENERATION.table: generate_generation,
    GROUND_TRUTH.table: generate_ground_truth,
}


def mock(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    seed: int | None = None,
    portfolio: Path | None = None,
    is_clean: bool | None = None,
    run_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    tables: Collection[str] = tuple(_CONTRACTS),
) -> int:
    """Land the mock days from `start` to `end` (inclusive) that have not landed yet.

    Late corrections of landed days follow as second deliveries, as soon as a day has landed that
    is not before the day they arrive on. A clean world has no planted events.

    Returns the number of files written; days that have landed are left as they are. `tables`
    may name some of weather, generation and the planted truth.

    Raises: PenstockError when real data have landed, when a day is not given, when the days end
    before they start or lie in the future, when another world (seed, portfolio, clean or not) has
    landed; PortfolioError.
    """
    if start is None or end is None:
        message = f"mock {product.name}: expected --start and --end, the first and the last day."
        raise PenstockError(message)
    refuse_odd_days(start, end, today=datetime.now(UTC).date())
    run = run_id or new_run_id()
    raw_dir = product.raw_dir(settings)
    with (
        writer_lock(product.lock(settings), holder="mock", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        _refuse_beside_real(real_sources(product, settings, ledger))
        world = open_world(
            settings, ledger, raw_dir, seed=seed, portfolio=portfolio, is_clean=is_clean
        )
        with making_days(ledger, start, end, is_whole=set(tables) == set(_CONTRACTS)):
            written = list(_deliver_assets(raw_dir, world, run_id=run))
            for table in tables:
                for chunk in _missing_chunks(raw_dir / table, table, start, end):
                    progress(f"generating {table}, {chunk[0]} to {chunk[1]}")
                    written += _deliver_missing(raw_dir, table, world, chunk, run_id=run)
            if GENERATION.table in tables and not world.is_clean:
                progress("late corrections")
                written += _deliver_corrections(raw_dir, world, run_id=run)
            with ledger.transaction():
                ledger.put_deliveries(written)
    return len(written)


def _refuse_beside_real(sources: set[str]) -> None:
    real = ", ".join(sorted(sources))
    if real:
        message = (
            f"real data have landed here ({real}): mock rows never mix with them. Set "
            "PENSTOCK_DATA_DIR to another directory for mock data."
        )
        raise PenstockError(message)


def _deliver_missing(
    raw_dir: Path, table: str, world: World, days: _Days, *, run_id: str
) -> tuple[Delivery, ...]:
    frame = _GENERATORS[table](
        world.portfolio.assets, start=days[0], end=days[1], seed=world.seed, kinds=world.kinds
    )
    return _deliver_days(raw_dir, table, frame, world, run_id=run_id)


def _missing_chunks(folder: Path, table: str, start: date, end: date) -> Iterator[_Days]:
    """Runs of days, at most a month long, whose file is missing."""
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    run: list[date] = []
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        landed = PartitionName(table, day).file_name in names
        if run and (landed or len(run) == _CHUNK_DAYS):
            yield run[0], run[-1]
            run = []
        if not landed:
            run.append(day)
    if run:
        yield run[0], run[-1]


def _deliver_assets(raw_dir: Path, world: World, *, run_id: str) -> tuple[Delivery, ...]:
    shipment = Shipment(
        contract=ASSETS,
        frame=assets_frame(world.portfolio.assets),
        source=MOCK,
        delivered_at=lambda day: datetime.combine(day, time()),
        input_id=world.name,
        plain_name=True,
    )
    return deliver(shipment, raw_dir, run_id=run_id).deliveries


def _deliver_days(
    raw_dir: Path, table: str, frame: pl.DataFrame, world: World, *, run_id: str
) -> tuple[Delivery, ...]:
    """Each day arrives at 04:00 UTC of the next: simulated, so that a day has the same bytes."""
    shipment = Shipment(
        contract=_CONTRACTS[table],
        frame=frame,
        source=MOCK,
        delivered_at=lambda day: datetime.combine(day + timedelta(days=1), _DELIVERY_TIME),
        input_id=world.name,
        plain_name=True,
    )
    return deliver(shipment, raw_dir, run_id=run_id).deliveries


def _deliver_corrections(raw_dir: Path, world: World, *, run_id: str) -> list[Delivery]:
    """Second deliveries of landed days that have arrived by the newest landed day.

    All landed days are looked at, so that what a killed run left out comes with the next.
    """
    landed = files_by_day(raw_dir, GENERATION.table)
    if not landed:
        return []
    newest = max(landed)
    arrivals = corrected_days(
        world.portfolio.assets, start=min(landed), end=newest, seed=world.seed
    )
    written: list[Delivery] = []
    for day, arrival in arrivals.items():
        file = PartitionName(GENERATION.table, day, None, 2).file_name
        names = {path.name for path in landed.get(day, ())}
        if not names or file in names or arrival > newest:
            continue
        frame = generate_generation(
            world.portfolio.assets,
            start=day,
            end=day,
            seed=world.seed,
            kinds=world.kinds,
            delivery_no=2,
        )
        moment = datetime.combine(arrival, CORRECTION_TIME)
        shipment = Shipment(
            contract=GENERATION,
            frame=frame,
            source=MOCK,
            delivered_at=lambda _, moment=moment: moment,  # type: ignore[misc]  # bound early
            input_id=world.name,
            plain_name=True,
        )
        written += deliver(shipment, raw_dir, run_id=run_id).deliveries
    return written


def main(table: str) -> None:
    """Land one mock table: `python -m <generator> --start DAY --end DAY [--seed N] [--clean]`."""
    # The product's declaration holds this module's `mock`: only a program may import it here.
    from penstock.products.renewable.product import PRODUCT  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=f"Land mock {table}, one file per day.")
    parser.add_argument("--start", type=date.fromisoformat, required=True)
    parser.add_argument("--end", type=date.fromisoformat, required=True)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--portfolio", type=Path)
    parser.add_argument("--clean", dest="is_clean", action="store_true", default=None)
    options = parser.parse_args()
    try:
        mock(PRODUCT, read_settings(), tables=(table,), **vars(options))
    except PenstockError as error:
        sys.exit(str(error))
