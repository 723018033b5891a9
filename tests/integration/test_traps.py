"""One test per trap that demos of this field fall into: none of them may ever be sprung here.

A small clean world of 100 days is mended with one mishap per trap, and built once.
"""
# long because: one shared world for fifteen traps, each named after its trap.

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER, assets_frame
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.portfolio import read_portfolio
from penstock.products.renewable.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT
from penstock.transforming.transform import transform
from support.worlds import settings_for, ship

pytestmark = pytest.mark.integration

PORTFOLIO = REPOSITORY_ROOT / "data" / "reference" / "portfolio.yaml"
WIND, SOLAR, SHIFTED = "wind_caithness", "solar_guadalquivir", "solar_mojave"
TOLD, ASTRAY = "wind_soya", "solar_niederbayern"
FIRST, DAYS = date(2025, 3, 1), 100
LAST = FIRST + timedelta(days=DAYS - 1)
DELIVERED = datetime(2025, 7, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


SILENT_METER, SILENT_MAST, CURTAILED, LOW_READING = day(40), day(42), day(50), day(90)
"""Mishaps of the wind farm, a day each; from the last on its anemometer reads a quarter low."""
EVENT = {"asset_events": f"{LOW_READING} sensor_replaced"}
"""Of another wind farm, whose new anemometer reads a quarter low from the same day on."""
ASTRAY_DAYS = 31
"""By so many days the readings of a pyranometer belong to another time."""
CLOCK_FROM = day(55)
"""From here on the shifted plant's meter is stamped an hour late."""
MEMBERS = [
    one.model_copy(update=EVENT if one.asset_id == TOLD else {})
    for one in read_portfolio(PORTFOLIO).assets
    if one.asset_id in (WIND, SOLAR, SHIFTED, TOLD, ASTRAY)
]


def during(when: date, hours: range, asset: str = WIND) -> pl.Expr:
    start = datetime.combine(when, datetime.min.time())
    begin, end = (start + timedelta(hours=hour) for hour in (hours.start, hours.stop))
    return (pl.col("asset_id") == asset) & pl.col("timestamp").is_between(begin, end, closed="left")


def mended_weather() -> pl.DataFrame:
    frame = generate_weather(MEMBERS, start=FIRST, end=LAST, seed=5, kinds=())
    low = pl.col("asset_id").is_in([WIND, TOLD]) & (pl.col("timestamp").dt.date() >= LOW_READING)
    speed = pl.col("wind_speed_mps")
    span = pl.duration(days=DAYS)
    elsewhen = pl.col("timestamp") - pl.duration(days=ASTRAY_DAYS)
    strayed = frame.filter(asset_id=ASTRAY).select(
        "asset_id",
        pl.when(elsewhen < FIRST).then(elsewhen + span).otherwise(elsewhen).alias("timestamp"),
        pl.col("ghi").alias("strayed_ghi"),
    )
    return (
        frame.join(strayed, on=["asset_id", "timestamp"], how="left", maintain_order="left")
        .filter(~during(SILENT_MAST, range(6, 18)))
        .with_columns(
            pl.when(low).then((0.75 * speed).round(2)).otherwise(speed).alias("wind_speed_mps"),
            pl.coalesce("strayed_ghi", "ghi").alias("ghi"),
        )
        .drop("strayed_ghi")
    )


def mended_generation() -> pl.DataFrame:
    frame = generate_generation(MEMBERS, start=FIRST, end=LAST, seed=5, kinds=())
    late = (pl.col("asset_id") == SHIFTED) & (pl.col("timestamp").dt.date() >= CLOCK_FROM)
    stamp = pl.col("timestamp")
    curtailed = during(CURTAILED, range(24))
    gross, net = pl.col("gross_generation_mwh"), pl.col("net_generation_mwh")
    return (
        frame.filter(~during(SILENT_METER, range(10)))
        .with_columns(
            pl.when(late).then(stamp + timedelta(hours=1)).otherwise(stamp).alias("timestamp"),
            # half of the farm is down, and the operator counts the lost energy as curtailed too
            pl.when(curtailed).then(0.3 * gross).otherwise(gross).alias("gross_generation_mwh"),
            pl.when(curtailed).then(0.29 * gross).otherwise(net).alias("net_generation_mwh"),
            pl.when(curtailed).then(50.0).otherwise(100.0).alias("availability_pct"),
            pl.when(curtailed).then(0.9 * gross).otherwise(0.0).alias("curtailment_mwh"),
        )
        .filter(pl.col("timestamp").dt.date() <= LAST)
        .sort("timestamp", "asset_id")
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = settings_for(tmp_path_factory.mktemp("traps"))
    ship(settings, ASSETS, assets_frame(MEMBERS), delivered_at=DELIVERED)
    ship(settings, WEATHER, mended_weather(), delivered_at=DELIVERED)
    ship(settings, GENERATION, mended_generation(), delivered_at=DELIVERED)
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        connection.execute(f"set search_path = '{schemas(connection)}'")
        yield connection


def schemas(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(
        "select distinct table_schema from information_schema.tables"
    ).fetchall()
    return ",".join(sorted(name for (name,) in found if name.endswith(("marts", "staging"))))


def one(world: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    (row,) = world.execute(sql).fetchall()
    return tuple(row)


def count(world: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(str(one(world, f"select count(*) from ({sql})")[0]))


def test_trap_1_percentages_are_never_averaged(world: duckdb.DuckDBPyConnection) -> None:
    of_sums, of_months, averaged = one(
        world,
        f"""
        select
            round(sum(valid_net_generation_mwh) / sum(valid_capacity_mwh), 6)::double,
            (select round(capacity_factor, 6)::double from mart_monthly_kpis
                where asset_id = '{WIND}' and performance_month = '2025-04-01'),
            round(avg(capacity_factor), 6)::double
        from mart_asset_performance_daily
        where asset_id = '{WIND}' and date_trunc('month', performance_date) = '2025-04-01'
        """,
    )

    assert of_months == pytest.approx(of_sums, abs=1e-6)
    assert of_months != pytest.approx(averaged, abs=1e-4)


def test_trap_2_nothing_is_trained_on_the_judged_day_or_scaled_by_the_whole_period(
    world: duckdb.DuckDBPyConnection,
) -> None:
    """That halving a day moves no expectation up to it is held by test_detection.py."""
    trained = "from mart_weather_adjusted_performance where train_to is not null"
    assert count(world, trained) > 100
    assert count(world, f"{trained} and train_to >= performance_date") == 0

    # density is referred to 1.225 kg/m3, not to the mean of whatever has landed
    scaled = f"""
        from fct_generation_weather_interval
        where asset_id = '{WIND}'
            and abs(
                normalized_wind_speed_mps::double
                - wind_speed_mps::double * pow(air_density_kgm3::double / 1.225, 1 / 3)
            ) > 1e-6
        """
    assert count(world, scaled) == 0


def test_trap_3_solar_is_judged_on_the_plane_of_its_modules(
    world: duckdb.DuckDBPyConnection,
) -> None:
    of_mart, on_plane, on_ghi = one(
        world,
        f"""
        with slots as (
            select * from fct_generation_weather_interval
            where asset_id = '{SOLAR}' and is_judged
                and date_trunc('month', performance_date) = '2025-03-01'
        )
        select
            (select performance_ratio::double from mart_monthly_kpis
                where asset_id = '{SOLAR}' and performance_month = '2025-03-01'),
            sum(gross_generation_mwh)::double / 25 / (sum(poa_wm2)::double / 1000),
            sum(gross_generation_mwh)::double / 25 / (sum(ghi_wm2)::double / 1000)
        from slots
        """,
    )

    assert of_mart == pytest.approx(on_plane, abs=0.01)
    assert of_mart != pytest.approx(on_ghi, abs=0.05)


def test_trap_4_missing_is_not_zero_and_night_is_not_complete(
    world: duckdb.DuckDBPyConnection,
) -> None:
    factor, calendar, expected, valid, completeness = one(
        world,
        f"""
        select capacity_factor::double, calendar_capacity_factor::double, expected_slots,
            valid_slots, completeness_frac::double
        from mart_asset_performance_daily
        where asset_id = '{WIND}' and performance_date = '{SILENT_METER}'
        """,
    )
    assert (expected, valid) == (24, 14)
    assert factor == pytest.approx(float(str(calendar)) * 24 / 14, rel=1e-6)
    assert completeness == pytest.approx(14 / 24, abs=1e-6)

    daylight = f"""
        from mart_asset_performance_daily
        where asset_id = '{SOLAR}' and expected_slots not between 10 and 16
        """
    assert count(world, daylight) == 0


def test_trap_5_a_silent_mast_and_a_silent_meter_both_leave_their_slots(
    world: duckdb.DuckDBPyConnection,
) -> None:
    for when in (SILENT_METER, SILENT_MAST):
        slots = f"from fct_generation_weather_interval where asset_id = '{WIND}'"
        assert count(world, f"{slots} and performance_date = '{when}'") == 24
    (gap,) = one(
        world,
        f"""
        select data_gap_mwh::double from mart_loss_waterfall_daily
        where asset_id = '{WIND}' and performance_date = '{SILENT_METER}'
        """,
    )
    assert float(str(gap)) > 0


def test_trap_6_negative_net_energy_stays_negative(world: duckdb.DuckDBPyConnection) -> None:
    landed = mended_generation()
    expected = landed.filter(pl.col("asset_id") == SOLAR)["net_generation_mwh"].to_numpy().sum()
    total, least = one(
        world,
        f"""
        select sum(net_generation_mwh)::double, min(net_generation_mwh)::double
        from fct_generation_weather_interval where asset_id = '{SOLAR}'
        """,
    )

    assert float(str(least)) < 0
    assert total == pytest.approx(float(expected), abs=1e-6)


def test_trap_7_curtailed_and_derated_hours_train_no_curve(
    world: duckdb.DuckDBPyConnection,
) -> None:
    slots = f"from fct_generation_weather_interval where asset_id = '{WIND}' and is_train_ok"

    assert count(world, f"{slots} and performance_date = '{CURTAILED}'") == 0
    beside = (
        f"'{CURTAILED - timedelta(days=1)} 23:00'",
        f"'{CURTAILED + timedelta(days=1)} 00:00'",
    )
    assert count(world, f"{slots} and timestamp in ({', '.join(beside)})") == 0
    assert count(world, slots) > 1000


def test_trap_8_a_score_is_energy_over_energy(world: duckdb.DuckDBPyConnection) -> None:
    differing = """
        with slots as (
            select
                asset_id,
                performance_date,
                100 * sum(gross_generation_mwh) / sum(expected_mwh - curtailment_loss_mwh) as ratio
            from fct_generation_weather_interval
            where is_judged
            group by all
        )
        from slots
        inner join mart_weather_adjusted_performance using (asset_id, performance_date)
        where abs(performance_score_1d - least(100, greatest(0, ratio))) > 1e-4
        """
    assert count(world, differing) == 0
    scored = "from mart_weather_adjusted_performance where performance_score_1d is not null"
    assert count(world, scored) > 100


def test_trap_9_the_sun_stands_at_the_middle_of_the_interval(
    world: duckdb.DuckDBPyConnection,
) -> None:
    solarposition = pytest.importorskip("pvlib").solarposition
    (latitude, longitude) = next(
        (asset.latitude, asset.longitude) for asset in MEMBERS if asset.asset_id == SOLAR
    )
    (zenith,) = one(
        world,
        f"""
        select solar_zenith_deg::double from fct_generation_weather_interval
        where asset_id = '{SOLAR}' and timestamp = '2025-04-10 07:00'
        """,
    )
    middle = [datetime.fromisoformat("2025-04-10T07:30:00+00:00")]
    true = solarposition.get_solarposition(middle, latitude, longitude)["zenith"].iloc[0]

    assert zenith == pytest.approx(true, abs=0.05)


def test_trap_10_no_data_is_no_score_and_never_zero(world: duckdb.DuckDBPyConnection) -> None:
    score, status = one(
        world,
        f"""
        select performance_score_1d, day_status
        from mart_weather_adjusted_performance
        inner join mart_asset_performance_daily using (asset_id, performance_date)
        where asset_id = '{WIND}' and performance_date = '{SILENT_METER}'
        """,
    )
    assert (score, status) == (None, "insufficient")


def test_trap_11_the_curve_is_no_staircase(world: duckdb.DuckDBPyConnection) -> None:
    speeds, powers = one(
        world,
        f"""
        select count(distinct round(normalized_wind_speed_mps, 2)), count(distinct expected_mwh)
        from fct_generation_weather_interval
        where asset_id = '{WIND}' and performance_date = '{day(60)}'
            and normalized_wind_speed_mps between 5 and 11
        """,
    )
    assert int(str(powers)) >= int(str(speeds)) > 8


def test_trap_12_three_pairs_make_no_correlation(world: duckdb.DuckDBPyConnection) -> None:
    first = "from mart_weather_adjusted_performance where performance_date"

    assert count(world, f"{first} < '{day(4)}' and correlation_7d is not null") == 0
    assert count(world, f"{first} < '{day(19)}' and correlation_30d is not null") == 0
    assert count(world, f"{first} >= '{day(30)}' and correlation_30d is not null") > 50


def test_trap_13_curtailment_is_not_counted_twice(world: duckdb.DuckDBPyConnection) -> None:
    slots = "from fct_generation_weather_interval where is_judged"
    twice = "availability_loss_mwh + curtailment_loss_mwh > expected_mwh"
    capped = f"asset_id = '{WIND}' and curtailment_mwh > expected_mwh - availability_loss_mwh"

    assert count(world, f"{slots} and {twice}") == 0
    assert count(world, f"{slots} and {capped}") > 0


def test_trap_14_an_anemometer_that_reads_low_is_suspect_not_praised(
    world: duckdb.DuckDBPyConnection,
) -> None:
    flagged = world.execute(
        f"""
        select anomaly_type from mart_weather_adjusted_performance
        where asset_id = '{WIND}' and performance_date >= '{LOW_READING}' and anomaly_flag
        """
    ).fetchall()

    assert {kind for (kind,) in flagged} == {"data_suspect"}
    praised = f"from mart_weather_adjusted_performance where asset_id = '{WIND}'"
    assert count(world, f"{praised} and performance_score_1d > 100") == 0


def test_trap_14_a_new_anemometer_is_neither_praised_nor_blamed_once_it_is_declared(
    world: duckdb.DuckDBPyConnection,
) -> None:
    days = f"from mart_weather_adjusted_performance where asset_id = '{TOLD}'"
    before = f"{days} and performance_date < '{LOW_READING}' and train_to is not null"
    after = f"{days} and performance_date >= '{LOW_READING}'"

    assert count(world, before) > 50
    assert count(world, after) == 10
    assert count(world, f"{after} and (anomaly_flag or train_from < '{LOW_READING}')") == 0


def test_trap_14_a_sensor_that_no_longer_follows_the_energy_is_suspect(
    world: duckdb.DuckDBPyConnection,
) -> None:
    """No day is far from a past as wild as itself: the correlation tells, dark days aside."""
    days = f"from mart_weather_adjusted_performance where asset_id = '{ASTRAY}'"
    kinds = world.execute(f"select distinct anomaly_type {days} and anomaly_flag").fetchall()
    by_nothing_else = "judged_frac > 0.9 and coalesce(z_score, 0) < 4 and correlation_30d < 0.5"

    assert {kind for (kind,) in kinds} <= {"data_suspect", "unreported_outage"}
    suspect = f"{days} and anomaly_type = 'data_suspect' and {by_nothing_else}"
    assert count(world, suspect) >= 5


def test_trap_15_a_wrong_clock_is_named_and_no_row_is_moved(
    world: duckdb.DuckDBPyConnection,
) -> None:
    slots = f"from fct_generation_weather_interval where asset_id = '{SHIFTED}' and dq_clock"
    assert count(world, f"{slots} and performance_date < '{CLOCK_FROM}'") == 0
    assert count(world, f"{slots} and performance_date >= '{CLOCK_FROM + timedelta(days=25)}'") > 0

    noon = datetime.combine(CLOCK_FROM + timedelta(days=3), datetime.min.time()) + timedelta(
        hours=20
    )
    landed = mended_generation().filter(asset_id=SHIFTED, timestamp=noon)
    (kept,) = one(
        world,
        f"""
        select gross_generation_mwh::double from fct_generation_weather_interval
        where asset_id = '{SHIFTED}' and timestamp = '{noon}'
        """,
    )
    assert kept == pytest.approx(landed["gross_generation_mwh"].item(), abs=1e-9)
