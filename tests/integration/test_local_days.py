"""Days parted by the asset's own midnight: 23, 24 or 25 hours, and no energy lost between them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.renewable.asset import Asset
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.worlds import SOLAR, WIND, generation, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration


def local(asset: Asset, name: str, zone: str) -> Asset:
    """The asset under another name, its days parted by the midnight of a zone."""
    return Asset.model_validate(
        {**asset.model_dump(), "asset_id": name, "timezone": zone, "day_boundary": "local"}
    )


ASSETS = (
    SOLAR,  # its days are UTC's, as ever
    local(SOLAR, "denver", "America/Denver"),
    local(WIND, "kiritimati", "Pacific/Kiritimati"),  # 14 hours ahead
    local(WIND, "kathmandu", "Asia/Kathmandu"),  # midnight is not on the hourly grid
    local(WIND, "havana", "America/Havana"),  # clocks change at midnight
)
SPANS = ((date(2025, 3, 7), 5), (date(2025, 11, 1), 4))


def rows_of(make: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([make(first, days, assets=ASSETS) for first, days in SPANS])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two spans around the days when clocks change, built with every data test."""
    settings = settings_for(tmp_path_factory.mktemp("local"))
    ship_assets(settings, ASSETS)
    ship(settings, WEATHER, rows_of(weather), delivered_at=datetime(2025, 12, 1))
    ship(settings, GENERATION, rows_of(generation), delivered_at=datetime(2025, 12, 1))
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    return settings


def zone_of(asset: Asset) -> ZoneInfo:
    return ZoneInfo(asset.timezone if asset.day_boundary == "local" else "UTC")


def hours_of(day: date, zone: ZoneInfo) -> int:
    """Whole UTC hours that start on a local date, counted one by one."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    stamps = (start + timedelta(hours=hour) for hour in range(72))
    return sum(stamp.astimezone(zone).date() == day for stamp in stamps)


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.asset_id)
def test_every_hour_and_every_mwh_is_on_its_own_local_day(world: Settings, asset: Asset) -> None:
    zone = zone_of(asset)
    energy: dict[date, float] = defaultdict(float)
    landed = rows_of(generation).filter(pl.col("asset_id") == asset.asset_id)
    for stamp, mwh in landed.select("timestamp", "gross_generation_mwh").iter_rows():
        energy[stamp.replace(tzinfo=UTC).astimezone(zone).date()] += mwh
    rows = query_warehouse(
        PRODUCT,
        world,
        f"""select performance_date, day_slots, gross_generation_mwh
            from mart_asset_performance_daily where asset_id = '{asset.asset_id}'""",
    ).rows
    found = {day: float(mwh or 0) for day, _, mwh in rows}

    assert (min(found), max(found)) == (min(energy), max(energy))
    assert len(found) == (max(found) - min(found)).days + 1
    assert {day: slots for day, slots, _ in rows} == {day: hours_of(day, zone) for day in found}
    for day, mwh in found.items():
        assert mwh == pytest.approx(energy.get(day, 0.0), abs=1e-9), day


@pytest.mark.parametrize(
    ("asset_id", "day", "slots"),
    [
        ("denver", date(2025, 3, 9), 23),
        ("denver", date(2025, 11, 2), 25),
        ("denver", date(2025, 3, 8), 24),
        ("havana", date(2025, 3, 9), 23),
        ("havana", date(2025, 11, 2), 25),
        ("solar_a", date(2025, 3, 9), 24),
    ],
)
def test_a_day_on_which_clocks_change_has_23_or_25_hours(
    world: Settings, asset_id: str, day: date, slots: int
) -> None:
    sql = f"""select count(*), count(distinct timestamp), sum(capacity_mwh)
              from fct_generation_weather_interval
              where asset_id = '{asset_id}' and performance_date = date '{day}'"""
    ((found, distinct, full_load),) = query_warehouse(PRODUCT, world, sql).rows
    (capacity,) = [one.capacity_mw for one in ASSETS if one.asset_id == asset_id]

    assert found == distinct == slots
    assert float(full_load) == pytest.approx(slots * capacity)


def test_months_are_sums_of_local_days(world: Settings) -> None:
    sql = """select count(*) from (
                 select asset_id, date_trunc('month', performance_date) as performance_month,
                     sum(gross_generation_mwh) as mwh
                 from mart_asset_performance_daily group by all
             ) as days
             full outer join mart_monthly_kpis as months
                 using (asset_id, performance_month)
             where days.mwh is distinct from months.gross_generation_mwh"""
    assert query_warehouse(PRODUCT, world, sql).rows == [(0,)]
    # 1 November UTC begins on the last local day of October
    (first,) = query_warehouse(
        PRODUCT,
        world,
        """select min(performance_date) from mart_asset_performance_daily
           where asset_id = 'denver' and gross_generation_mwh is not null
               and performance_date > date '2025-06-01'""",
    ).rows[0]
    assert first == date(2025, 10, 31)
