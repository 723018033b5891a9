"""Where an expectation comes from: the maker's curve, or a past since the asset last changed."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.renewable.contracts import ASSETS as ASSETS_CONTRACT
from penstock.products.renewable.contracts import GENERATION, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.warehouses import differing_rows
from support.worlds import (
    FIRST_DAY,
    WIND,
    generation,
    renamed,
    settings_for,
    ship,
    ship_assets,
    weather,
)

pytestmark = pytest.mark.integration

DAYS = 45
SHARES = [min(1.0, max(0.0, (number / 2 - 3) / 9)) for number in range(61)]
CURVE = " ".join(f"{share:.6f}" for share in SHARES)
"""Not what the assets make of the wind: who is judged by it is seen."""

BARE = renamed(WIND, "bare")
MADE = renamed(WIND, "made").model_copy(update={"power_curve_id": "made", "power_curve": CURVE})
CHANGED = FIRST_DAY + timedelta(days=26)
SILENT = renamed(WIND, "silent").model_copy(update={"power_curve": CURVE})
TOLD = renamed(WIND, "told").model_copy(
    update={"power_curve": CURVE, "asset_events": f"{CHANGED} sensor_repaired"}
)
ASSETS = [BARE, MADE, SILENT, TOLD]


def measured_weather() -> pl.DataFrame:
    """From a repair on, the anemometers of two assets read 15 % more of the same wind."""
    is_repaired = pl.col("asset_id").is_in(["silent", "told"]) & (pl.col("timestamp") >= CHANGED)
    factor = pl.when(is_repaired).then(1.15).otherwise(1.0)
    air = weather(days=DAYS, assets=ASSETS)
    return air.with_columns((pl.col("wind_speed_mps") * factor).round(2))


def built(settings: Settings) -> Settings:
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    return settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_for(tmp_path_factory.mktemp("expectation"))
    ship_assets(settings, ASSETS)
    arrival = datetime(2025, 5, 1)
    ship(settings, WEATHER, measured_weather(), delivered_at=arrival)
    ship(settings, GENERATION, generation(days=DAYS, assets=ASSETS), delivered_at=arrival)
    return built(settings)


def rows(settings: Settings, query: str, *values: object) -> pl.DataFrame:
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        return connection.execute(query, list(values)).pl()


def test_the_makers_curve_stands_in_until_there_are_180_hours(world: Settings) -> None:
    """And says so: its rows name the method and no training window; without one there is none."""
    methods = rows(
        world,
        "select asset_id, method, count(*) as days, max(performance_date) as last,"
        " count(train_from) + count(train_to) as windows, count(potential_mwh) as judged"
        " from marts.mart_weather_adjusted_performance where asset_id in ('bare', 'made')"
        " group by all order by all",
    )
    eighth = FIRST_DAY + timedelta(days=7)

    assert methods.filter(pl.col("last") == eighth).rows() == [
        ("bare", None, 8, eighth, 0, 0),
        ("made", "oem_curve", 8, eighth, 0, 8),
    ]
    learnt = methods.filter(pl.col("method") == "trailing_curve")
    assert learnt["days"].to_list() == [DAYS - 8] * 2
    assert learnt["windows"].to_list() == [2 * (DAYS - 8)] * 2


def test_energy_by_the_makers_curve_is_read_off_at_the_density_corrected_speed(
    world: Settings,
) -> None:
    judged = rows(
        world,
        "select cast(normalized_wind_speed_mps as double) as speed,"
        " cast(wind_speed_mps as double) as raw, cast(air_density_kgm3 as double) as density,"
        " cast(expected_mwh as double) as expected from marts.fct_generation_weather_interval"
        " where method = 'oem_curve' and asset_id = 'made'",
    )

    assert judged.height == 8 * 24
    corrected = judged["raw"] * (judged["density"] / 1.225) ** (1 / 3)
    assert np.allclose(judged["speed"], corrected, atol=1e-8)
    by_hand = WIND.capacity_mw * np.interp(corrected, np.arange(61) / 2, SHARES)
    assert np.allclose(judged["expected"], by_hand, atol=1e-4)


def test_no_window_adds_up_a_makers_and_a_learnt_expectation(world: Settings) -> None:
    mixed = rows(
        world,
        """
        with daily as (from marts.mart_weather_adjusted_performance where asset_id = 'made')
        select
            later.performance_date, later.method, later.performance_score_30d,
            cast(later.performance_index_7d as double) as published,
            sum(earlier.gross_generation_mwh)
            / sum(earlier.expected_available_uncurtailed_mwh) as by_hand
        from daily as later
        inner join daily as earlier
            on earlier.performance_date between later.performance_date - 6
            and later.performance_date and earlier.method = later.method
        group by all order by all
        """,
    )

    assert np.allclose(mixed["published"], mixed["by_hand"], atol=1e-8)
    assert mixed["published"][7] != pytest.approx(mixed["published"][8], abs=0.05)
    # 80 % of thirty days judged alike: the first score comes 24 learnt days after the eighth.
    scored = mixed.filter(pl.col("performance_score_30d").is_not_null())
    assert scored["performance_date"].min() == FIRST_DAY + timedelta(days=8 + 24 - 1)


def test_days_by_the_makers_curve_are_no_measure_for_others(world: Settings) -> None:
    """No z-score of theirs, none from them, no alarm when the asset is first judged by itself."""
    scores = rows(
        world,
        "select method, min(case when z_score is not null then performance_date end) as first,"
        " max(abs(z_score)) as most from marts.mart_weather_adjusted_performance"
        " where asset_id = 'made' group by all order by all",
    )

    assert scores.rows()[0] == ("oem_curve", None, None)
    assert scores["first"][1] >= FIRST_DAY + timedelta(days=8 + 15)
    flags = rows(
        world,
        "select count(*) from marts.mart_weather_adjusted_performance"
        " where anomaly_type is not null and asset_id = 'made' and performance_date < ?",
        FIRST_DAY + timedelta(days=8 + 15),
    )
    assert flags.item() == 0


def test_months_and_fleet_say_how_much_is_by_a_makers_curve(world: Settings) -> None:
    by_maker = "sum(potential_mwh) filter (method = 'oem_curve')"
    daily = f"select {by_maker} from marts.mart_weather_adjusted_performance"
    march = "where performance_month = '2025-03-01' and asset_id = 'made'"

    month = rows(world, f"select oem_potential_mwh, rating from marts.mart_monthly_kpis {march}")
    fleet = rows(
        world,
        "select period_grain, sum(oem_potential_mwh) from marts.mart_fleet_summary"
        " group by all order by all",
    )

    of_asset = rows(world, f"{daily} where asset_id = 'made'").item()
    of_all = rows(world, daily).item()
    assert month.rows() == [(of_asset, "not_rated")]
    assert fleet.rows() == [("day", of_all), ("month", of_all)]


def test_the_makers_curve_is_published_beside_the_learnt_ones(world: Settings) -> None:
    curve = rows(
        world,
        "select as_of_month, wind_bin, cast(mean_power_pu as double) as power, intervals"
        " from marts.mart_power_curve where reference = 'oem' and asset_id = 'made'"
        " order by wind_bin",
    )

    assert set(curve["as_of_month"]) == {date(2025, 3, 1)}
    assert curve["wind_bin"].to_list() == list(range(7, 61))
    assert np.allclose(curve["power"], SHARES[7:], atol=1e-6)
    assert curve["intervals"].null_count() == curve.height


def test_no_measurement_moves_what_the_maker_expects(world: Settings, tmp_path: Path) -> None:
    """Half a day's energy: expectations by the maker stay; rebuilt from scratch: the same."""
    shutil.copytree(world.data_dir, tmp_path / "halved")
    halved = settings_for(tmp_path / "halved")
    day = generation(FIRST_DAY + timedelta(days=4), 1, assets=ASSETS)
    energies = pl.col("gross_generation_mwh", "net_generation_mwh") * 0.5
    ship(halved, GENERATION, day.with_columns(energies), delivered_at=datetime(2025, 6, 1))
    built(halved)
    expected = (
        "select timestamp, expected_mwh from marts.fct_generation_weather_interval"
        " where asset_id = 'made' and {} order by all"
    )
    by_maker, learnt = expected.format("method = 'oem_curve'"), expected.format("method <> 'oem'")

    assert rows(halved, by_maker).equals(rows(world, by_maker))
    assert not rows(halved, learnt).equals(rows(world, learnt)), "the halved day trained nothing"

    shutil.copytree(halved.data_dir, tmp_path / "fresh")
    fresh = settings_for(tmp_path / "fresh")
    transform(PRODUCT, fresh, full_refresh=True, test=False)
    assert differing_rows(PRODUCT.warehouse(halved), PRODUCT.warehouse(fresh)) == []


