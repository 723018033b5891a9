"""Rows are judged by the assets there are, whether declared before or after them."""

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.retract import retract
from penstock.products.renewable.contracts import ASSETS, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.warehouses import RUN_COLUMNS, differing_rows, row_count
from support.worlds import SOLAR, WIND, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration


def refused(settings: Settings) -> dict[str, int]:
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        return {one.reason: one.row_count for one in ledger.quarantine()}


def from_scratch(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(settings.raw_dir, folder / "data" / "raw")
    fresh = settings_for(folder / "data")
    load(PRODUCT, fresh)
    return fresh


def same_rows(settings: Settings, fresh: Settings) -> list[str]:
    one, other = PRODUCT.warehouse(settings), PRODUCT.warehouse(fresh)
    return differing_rows(one, other, layers=("raw",), leaving_out=RUN_COLUMNS)


def test_another_interval_judges_the_rows_of_its_asset_again_and_a_retraction_too(
    data_dir: Path, tmp_path: Path
) -> None:
    settings = settings_for(data_dir)
    ship_assets(settings)
    wind = weather(assets=[WIND])
    half_past = wind.with_columns(pl.col("timestamp").dt.offset_by("30m"))
    ship(settings, WEATHER, pl.concat([wind, half_past]), source="wind")
    ship(settings, WEATHER, weather(assets=[SOLAR]), source="solar")
    load(PRODUCT, settings)
    assert refused(settings) == {"off_the_grid": 24}

    finer = assets_frame([WIND.model_copy(update={"interval_minutes": 30})])
    ship(settings, ASSETS, finer, source="finer", delivered_at=datetime(2025, 5, 1))
    report = load(PRODUCT, settings)
    assert {one.source for one in report.deliveries} == {"wind", "finer"}
    assert refused(settings) == {}
    assert row_count(PRODUCT.warehouse(settings), "weather") == 72
    assert same_rows(settings, from_scratch(settings, tmp_path / "finer")) == []

    retract(PRODUCT, settings, lambda one: one.source == "finer")
    load(PRODUCT, settings)
    assert refused(settings) == {"off_the_grid": 24}
    assert same_rows(settings, from_scratch(settings, tmp_path / "coarse")) == []
    assert load(PRODUCT, settings).deliveries == ()
