"""La Haute Borne 2014: the published figures of a real wind farm come out of the marts.

Sources: OpenOA's regression tests (long_term_monte_carlo_aep.py) for months and days; the year's
figures were computed from the same files independently of this code.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import weibull_min

from penstock.ledger import Ledger
from penstock.loading.load import LoadReport, load
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.worlds import settings_for

pytestmark = pytest.mark.integration

MAPPINGS = REPOSITORY_ROOT / "data" / "reference" / "mappings"
TURBINES = ("LHB-R80711", "LHB-R80721", "LHB-R80736", "LHB-R80790")


def land_all(settings: Settings, folder: Path) -> None:
    for name, files in (
        ("la_haute_borne_turbines", ("scada_2014.csv.gz", "era5_2014.csv.gz")),
        ("la_haute_borne_plant", ("plant_2014.csv.gz",)),
    ):
        land(
            PRODUCT,
            settings,
            mapping_file=MAPPINGS / f"{name}.yaml",
            inputs=[folder / file for file in files],
            progress=lambda _: None,
        )


@pytest.fixture(scope="module")
def farm(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, LoadReport]:
    """The year 2014, landed, loaded and built with every data test."""
    settings = settings_for(tmp_path_factory.mktemp("farm"))
    land_all(settings, shared_data / "renewable" / "la_haute_borne")
    report = load(PRODUCT, settings)
    transform(PRODUCT, settings)
    return settings, report


def ask(farm: tuple[Settings, LoadReport], sql: str) -> list[tuple[Any, ...]]:
    return query_warehouse(PRODUCT, farm[0], sql).rows


def one(farm: tuple[Settings, LoadReport], sql: str) -> float:
    return float(ask(farm, sql)[0][0])


def test_every_row_is_accounted_for(farm: tuple[Settings, LoadReport]) -> None:
    settings, report = farm
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        refused = [(count.reason, count.row_count) for count in ledger.quarantine()]

    assert report.rows_read == 5 + 2 * 210_216 + 52_560
    assert report.rows_read == report.rows_accepted + report.rows_quarantined
    # the hour that the export repeats when the clocks go forward: 6 slots x 4 turbines, two tables
    assert refused == [("duplicate_kept_first", 24)] * 2


def test_number_1_plant_net_energy_of_the_year(farm: tuple[Settings, LoadReport]) -> None:
    net = one(
        farm,
        "select sum(net_generation_mwh) from mart_asset_performance_daily where asset_id = 'LHB'",
    )
    assert net == pytest.approx(11_005.524, rel=1e-6)


@pytest.mark.parametrize(
    ("month", "column", "gwh"),
    [
        (date(2014, 6, 1), "net_generation_mwh", 0.692400),
        (date(2014, 12, 1), "net_generation_mwh", 1.471730),
        (date(2014, 6, 1), "reported_availability_loss_mwh", 0.029417),
        (date(2014, 12, 1), "reported_availability_loss_mwh", 0.021005),
        (date(2014, 6, 1), "curtailment_mwh", 0.013250),
    ],
)
def test_numbers_2_to_4_energies_of_months(
    farm: tuple[Settings, LoadReport], month: date, column: str, gwh: float
) -> None:
    monthly = one(
        farm,
        f"select {column} / 1000 from mart_monthly_kpis"
        f" where asset_id = 'LHB' and performance_month = '{month}'",
    )
    assert monthly == pytest.approx(gwh, abs=1e-6)


@pytest.mark.parametrize(
    ("month", "column", "fraction"),
    [
        (6, "reported_availability_loss_mwh", 0.040019),
        (12, "reported_availability_loss_mwh", 0.014071),
        (6, "curtailment_mwh", 0.018026),
    ],
)
def test_numbers_3_and_4_fractions_of_gross(
    farm: tuple[Settings, LoadReport], month: int, column: str, fraction: float
) -> None:
    share = one(
        farm,
        f"""select sum({column}) / sum(
                net_generation_mwh + reported_availability_loss_mwh + curtailment_mwh
            ) from mart_asset_performance_daily
            where asset_id = 'LHB' and month(performance_date) = {month}""",
    )
    assert share == pytest.approx(fraction, abs=1e-6)


@pytest.mark.parametrize(
    ("day", "gwh"), [(date(2014, 1, 2), 0.0848525), (date(2014, 10, 12), 0.0253657)]
)
def test_number_5_energies_of_days(
    farm: tuple[Settings, LoadReport], day: date, gwh: float
) -> None:
    daily = one(
        farm,
        "select net_generation_mwh / 1000 from mart_asset_performance_daily"
        f" where asset_id = 'LHB' and performance_date = '{day}'",
    )
    assert daily == pytest.approx(gwh, abs=1e-7)


def test_number_6_capacity_factor_of_the_year(farm: tuple[Settings, LoadReport]) -> None:
    factor = one(
        farm,
        """select sum(valid_net_generation_mwh) / sum(valid_capacity_mwh)
           from mart_monthly_kpis where asset_id = 'LHB'""",
    )
    assert factor == pytest.approx(0.153212, abs=1e-5)


def test_number_7_energy_based_availability(farm: tuple[Settings, LoadReport]) -> None:
    availability = one(
        farm,
        """select 1 - sum(reported_availability_loss_mwh) / sum(
               net_generation_mwh + reported_availability_loss_mwh + curtailment_mwh
           ) from mart_monthly_kpis where asset_id = 'LHB'""",
    )
    assert availability == pytest.approx(0.990023, abs=1e-5)


def test_number_8_mean_air_density_with_station_pressure(
    farm: tuple[Settings, LoadReport],
) -> None:
    density = one(
        farm,
        """select avg(air_density_kgm3) from fct_generation_weather_interval
           where asset_id like 'LHB-%' and temperature_c between -45 and 55""",
    )
    assert density == pytest.approx(1.1855, abs=2e-3)


def test_number_9_hourly_wind_is_weibull_and_persistent(
    farm: tuple[Settings, LoadReport],
) -> None:
    rows = ask(
        farm,
        """select asset_id, date_trunc('hour', timestamp) as hour, avg(wind_speed_mps)
           from fct_generation_weather_interval
           where asset_id like 'LHB-%' and not dq_missing_weather
           group by all order by all""",
    )
    speeds = pl.DataFrame(rows, schema=["asset", "hour", "speed"], orient="row").with_columns(
        pl.col("speed").cast(pl.Float64)
    )
    for (asset,), hours in speeds.group_by("asset"):
        shape, _, _ = weibull_min.fit(hours["speed"].filter(hours["speed"] > 0), floc=0)
        paired = hours.sort("hour").select(a=pl.col("speed"), b=pl.col("speed").shift(1))
        lag_1 = paired.drop_nulls().select(pl.corr("a", "b")).item()
        assert 2.28 <= shape <= 2.52, asset
        assert lag_1 == pytest.approx(0.93, abs=0.02), asset


def goodness(pairs: Sequence[tuple[Any, Any]]) -> tuple[float, float]:
    """WAPE and R2 of (expected, actual) pairs."""
    expected, actual = np.array(pairs, dtype=float).T
    wape = np.abs(expected - actual).sum() / actual.sum()
    r2 = 1 - ((actual - expected) ** 2).sum() / ((actual - actual.mean()) ** 2).sum()
    return float(wape), float(r2)


@pytest.mark.parametrize("slots", ["is_judged", "is_train_ok"])
def test_number_10_walk_forward_on_the_second_half(
    farm: tuple[Settings, LoadReport], slots: str
) -> None:
    pairs = ask(
        farm,
        f"""select sum(expected_mwh), sum(gross_generation_mwh)
            from fct_generation_weather_interval
            where {slots} and asset_id like 'LHB-%' and timestamp >= '2014-07-01'
            group by asset_id, performance_date""",
    )
    wape, r2 = goodness(pairs)
    assert len(pairs) >= 4 * 180
    assert wape <= 0.05, (slots, wape, r2)
    assert r2 >= 0.99, (slots, wape, r2)


def test_number_11_the_waterfall_closes_on_every_day(farm: tuple[Settings, LoadReport]) -> None:
    ((days, closed),) = ask(
        farm,
        """select count(*), count(*) filter (
               where abs(
                   potential_mwh - availability_loss_mwh - curtailment_loss_mwh
                   - performance_loss_mwh - electrical_loss_mwh - net_generation_mwh
               ) <= 1e-6
           )
           from mart_loss_waterfall_daily where asset_id = 'LHB' and potential_mwh is not null""",
    )
    assert days >= 330
    assert closed == days


def test_our_own_downtime_estimate_follows_what_the_operator_reports(
    farm: tuple[Settings, LoadReport],
) -> None:
    months = ask(
        farm,
        """select downtime_loss_mwh, reported_availability_loss_mwh
           from mart_monthly_kpis where asset_id = 'LHB' and downtime_loss_mwh is not null
           order by performance_month""",
    )
    ours, reported = np.array(months, dtype=float).T
    correlation = float(np.corrcoef(ours, reported)[0, 1])
    assert len(months) >= 11
    assert correlation >= 0.95, (correlation, list(zip(ours, reported, strict=True)))


def test_landing_the_same_files_again_changes_nothing(
    farm: tuple[Settings, LoadReport], shared_data: Path
) -> None:
    settings, _ = farm
    before = sorted(path.name for path in settings.raw_dir.rglob("*.parquet"))
    land_all(settings, shared_data / "renewable" / "la_haute_borne")

    assert sorted(path.name for path in settings.raw_dir.rglob("*.parquet")) == before
    assert load(PRODUCT, settings).deliveries == ()