def test_references_train_on_the_days_since_the_event_only(world: Settings) -> None:
    """Until there are enough of them the fallback is used; then the past begins at the event."""
    told = rows(
        world,
        "select performance_date as day, method, train_from, train_to"
        " from marts.mart_weather_adjusted_performance where asset_id = 'told' order by all",
    )
    before, after = told.filter(pl.col("day") < CHANGED), told.filter(pl.col("day") >= CHANGED)

    assert before["method"].to_list() == ["oem_curve"] * 8 + ["trailing_curve"] * 18
    assert after["method"].to_list() == ["oem_curve"] * 8 + ["trailing_curve"] * (DAYS - 34)
    assert set(before["train_from"].drop_nulls()) == {FIRST_DAY}
    assert set(after["train_from"].drop_nulls()) == {CHANGED}


def test_a_repaired_anemometer_is_no_loss_where_its_event_is_declared(world: Settings) -> None:
    """The same change without the event looks like an asset that makes a third too little."""
    last_days = rows(
        world,
        "select asset_id, cast(avg(performance_index) as double) as mean,"
        " count(*) filter (anomaly_type in ('sudden_loss', 'sustained_underperformance')) as alarms"
        " from marts.mart_weather_adjusted_performance where method = 'trailing_curve'"
        " and performance_date >= ? group by all order by all",
        CHANGED,
    )
    index = {asset: (mean, alarms) for asset, mean, alarms in last_days.rows()}

    assert index["told"][0] == pytest.approx(1, abs=0.02)
    assert index["silent"][0] < 0.9
    assert index["told"][1] == 0
    assert index["silent"][1] > 3


