"""Alerts out of the marts."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from penstock.products.renewable.product import PRODUCT
from penstock.products.renewable.watches import rating_drops
from penstock.settings import Settings
from support.worlds import settings_for

pytestmark = pytest.mark.integration

BEFORE, DAY = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    settings = settings_for(data_dir)
    settings.warehouse_dir.mkdir()
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.mart_weather_adjusted_performance (asset_id varchar,"
            " performance_date date, rating_30d varchar, performance_score_30d decimal(18, 9),"
            " net_generation_mwh decimal(18, 9), performance_loss_mwh decimal(18, 9))"
        )
        connection.executemany(
            "insert into marts.mart_weather_adjusted_performance values (?, ?, ?, ?, ?, ?)",
            [
                ("fell", BEFORE, "A", 98.0, 50.0, 1.0),
                ("fell", DAY, "C", 88.5, 40.0, 5.25),
                ("rose", BEFORE, "C", 88.0, 50.0, 1.0),
                ("rose", DAY, "A", 98.0, 50.0, 1.0),
                ("stayed", BEFORE, "B", 95.0, 50.0, 1.0),
                ("stayed", DAY, "B", 94.0, 50.0, 1.0),
                ("was_unrated", BEFORE, "not_rated", None, 50.0, 1.0),
                ("was_unrated", DAY, "D", 70.0, 50.0, 1.0),
                ("is_unrated", BEFORE, "A", 98.0, 50.0, 1.0),
                ("is_unrated", DAY, "not_rated", None, 50.0, 1.0),
            ],
        )
    return settings


def test_a_rating_that_fell_is_told_with_its_figures(settings: Settings) -> None:
    (alert,) = rating_drops(PRODUCT, settings, first=DAY, last=DAY)

    assert alert.title == "fell: rating A -> C on 2026-03-02"
    assert alert.figures == {
        "score_before": 98.0,
        "score": 88.5,
        "net_generation_mwh": 40.0,
        "performance_loss_mwh": 5.25,
    }
    assert "98.0 -> 88.5" in alert.text


def test_a_day_before_the_fall_tells_nothing(settings: Settings) -> None:
    assert rating_drops(PRODUCT, settings, first=BEFORE, last=BEFORE) == []
