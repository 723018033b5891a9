"""Detection against planted truth, and no figure of a day that later days can change."""

import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from penstock.loading.load import load
from penstock.products.renewable.contracts import GENERATION
from penstock.products.renewable.mock import mock
from penstock.products.renewable.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.transform import transform
from support.warehouses import differing_rows
from support.worlds import settings_for, ship

pytestmark = pytest.mark.integration

SHIPPED = REPOSITORY_ROOT / "data" / "reference" / "portfolio.yaml"
FEW = ("wind_caithness", "wind_nordfriesland", "solar_mojave")
LAST_DAY = date(2024, 9, 30)
HALVED = date(2024, 9, 10)
SEEDS = range(301, 306)
"""Thresholds were set on seed 7 and judged anew on 101 to 105 and 201 to 205; not on these."""

LEAST_PRECISION = 0.88
LEAST_RECALL = {"derate": 0.95, "unreported_outage": 0.95, "soiling": 0.85, "string_loss": 0.6}


def built_world(
    folder: Path, *, seed: int, start: date, end: date, portfolio: Path = SHIPPED
) -> Settings:
    settings = settings_for(folder)
    mock(PRODUCT, settings, start=start, end=end, seed=seed, portfolio=portfolio, is_clean=False)
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)
    return settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three assets over twenty months: long enough for every window and a frozen baseline."""
    folder = tmp_path_factory.mktemp("detection")
    assets = yaml.safe_load(SHIPPED.read_text())["assets"]
    portfolio = folder / "few.yaml"
    portfolio.write_text(yaml.safe_dump({"assets": [a for a in assets if a["asset_id"] in FEW]}))
    return built_world(
        folder / "data",
        seed=SEEDS[0],
        start=date(2023, 1, 1),
        end=LAST_DAY,
        portfolio=portfolio,
    )


def quality(settings: Settings) -> list[tuple[str, str, int, int]]:
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        return connection.execute(
            "select subject, event_type, n, detected from marts.mart_detection_quality"
        ).fetchall()


def test_flagged_days_are_right_and_standstill_is_found(world: Settings) -> None:
    """The bars that a world this small can judge; `make soak` judges all of them."""
    rows = quality(world)
    flags = [(n, right) for subject, _, n, right in rows if subject == "flag"]
    outages = [(n, found) for _, kind, n, found in rows if kind == "unreported_outage"]

    assert sum(n for n, _ in flags) > 50
    assert sum(right for _, right in flags) / sum(n for n, _ in flags) >= LEAST_PRECISION
    assert any(subject == "event" for subject, *_ in rows)
    assert all(found == n for n, found in outages)


@pytest.fixture(scope="module")
def pooled(
    tmp_path_factory: pytest.TempPathFactory,
    soak: bool,  # noqa: FBT001 - a fixture
) -> dict[tuple[str, str], float]:
    """Share of what was asked that was right, over five worlds of three years."""
    if not soak:
        pytest.skip("pools five worlds of three years: make soak")
    asked: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp("pooled")
        settings = built_world(folder, seed=seed, start=date(2023, 1, 1), end=date(2025, 12, 31))
        for subject, kind, n, detected in quality(settings):
            for key in ((subject, kind), (subject, "any")):
                asked[key] += n
                right[key] += detected
        shutil.rmtree(folder)
    return {key: right[key] / asked[key] for key in asked}


def test_flagged_days_are_right_over_seeds_that_set_no_threshold(
    pooled: dict[tuple[str, str], float],
) -> None:
    assert pooled["flag", "any"] >= LEAST_PRECISION, pooled


@pytest.mark.parametrize("kind", LEAST_RECALL)
def test_costly_events_are_found_over_seeds_that_set_no_threshold(
    pooled: dict[tuple[str, str], float], kind: str
) -> None:
    assert pooled["event", kind] >= LEAST_RECALL[kind], pooled


def halve(settings: Settings, day: date) -> None:
    """A later delivery of one day's generation with half the energy."""
    landed = min(PRODUCT.raw_dir(settings).glob(f"generation/generation_{day}*.parquet"))
    frame = pl.read_parquet(landed)
    energies = [name for name in frame.columns if name.endswith("_mwh")]
    ship(
        settings,
        GENERATION,
        frame.with_columns((pl.col(energies) * 0.5).round(6)),
        source="mock",
        delivered_at=datetime.combine(day, datetime.min.time()) + timedelta(days=30),
    )


def test_half_a_days_generation_moves_nothing_on_or_before_it(
    world: Settings, tmp_path: Path
) -> None:
    """Expectations of the day itself stay; later ones may move. Rebuilt from scratch: the same."""
    shutil.copytree(world.data_dir, tmp_path / "halved")
    halved = settings_for(tmp_path / "halved")
    halve(halved, HALVED)
    load(PRODUCT, halved)
    transform(PRODUCT, halved, test=False)
    moved = """
        select count(*), max(abs(a.expected_mwh - b.expected_mwh)),
            max(abs(a.expected_baseline_mwh - b.expected_baseline_mwh))
        from before.marts.fct_generation_weather_interval as a
        full join after.marts.fct_generation_weather_interval as b using (asset_id, timestamp)
        where cast(timestamp as date) <= ?
    """
    with duckdb.connect() as connection:
        for name, settings in (("before", world), ("after", halved)):
            connection.execute(f"attach '{PRODUCT.warehouse(settings)}' as {name} (read_only)")
        rows, expected, baseline = connection.execute(moved, [HALVED]).fetchall()[0]
        days = connection.execute(
            "select count(*) from (from before.marts.mart_weather_adjusted_performance"
            " where performance_date < ? except all"
            " from after.marts.mart_weather_adjusted_performance where performance_date < ?)",
            [HALVED, HALVED],
        ).fetchall()[0][0]
        later = connection.execute(moved, [LAST_DAY]).fetchall()[0][1]

    assert rows > 10_000
    assert (expected, baseline, days) == (0, 0, 0)
    assert later > 0, "the halved day trained nothing: the test would prove nothing"

    fresh = settings_for(tmp_path / "fresh")
    shutil.copytree(halved.data_dir, tmp_path / "fresh")
    transform(PRODUCT, fresh, full_refresh=True, test=False)
    assert differing_rows(PRODUCT.warehouse(halved), PRODUCT.warehouse(fresh)) == []