def test_a_corrected_event_rebuilds_as_if_it_had_always_been_there(
    world: Settings, tmp_path: Path
) -> None:
    """One event taken back, another declared: equal to a build from scratch, and to no event."""
    shutil.copytree(world.data_dir, tmp_path / "corrected")
    corrected = settings_for(tmp_path / "corrected")
    swapped = [
        BARE,
        MADE,
        SILENT.model_copy(update={"asset_events": TOLD.asset_events}),
        TOLD.model_copy(update={"asset_events": None}),
    ]
    later = datetime(2025, 6, 1)
    ship(corrected, ASSETS_CONTRACT, assets_frame(swapped), delivered_at=later)
    built(corrected)
    first_day = "select asset_id, min(train_from) filter (performance_date >= ?) from marts"
    windows = dict(
        rows(
            corrected,
            f"{first_day}.mart_weather_adjusted_performance group by all order by all",
            CHANGED,
        ).rows()
    )

    assert (windows["silent"], windows["told"]) == (CHANGED, FIRST_DAY)

    shutil.copytree(corrected.data_dir, tmp_path / "fresh")
    fresh = settings_for(tmp_path / "fresh")
    transform(PRODUCT, fresh, full_refresh=True, test=False)
    assert differing_rows(PRODUCT.warehouse(corrected), PRODUCT.warehouse(fresh)) == []


def test_an_assets_events_are_published_with_it(world: Settings) -> None:
    events = rows(world, "select asset_id, asset_events from marts.dim_asset order by all").rows()

    assert dict(events) == {
        "bare": None,
        "made": None,
        "silent": None,
        "told": f"{CHANGED} sensor_repaired",
    }
