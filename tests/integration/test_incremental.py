"""Incremental = full refresh, row by row and to the last digit, whatever arrives in what order."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.arrivals import (
    ASSETS,
    LOCAL,
    MEASURED,
    Arrival,
    Declaration,
    Retraction,
    Step,
    arrive,
    contract_of,
    declare,
    frame_of,
    take_back,
)
from support.warehouses import differing_rows, row_count
from support.worlds import FIRST_DAY, settings_for, ship, ship_assets

pytestmark = pytest.mark.integration

BASE_DAYS = 18
"""Enough for a trained wind curve (180 hours) and a trailing solar ratio (15 days)."""

DECLARATIONS = st.builds(Declaration, st.sampled_from([5.0, 12.0]), st.booleans())
ARRIVALS = st.builds(
    Arrival,
    table=st.sampled_from(["weather", "generation"]),
    day=st.integers(-2, BASE_DAYS + 6),
    assets=st.sets(st.integers(0, len(ASSETS) - 1), min_size=1).map(lambda s: tuple(sorted(s))),
    seed=st.integers(1, 3),
    age=st.integers(0, 3),
)
STEPS = st.lists(
    st.lists(
        st.one_of(ARRIVALS, ARRIVALS, st.builds(Retraction, st.integers(0, 99)), DECLARATIONS),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=3,
)


def build(world: Settings) -> None:
    load(PRODUCT, world)
    transform(PRODUCT, world, test=False)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A built world that every example starts from, with its increments compiled."""
    world = settings_for(tmp_path_factory.mktemp("base") / "data")
    ship_assets(world, ASSETS)
    numbers = [number for number, one in enumerate(ASSETS) if one in MEASURED]
    for first, days in ((0, BASE_DAYS - 1), (BASE_DAYS - 1, 1)):
        for table in ("weather", "generation"):
            day = FIRST_DAY + timedelta(days=first)
            frame = frame_of(table, day, days, assets=numbers, seed=0)
            ship(world, contract_of(table), frame)
        build(world)
    return world


def copy_of(world: Settings, target: Path) -> Settings:
    shutil.copytree(world.data_dir, target)
    return settings_for(target)


def from_scratch(world: Settings, target: Path) -> Settings:
    """A world that received the same files at once."""
    shutil.copytree(world.raw_dir, target / "raw")
    fresh = settings_for(target)
    build(fresh)
    return fresh


def check_steps(base: Settings, folder: Path, steps: list[list[Step]]) -> None:
    world = copy_of(base, folder / "grown")
    for batch in steps:
        for number, step in enumerate(batch):
            match step:
                case Arrival():
                    arrive(world, step)
                case Declaration():
                    declare(world, step, day=number)
                case Retraction():
                    take_back(world, step)
        build(world)
    fresh = from_scratch(world, folder / "fresh")
    assert differing_rows(PRODUCT.warehouse(world), PRODUCT.warehouse(fresh)) == []


def examples(*, soak: bool) -> settings:
    return settings(
        max_examples=60 if soak else 3,
        deadline=None,
        derandomize=not soak,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def test_any_order_of_arrivals_corrections_and_retractions_gives_the_same_marts(
    base: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    soak: bool,  # noqa: FBT001 - a fixture
) -> None:
    @examples(soak=soak)
    @given(STEPS)
    def check(steps: list[list[Step]]) -> None:
        folder = tmp_path_factory.mktemp("example")
        check_steps(base, folder, steps)
        shutil.rmtree(folder)

    check()


CHANGES: dict[str, list[list[Step]]] = {
    "a new day, table by table": [
        [Arrival("weather", BASE_DAYS, (0, 1), 1, 0)],
        [Arrival("generation", BASE_DAYS, (0,), 1, 0)],
    ],
    "a gap": [[Arrival("generation", BASE_DAYS + 4, (0,), 1, 0)]],
    "a correction in the past": [[Arrival("weather", 3, (0, 3), 2, 0)]],
    "an older delivery after a newer one": [
        [Arrival("weather", 3, (0,), 2, 0)],
        [Arrival("weather", 3, (0,), 3, 2)],
    ],
    "a retraction": [
        [Arrival("generation", BASE_DAYS + 3, (1,), 1, 0)],
        [Retraction(BASE_DAYS + 1)],
    ],
    "the plant's own meter": [[Arrival("generation", 5, (2,), 1, 0)]],
    "other assets": [
        [Declaration(12.0, orphan=True)],
        [Arrival("weather", BASE_DAYS, (0, 3), 1, 0)],
    ],
}


@pytest.mark.parametrize("steps", CHANGES.values(), ids=CHANGES)
def test_a_change_gives_the_same_marts_as_having_it_from_the_start(
    base: Settings, tmp_path: Path, steps: list[list[Step]]
) -> None:
    check_steps(base, tmp_path, steps)


def test_a_day_is_built_without_starting_dbt(base: Settings, tmp_path: Path) -> None:
    world = copy_of(base, tmp_path / "data")
    arrive(world, Arrival("weather", BASE_DAYS, (0, 1), 1, 0))
    program = (
        "import sys; from penstock.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code\n"
        "print([name for name in ('dbt', 'dlt') if name in sys.modules])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program, command, "renewable"],
            env={**os.environ, "PENSTOCK_DATA_DIR": str(world.data_dir)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for command in ("load", "transform")
    ]

    assert [lines[-1] for lines in said] == ["['dlt']", "[]"]
    assert "47 tests passed" in " ".join(said[1])


def test_a_table_that_was_dropped_is_made_anew(base: Settings, tmp_path: Path) -> None:
    """Also where nothing is compiled yet: without the table, another statement would be kept."""
    world = copy_of(base, tmp_path / "grown")
    (compiled,) = PRODUCT.engine_dir(world).rglob("compiled_increment.json")
    for number, is_compiled in enumerate((True, False)):
        arrive(world, Arrival("weather", BASE_DAYS + number, (0, 1), 1, 0))
        with duckdb.connect(str(PRODUCT.warehouse(world))) as connection:
            connection.execute("drop table intermediate.int_performance_daily")
        if not is_compiled:
            compiled.unlink()
        build(world)
    assert not compiled.exists()

    fresh = from_scratch(world, tmp_path / "fresh")
    assert differing_rows(PRODUCT.warehouse(world), PRODUCT.warehouse(fresh)) == []


def test_the_world_is_one_in_which_figures_exist(base: Settings) -> None:
    warehouse = PRODUCT.warehouse(base)
    # whole UTC days reach into one local day more
    days = len(ASSETS) * BASE_DAYS + len(LOCAL)
    assert row_count(warehouse, "mart_asset_performance_daily") == days
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        trained = connection.execute(
            "select asset_id, count(*) from marts.mart_weather_adjusted_performance"
            " where potential_mwh is not null group by asset_id order by asset_id"
        ).fetchall()
    assert [asset for asset, _ in trained] == sorted(one.asset_id for one in ASSETS)
