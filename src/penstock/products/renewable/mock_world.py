"""Which mock world lands: its seed, its portfolio, and whether faults are planted.

Belongs here: choosing a world, its identity, refusing a second one. Does not belong here: the
rows of a world (`mock_data/`); landing them (`mock.py`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from penstock.contracts.product import MOCK
from penstock.errors import PenstockError
from penstock.landing.files import PartitionName, read_metadata
from penstock.ledger import Ledger
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.mock_data.events import EVENT_TYPES, EventType
from penstock.products.renewable.portfolio import Portfolio, read_portfolio
from penstock.settings import Settings

DEFAULT_SEED = 7
_SEED = "mock_seed"
_PORTFOLIO = "mock_portfolio"
_CLEAN = "mock_clean"


def default_portfolio(settings: Settings) -> Path:
    """The portfolio that ships with Penstock."""
    return settings.reference_dir / "portfolio.yaml"


@dataclass(frozen=True)
class World:
    """What decides every mock row: the seed, the portfolio and whether events are planted."""

    seed: int
    path: Path
    portfolio: Portfolio
    is_clean: bool

    @property
    def kinds(self) -> Sequence[EventType]:
        """Types of events that may happen."""
        return () if self.is_clean else EVENT_TYPES

    @property
    def name(self) -> str:
        """Recorded in every file: two names are two histories.

        What only judges the rows (curves, events) may change within a history.
        """
        judging = {"assets": {"__all__": {"power_curve", "asset_events"}}}
        content = self.portfolio.model_dump_json(exclude=judging).encode()
        events = "clean" if self.is_clean else "planted events"
        return f"seed {self.seed}, portfolio {hashlib.sha256(content).hexdigest()[:12]}, {events}"


def open_world(
    settings: Settings,
    ledger: Ledger,
    raw_dir: Path,
    *,
    seed: int | None,
    portfolio: Path | None,
    is_clean: bool | None,
) -> World:
    """The world asked for; what is not asked for continues the one that has landed.

    The ledger remembers it.

    Raises: PenstockError when another world has landed.
    """
    landed = _landed_world(raw_dir)
    known_seed, known_path, known_clean = map(ledger.fact, (_SEED, _PORTFOLIO, _CLEAN))
    if landed is None:
        known_seed = known_path = known_clean = None
    if seed is None:
        seed = DEFAULT_SEED if known_seed is None else int(known_seed)
    if portfolio is None:
        portfolio = default_portfolio(settings) if known_path is None else Path(known_path)
    if is_clean is None:
        is_clean = (
            settings.renewable_mock_clean if known_clean is None else known_clean == str(True)
        )
    world = World(seed, portfolio.resolve(), read_portfolio(portfolio), is_clean)
    if landed not in (None, world.name):
        message = (
            f"mock data of another world have landed here ({landed}); asked for: {world.name} "
            f"({portfolio}). Days of two worlds make no history: set PENSTOCK_DATA_DIR to another "
            "directory, or start afresh with `make clean`."
        )
        raise PenstockError(message)
    with ledger.transaction():
        ledger.put_facts(
            {_SEED: str(world.seed), _PORTFOLIO: str(world.path), _CLEAN: str(world.is_clean)}
        )
    return world


def _landed_world(raw_dir: Path) -> str | None:
    """The name of the world whose days lie in `raw/`; None if there are none."""
    for table in (WEATHER.table, GENERATION.table):
        folder = raw_dir / table
        for path in sorted(folder.iterdir()) if folder.exists() else ():
            name = PartitionName.parse(path.name)
            if name is not None and name.source is None:
                landed = read_metadata(pq.read_schema(path))
                if landed.get("source") == MOCK:
                    return landed.get("input")
    return None
