"""Landing mock data: the generators' days as deliveries, never beside real ones.

Belongs here: which days are missing, delivering them, refusing to mix. Does not belong here: the
generators (`mock_data/`).
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.deliver import Shipment, deliver
from penstock.landing.files import PartitionName, read_metadata
from penstock.ledger import Delivery, Ledger
from penstock.loading.sources import real_sources
from penstock.locking import writer_lock
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER, assets_frame
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.portfolio import Portfolio, read_portfolio
from penstock.settings import Settings, new_run_id, read_settings

DEFAULT_SEED = 7
_SEED = "mock_seed"
_PORTFOLIO = "mock_portfolio"
_CHUNK_DAYS = 31
_DELIVERY_TIME = time(4)
_CONTRACTS = {WEATHER.table: WEATHER, GENERATION.table: GENERATION}
_GENERATORS = {WEATHER.table: generate_weather, GENERATION.table: generate_generation}


def default_portfolio(settings: Settings) -> Path:
    """The portfolio that ships with Penstock."""
    return settings.reference_dir / "portfolio.yaml"


def mock(
    product: Product,
    settings: Settings,
    *,
    start: date,
    end: date,
    seed: int | None = None,
    portfolio: Path | None = None,
    run_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    tables: Collection[str] = (WEATHER.table, GENERATION.table),
) -> int:
    """Land the mock days from `start` to `end` (inclusive) that have not landed yet.

    Returns the number of files written; days that have landed are left as they are. `tables`
    may name one of weather and generation.

    Raises: PenstockError when real data have landed, when the days end before they start or lie
    in the future, when another seed or portfolio has been used; PortfolioError.
    """
    if end < start:
        message = f"--end {end} is before --start {start}: give the first and the last day."
        raise PenstockError(message)
    if end > datetime.now(UTC).date():
        message = f"--end {end} is in the future: a day can land when it is over."
        raise PenstockError(message)
    run = run_id or new_run_id()
    raw_dir = product.raw_dir(settings)
    with (
        writer_lock(product.lock(settings), holder="mock", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        _refuse_beside_real(real_sources(product, settings, ledger))
        world = _world(settings, ledger, _landed_world(raw_dir), seed=seed, portfolio=portfolio)
        with ledger.transaction():
            ledger.put_facts({_SEED: str(world.seed), _PORTFOLIO: str(world.path)})
        written = list(_deliver_assets(raw_dir, world, run_id=run))
        for table in tables:
            for first, last in _missing_chunks(raw_dir / table, table, start, end):
                progress(f"generating {table}, {first} to {last}")
                frame = _GENERATORS[table](
                    world.portfolio.assets, start=first, end=last, seed=world.seed
                )
                written += _deliver_days(raw_dir, table, frame, world, run_id=run)
        with ledger.transaction():
            ledger.put_deliveries(written)
    return len(written)


@dataclass(frozen=True)
class _World:
    """What decides every mock row: the seed and the portfolio."""

    seed: int
    path: Path
    portfolio: Portfolio

    @property
    def name(self) -> str:
        """Recorded in every file: two names are two histories."""
        content = self.portfolio.model_dump_json().encode()
        return f"seed {self.seed}, portfolio {hashlib.sha256(content).hexdigest()[:12]}"


def _world(
    settings: Settings,
    ledger: Ledger,
    landed: str | None,
    *,
    seed: int | None,
    portfolio: Path | None,
) -> _World:
    """The world asked for; what is not asked for continues the one that has landed.

    Raises: PenstockError when another world has landed.
    """
    known_seed, known_path = ledger.fact(_SEED), ledger.fact(_PORTFOLIO)
    if landed is None:
        known_seed = known_path = None
    if seed is None:
        seed = DEFAULT_SEED if known_seed is None else int(known_seed)
    if portfolio is None:
        portfolio = default_portfolio(settings) if known_path is None else Path(known_path)
    world = _World(seed, portfolio.resolve(), read_portfolio(portfolio))
    if landed not in (None, world.name):
        message = (
            f"mock data of another world have landed here ({landed}); asked for: {world.name} "
            f"({portfolio}). Days of two worlds make no history: set PENSTOCK_DATA_DIR to another "
            "directory, or start afresh with `make clean`."
        )
        raise PenstockError(message)
    return world


def _landed_world(raw_dir: Path) -> str | None:
    """The name of the world whose days lie in `raw/`; None if there are none."""
    for table in _CONTRACTS:
        folder = raw_dir / table
        for path in sorted(folder.iterdir()) if folder.exists() else ():
            name = PartitionName.parse(path.name)
            if name is not None and name.source is None:
                landed = read_metadata(pq.read_schema(path))
                if landed.get("source") == MOCK:
                    return landed.get("input")
    return None


def _refuse_beside_real(sources: set[str]) -> None:
    real = ", ".join(sorted(sources))
    if real:
        message = (
            f"real data have landed here ({real}): mock rows never mix with them. Set "
            "PENSTOCK_DATA_DIR to another directory for mock data."
        )
        raise PenstockError(message)


def _missing_chunks(
    folder: Path, table: str, start: date, end: date
) -> Iterator[tuple[date, date]]:
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


def _deliver_assets(raw_dir: Path, world: _World, *, run_id: str) -> tuple[Delivery, ...]:
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
    raw_dir: Path, table: str, frame: pl.DataFrame, world: _World, *, run_id: str
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


def main(table: str) -> None:
    """Land one mock table: `python -m <generator> --start DAY --end DAY [--seed N]`."""
    # The product's declaration holds this module's `mock`: only a program may import it here.
    from penstock.products.renewable.product import PRODUCT  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=f"Land mock {table}, one file per day.")
    parser.add_argument("--start", type=date.fromisoformat, required=True)
    parser.add_argument("--end", type=date.fromisoformat, required=True)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--portfolio", type=Path)
    options = parser.parse_args()
    try:
        mock(PRODUCT, read_settings(), tables=(table,), **vars(options))
    except PenstockError as error:
        sys.exit(str(error))
