"""Landing mock data: the generators' days as deliveries, never beside real ones.

Belongs here: which days are missing, delivering them, refusing to mix. Does not belong here: the
generators (`mock_data/`).
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.landing.deliver import Shipment, deliver
from penstock.landing.files import PartitionName
from penstock.ledger import Delivery, Ledger
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER, assets_frame
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.portfolio import Portfolio, read_portfolio
from penstock.settings import Settings, new_run_id

DEFAULT_SEED = 7
_WORLD = "mock_world"
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
    path = portfolio or default_portfolio(settings)
    assets = read_portfolio(path)
    run = run_id or new_run_id()
    raw_dir = product.raw_dir(settings)
    world_seed = DEFAULT_SEED if seed is None else seed
    with Ledger(product.ledger(settings)) as ledger:
        world = _world(world_seed, assets)
        _refuse_to_mix(ledger, world, path)
        with ledger.transaction():
            ledger.put_facts({_WORLD: world})
        written = list(_deliver_assets(raw_dir, assets, run_id=run))
        for table in tables:
            for first, last in _missing_chunks(raw_dir / table, table, start, end):
                progress(f"generating {table}, {first} to {last}")
                frame = _GENERATORS[table](assets.assets, start=first, end=last, seed=world_seed)
                written += _deliver_days(raw_dir, table, frame, run_id=run)
        with ledger.transaction():
            ledger.put_deliveries(written)
    return len(written)


def _world(seed: int, portfolio: Portfolio) -> str:
    content = portfolio.model_dump_json().encode()
    return f"seed {seed}, portfolio {hashlib.sha256(content).hexdigest()[:12]}"


def _refuse_to_mix(ledger: Ledger, world: str, portfolio: Path) -> None:
    real = ", ".join(sorted(ledger.sources() - {MOCK}))
    if real:
        message = (
            f"real data have landed here ({real}): mock rows never mix with them. Set "
            "PENSTOCK_DATA_DIR to another directory for mock data."
        )
        raise PenstockError(message)
    before = ledger.fact(_WORLD)
    if before is not None and before != world and MOCK in ledger.sources():
        message = (
            f"mock data of another world have landed here ({before}); asked for: {world} "
            f"({portfolio}). Days of two worlds make no history: set PENSTOCK_DATA_DIR to another "
            "directory, or start afresh with `make clean`."
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


def _deliver_assets(raw_dir: Path, portfolio: Portfolio, *, run_id: str) -> tuple[Delivery, ...]:
    shipment = Shipment(
        contract=ASSETS,
        frame=assets_frame(portfolio.assets),
        source=MOCK,
        delivered_at=lambda day: datetime.combine(day, time()),
        plain_name=True,
    )
    return deliver(shipment, raw_dir, run_id=run_id).deliveries


def _deliver_days(
    raw_dir: Path, table: str, frame: pl.DataFrame, *, run_id: str
) -> tuple[Delivery, ...]:
    """Each day arrives at 04:00 UTC of the next: simulated, so that a day has the same bytes."""
    shipment = Shipment(
        contract=_CONTRACTS[table],
        frame=frame,
        source=MOCK,
        delivered_at=lambda day: datetime.combine(day + timedelta(days=1), _DELIVERY_TIME),
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
        mock(PRODUCT, Settings(), tables=(table,), **vars(options))
    except PenstockError as error:
        sys.exit(str(error))
