"""What a day may know of the days around it: its past always, its future never.

The exception is a flag that needs the next slots to be sure: a run of equal readings that began
before midnight. It is right all the same, whichever day arrives first.
"""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.warehouses import differing_rows
from support.worlds import FIRST_DAY, generation, settings_for, ship, ship_days, weather

pytestmark = pytest.mark.integration

DAYS = 30
JUDGED = FIRST_DAY + timedelta(days=24)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A month of a wind and a solar asset, built."""
    settings = settings_for(tmp_path_factory.mktemp("month") / "data")
    ship_days(settings, days=DAYS)
    build(settings)
    return settings


def build(settings: Settings) -> None:
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)


def copy_of(settings: Settings, target: Path) -> Settings:
    shutil.copytree(settings.data_dir, target)
    return settings_for(target)


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return query_warehouse(PRODUCT, settings, sql).rows


def halved(day: date) -> pl.DataFrame:
    """The day's generation with half the energy."""
    energies = ["gross_generation_mwh", "net_generation_mwh"]
    return (
        generation(FIRST_DAY, DAYS)
        .filter(pl.col("timestamp").dt.date() == day)
        .with_columns(pl.col(energies) / 2)
    )


def frozen(frame: pl.DataFrame, since: datetime, until: datetime) -> pl.DataFrame:
    """The frame with temperatures and wind speeds that stand still for a while."""
    stands = pl.col("timestamp").is_between(since, until, closed="left")
    return frame.with_columns(
        pl.when(stands).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in (("temperature_c", 7.0), ("wind_speed_mps", 6.0))
    )


def test_halving_a_day_moves_nothing_on_or_before_it(world: Settings, tmp_path: Path) -> None:
    expectations = f"""
        select asset_id, timestamp, expected_mwh, expected_baseline_mwh
        from fct_generation_weather_interval
        where performance_date <= '{JUDGED}' order by all"""
    figures = f"""
        select * from mart_weather_adjusted_performance
        where performance_date < '{JUDGED}' order by all"""
    later = f"""
        select asset_id, timestamp, expected_mwh from fct_generation_weather_interval
        where performance_date > '{JUDGED}' order by all"""
    changed = copy_of(world, tmp_path / "data")
    ship(changed, GENERATION, halved(JUDGED), source="late", delivered_at=datetime(2025, 4, 20))
    build(changed)

    assert ask(changed, expectations) == ask(world, expectations)
    assert ask(changed, figures) == ask(world, figures)
    assert ask(changed, later) != ask(world, later)


def test_a_run_across_midnight_is_flagged_whichever_day_arrives_first(tmp_path: Path) -> None:
    midnight = datetime.combine(FIRST_DAY + timedelta(days=2), datetime.min.time())
    still = frozen(
        weather(FIRST_DAY, 4), midnight - timedelta(hours=1), midnight + timedelta(hours=5)
    )
    grown = settings_for(tmp_path / "grown")
    ship_days(grown, days=4)
    build(grown)
    for number in (1, 2):
        day = FIRST_DAY + timedelta(days=number)
        rows = still.filter(pl.col("timestamp").dt.date() == day)
        ship(grown, WEATHER, rows, source="late", delivered_at=datetime(2025, 4, 20))
        build(grown)
    shutil.copytree(grown.raw_dir, tmp_path / "fresh" / "raw")
    fresh = settings_for(tmp_path / "fresh")
    build(fresh)

    flagged = ask(
        grown,
        """select min(timestamp), max(timestamp), count(*) from fct_generation_weather_interval
           where asset_id = 'wind_a' and dq_frozen_temperature and dq_frozen_wind""",
    )
    assert flagged == [(midnight - timedelta(hours=1), midnight + timedelta(hours=4), 6)]
    assert differing_rows(PRODUCT.warehouse(grown), PRODUCT.warehouse(fresh)) == []
