"""The mock world looks like the real one: ranges of published statistics, over two clean years."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.mock_data.noise import Floats
from penstock.products.renewable.portfolio import MockAsset, read_portfolio

pytestmark = pytest.mark.unit
ASSETS = read_portfolio(Path(__file__).parents[3] / "data" / "reference" / "portfolio.yaml").assets
YEARS = 2


@dataclass(frozen=True)
class History:
    """Two hourly years of one asset."""

    asset: MockAsset
    rows: pl.DataFrame

    def values(self, column: str) -> Floats:
        return self.rows[column].to_numpy()

    def share_of_capacity(self, column: str, *, months: tuple[int, ...] = ()) -> float:
        rows = (
            self.rows.filter(pl.col("timestamp").dt.month().is_in(months)) if months else self.rows
        )
        return float(rows[column].to_numpy().sum() / rows["asset_capacity_mw"].to_numpy().sum())

    def plane_of_array_kwh_m2(self) -> float:
        hours = self.values("timestamp").astype("datetime64[m]").astype(np.int64) / 60 + 0.5
        numbers = {
            name: np.array([getattr(self.asset, name)], dtype=np.float64)
            for name in ("latitude", "longitude", "tilt_deg", "azimuth_deg", "albedo")
        }
        sun = physics.sun_vector(
            hours, latitude=numbers.pop("latitude"), longitude=numbers.pop("longitude")
        )
        year_day = self.rows["timestamp"].dt.ordinal_day().to_numpy().astype(np.float64)
        poa = physics.plane_of_array_wm2(
            self.values("ghi")[:, np.newaxis],
            sun=sun,
            extraterrestrial=physics.extraterrestrial_wm2(year_day)[:, np.newaxis],
            **numbers,
        )
        return float(poa.sum()) / 1000


Histories = list[History]


@pytest.fixture(scope="module", params=[(7, 2015), (7, 2023), (23, 2023)], ids=str)
def histories(request: pytest.FixtureRequest) -> Histories:
    seed, year = request.param
    end = date(year + YEARS - 1, 12, 31)
    start = date(year, 1, 1)
    rows = generate_weather(ASSETS, start=start, end=end, seed=seed, kinds=()).join(
        generate_generation(ASSETS, start=start, end=end, seed=seed, kinds=()),
        on=["timestamp", "asset_id"],
    )
    return [History(asset, rows.filter(asset_id=asset.asset_id)) for asset in ASSETS]


def of(histories: Histories, technology: str) -> Histories:
    return [history for history in histories if history.asset.technology == technology]


def lag_correlation(values: Floats, lag: int) -> float:
    return float(np.corrcoef(values[lag:], values[:-lag])[0, 1])


def inside(low: float, high: float) -> Callable[[float], bool]:
    return lambda value: low <= value <= high


def test_wind_capacity_factors_are_those_of_real_fleets(histories: Histories) -> None:
    factors = [h.share_of_capacity("net_generation_mwh") for h in of(histories, "wind")]

    assert all(map(inside(0.25, 0.45), factors)), factors


def test_solar_capacity_factors_are_those_of_real_fleets(histories: Histories) -> None:
    factors = [h.share_of_capacity("net_generation_mwh") for h in of(histories, "solar")]

    assert all(map(inside(0.12, 0.28), factors)), factors


def test_wind_speeds_are_weibull_distributed_with_a_realistic_shape(histories: Histories) -> None:
    speeds = [h.values("wind_speed_mps") for h in of(histories, "wind")]
    # shape from the coefficient of variation (Justus 1978), within 1 % for k of 1.5 to 4
    shapes = [float((speed.std() / speed.mean()) ** -1.086) for speed in speeds]

    assert all(map(inside(1.8, 2.5), shapes)), shapes


@pytest.mark.parametrize(
    ("lag_hours", "low", "high"), [(1, 0.90, 0.97), (6, 0.60, 0.75), (24, 0.25, 0.40)]
)
def test_wind_persists_as_long_as_real_wind(
    histories: Histories, lag_hours: int, low: float, high: float
) -> None:
    # the mean of the fleet: one asset over two years scatters by .04 at a lag of a day
    found = np.mean(
        [lag_correlation(h.values("wind_speed_mps"), lag_hours) for h in of(histories, "wind")]
    )

    assert inside(low, high)(float(found)), found


@pytest.mark.parametrize("interval_minutes", [10, 15])
def test_wind_of_fine_intervals_persists_as_real_wind(interval_minutes: int) -> None:
    assets = [
        asset.model_copy(update={"interval_minutes": interval_minutes})
        for asset in ASSETS
        if asset.technology == "wind"
    ]
    rows = generate_weather(assets, start=date(2023, 1, 1), end=date(2023, 6, 30), seed=7, kinds=())
    found = [
        lag_correlation(speeds["wind_speed_mps"].to_numpy(), 1)
        for _, speeds in rows.group_by("asset_id")
    ]

    # the published range is for 10 minutes; a step half as long again decorrelates more
    low = 0.96 if interval_minutes == 10 else 0.94
    assert all(map(inside(low, 0.995), found)), found


def test_the_fleet_gets_more_wind_in_winter(histories: Histories) -> None:
    def season(month: int) -> float:
        """Mean over the three months from `month`, in the north; half a year later in the south."""
        months = {
            history.asset.asset_id: tuple(
                (month - 1 + shift + (6 if history.asset.latitude < 0 else 0)) % 12 + 1
                for shift in range(3)
            )
            for history in of(histories, "wind")
        }
        return float(
            np.mean(
                [
                    h.share_of_capacity("net_generation_mwh", months=months[h.asset.asset_id])
                    for h in of(histories, "wind")
                ]
            )
        )

    ratio = season(12) / season(6)

    assert inside(1.5, 2.2)(ratio), ratio


def test_solar_performance_ratios_are_realistic(histories: Histories) -> None:
    ratios = [
        float(h.values("gross_generation_mwh").sum())
        / (h.asset.dc_capacity_mw or 0)
        / h.plane_of_array_kwh_m2()
        for h in of(histories, "solar")
    ]

    assert all(map(inside(0.75, 0.87), ratios)), ratios


def test_annual_irradiation_is_that_of_inhabited_places(histories: Histories) -> None:
    sums = [float(h.values("ghi").sum()) / 1000 / YEARS for h in histories]

    assert all(map(inside(1000, 2200), sums)), sums


def test_electrical_losses_are_those_of_collector_and_transformer(histories: Histories) -> None:
    losses = [
        1 - float(h.values("net_generation_mwh").sum() / h.values("gross_generation_mwh").sum())
        for h in histories
    ]

    assert all(map(inside(0.015, 0.03), losses)), losses


def test_nights_are_dark_and_solar_plants_stand_still(histories: Histories) -> None:
    for history in histories:
        hours = history.values("timestamp").astype("datetime64[m]").astype(np.int64) / 60 + 0.5
        sun = physics.sun_vector(
            hours,
            latitude=np.array([history.asset.latitude]),
            longitude=np.array([history.asset.longitude]),
        )
        night = history.rows.filter(pl.Series(sun.up[:, 0] <= 0))

        assert night.height > 6000
        assert night["ghi"].max() == 0
        if history.asset.technology == "solar":
            assert night["gross_generation_mwh"].max() == 0


def test_a_faultless_mock_neither_looks_frozen_nor_jumps(histories: Histories) -> None:
    """Limits of the data-quality flags for hourly data, on data without planted faults."""

    def frozen(column: str, *, slots: int) -> pl.Expr:
        return pl.len().over("asset_id", pl.col(column).rle_id()) >= slots

    def step(column: str) -> pl.Expr:
        return pl.col(column).diff().over("asset_id").abs()

    rows = pl.concat(history.rows for history in histories)
    looks_frozen = rows.filter(
        (frozen("wind_speed_mps", slots=3) & (pl.col("wind_speed_mps") >= 1.5))
        | (frozen("ghi", slots=3) & (pl.col("ghi") > 5))
        | frozen("temperature_c", slots=6)
        | frozen("pressure_hpa", slots=6)
    )
    jumps = rows.filter(
        (step("wind_speed_mps") > 15) | (step("temperature_c") > 8) | (step("pressure_hpa") > 5)
    )

    assert looks_frozen.height < 2e-4 * rows.height  # three equal readings happen by chance
    assert jumps.is_empty()
