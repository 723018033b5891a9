"""Loading with real dlt and DuckDB: nothing lost, nothing twice, whatever is killed or lost."""

import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from penstock.ledger import Ledger
from penstock.loading.dlt_pipeline import LoadError
from penstock.loading.load import LoadReport, load
from penstock.loading.retract import retract
from penstock.loading.stale import mark_built, stale_from
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.worlds import (
    FIRST_DAY,
    SOLAR,
    WIND,
    generation,
    renamed,
    settings_for,
    ship,
    ship_assets,
    ship_days,
    weather,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


def load_now(settings: Settings) -> LoadReport:
    return load(PRODUCT, settings)


def raw(settings: Settings, table: str) -> pl.DataFrame:
    """A raw table without the columns that name the run, in a fixed order."""
    sql = f"select * exclude (_dlt_load_id) from raw.{table} order by all"
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        return connection.execute(sql).pl()


def stale(settings: Settings) -> date | None:
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        return stale_from(ledger)


def test_every_landed_row_is_loaded_with_its_origin(settings: Settings) -> None:
    ship_days(settings, days=3)
    report = load_now(settings)
    loaded = raw(settings, "weather")

    assert (report.rows_read, report.rows_quarantined) == (2 + 2 * 2 * 72, 0)
    assert loaded.height == 2 * 72
    assert set(loaded["_delivery_id"]) == {
        f"weather/weather_2025-03-0{n}.test.parquet" for n in (1, 2, 3)
    }
    assert stale(settings) == FIRST_DAY


def test_loading_twice_changes_nothing(settings: Settings) -> None:
    ship_days(settings)
    load_now(settings)
    before = raw(settings, "generation")
    report = load_now(settings)

    assert report.deliveries == ()
    assert raw(settings, "generation").equals(before)


def test_a_new_day_makes_only_itself_stale(settings: Settings) -> None:
    ship_days(settings, days=3)
    load_now(settings)
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        mark_built(ledger)
    ship(settings, WEATHER, weather(date(2025, 3, 4)))
    load_now(settings)

    assert stale(settings) == date(2025, 3, 4)


def test_a_file_changed_in_place_replaces_its_own_rows(settings: Settings) -> None:
    ship_days(settings, days=1)
    load_now(settings)
    path = PRODUCT.raw_dir(settings) / "weather" / "weather_2025-03-01.test.parquet"
    weather(seed=9).write_parquet(path)
    load_now(settings)

    loaded = raw(settings, "weather")
    assert loaded.height == 48
    assert loaded.sort("asset_id", "timestamp")["wind_speed_mps"].to_list() == (
        weather(seed=9).sort("asset_id", "timestamp")["wind_speed_mps"].to_list()
    )


def test_a_file_dropped_by_hand_is_loaded_like_any_other(settings: Settings) -> None:
    ship_assets(settings)
    folder = PRODUCT.raw_dir(settings) / "weather"
    folder.mkdir(parents=True)
    zoned = weather().with_columns(pl.col("timestamp").dt.replace_time_zone("UTC"))
    zoned.write_parquet(folder / "weather_2025-03-01.parquet")
    load_now(settings)

    loaded = raw(settings, "weather")
    assert loaded.height == 48
    assert loaded["timestamp"].min() == datetime(2025, 3, 1)
    assert set(loaded["_source_file"]) == {"weather_2025-03-01.parquet"}
    assert loaded["_source_row"].max() == 48


def test_quarantined_rows_leave_when_their_file_is_mended(settings: Settings) -> None:
    ship_assets(settings)
    stranger = pl.concat([weather(), weather(assets=[renamed(WIND, "wind_z")])])
    ship(settings, WEATHER, stranger)
    first = load_now(settings)
    path = PRODUCT.raw_dir(settings) / "weather" / "weather_2025-03-01.test.parquet"
    weather().write_parquet(path)
    load_now(settings)

    assert [(one.reason, one.row_count) for one in first.quarantined] == [("unknown_asset", 24)]
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert ledger.quarantine() == []
    assert list(settings.quarantine_dir.iterdir()) == []


def test_a_gate_that_fails_names_its_table_and_loads_nothing(settings: Settings) -> None:
    ship_assets(settings)
    ship(settings, WEATHER, pl.concat([weather(), weather(assets=[renamed(WIND, "wind_z")])]))
    ship(settings, GENERATION, generation())
    obstacle = settings.quarantine_dir / "weather__weather_2025-03-01.test.parquet" / "file"
    obstacle.mkdir(parents=True)
    with pytest.raises(LoadError, match="resource `weather`"):
        load_now(settings)
    shutil.rmtree(settings.quarantine_dir)
    again = load_now(settings)

    assert (again.rows_accepted, again.rows_quarantined) == (2 + 2 * 48, 24)
    assert raw(settings, "weather").height == 48


def test_only_one_table_may_have_landed(settings: Settings) -> None:
    ship_assets(settings)
    ship(settings, GENERATION, generation())
    load_now(settings)

    assert raw(settings, "weather").height == 0
    assert raw(settings, "generation").height == 48


def test_a_retracted_file_leaves_no_row_and_is_kept(settings: Settings) -> None:
    ship_days(settings, days=3)
    load_now(settings)
    name = "weather/weather_2025-03-03.test.parquet"
    retract(PRODUCT, settings, lambda delivery: delivery.delivery_id == name)

    assert raw(settings, "weather").height == 2 * 48
    assert (settings.quarantine_dir / "retracted" / name).exists()
    assert load_now(settings).deliveries == ()


def test_a_retraction_killed_halfway_is_finished_by_the_next_load(settings: Settings) -> None:
    ship_days(settings, days=2)
    load_now(settings)
    with Ledger(PRODUCT.ledger(settings)) as ledger, ledger.transaction():
        begun = [
            d
            for d in ledger.deliveries()
            if d.delivery_id.endswith("weather_2025-03-02.test.parquet")
        ]
        ledger.put_deliveries(replace(one, status="retracting") for one in begun)
    load_now(settings)

    assert raw(settings, "weather").height == 48


def test_a_lost_ledger_is_rebuilt_from_the_warehouse(settings: Settings) -> None:
    ship_days(settings, days=3)
    load_now(settings)
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        known, spans = ledger.deliveries(), ledger.spans()
    for path in settings.warehouse_dir.glob("renewable.ledger.sqlite*"):
        path.unlink()
    report = load_now(settings)

    assert report.deliveries == ()
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert (ledger.deliveries(), ledger.spans()) == (known, spans)
    assert stale(settings) == FIRST_DAY


def test_a_lost_warehouse_is_loaded_again(settings: Settings) -> None:
    ship_days(settings, days=2)
    load_now(settings)
    before = raw(settings, "weather")
    PRODUCT.warehouse(settings).unlink()
    load_now(settings)

    assert raw(settings, "weather").equals(before)


KILLED = """
import os, sys
from pathlib import Path
from penstock.loading import load as module
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
module._commit = lambda *_: os.kill(os.getpid(), 9)   # dies after dlt, before the ledger knows
module.load(PRODUCT, Settings(data_dir=Path(sys.argv[1])))
"""


def test_a_kill_between_dlt_and_ledger_loads_no_row_twice(settings: Settings) -> None:
    ship_days(settings, days=3)
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(settings.data_dir)], check=False
    )
    assert killed.returncode == -9
    assert raw(settings, "weather").height == 3 * 48
    ship(settings, WEATHER, weather(date(2025, 3, 4)))
    killed_again = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(settings.data_dir)], check=False
    )
    assert killed_again.returncode == -9
    load_now(settings)

    assert raw(settings, "weather").height == 4 * 48
    assert raw(settings, "generation").height == 3 * 48
    assert stale(settings) == FIRST_DAY


def test_corrections_and_new_assets_load_beside_what_is_there(settings: Settings) -> None:
    ship_days(settings, days=1)
    load_now(settings)
    ship(settings, WEATHER, weather(seed=5), delivered_at=datetime(2025, 5, 1))
    load_now(settings)

    assert raw(settings, "weather").height == 2 * 48
    assert {SOLAR.asset_id, WIND.asset_id} == set(raw(settings, "assets")["asset_id"])
