"""Small worlds: one wind and one solar asset, a few days, delivered as files."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from penstock.contracts.contract import Contract
from penstock.landing.deliver import Delivered, Shipment, deliver
from penstock.products.renewable.asset import Asset
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings

FIRST_DAY = date(2025, 3, 1)
SITE = {"latitude": 50.0, "longitude": 8.0, "timezone": "Europe/Berlin"}
WIND = Asset.model_validate(
    {
        **SITE,
        "asset_id": "wind_a",
        "name": "Wind A",
        "technology": "wind",
        "capacity_mw": 10.0,
        "hub_height_m": 100,
        "commissioning_date": date(2020, 1, 1),
    }
)
SOLAR = Asset.model_validate(
    {
        **SITE,
        "asset_id": "solar_a",
        "name": "Solar A",
        "technology": "solar",
        "capacity_mw": 8.0,
        "dc_capacity_mw": 10.0,
        "tilt_deg": 30,
        "azimuth_deg": 180,
        "commissioning_date": date(2020, 1, 1),
    }
)


def settings_for(data_dir: Path) -> Settings:
    """Settings of a data directory of the test's own."""
    return Settings(data_dir=data_dir)


def hours(first: date, days: int) -> list[datetime]:
    """Every hour of `days` days."""
    start = datetime.combine(first, datetime.min.time())
    return [start + timedelta(hours=hour) for hour in range(24 * days)]


def weather(
    first: date = FIRST_DAY,
    days: int = 1,
    *,
    assets: Sequence[Asset] = (WIND, SOLAR),
    seed: int = 0,
) -> pl.DataFrame:
    """Plausible hourly weather: `seed` varies the values, never the keys."""
    stamps = hours(first, days)
    parts = []
    for number, asset in enumerate(assets):
        noise = np.random.default_rng([seed, number, first.toordinal()]).random((6, len(stamps)))
        sun = np.clip(np.sin((np.array([t.hour for t in stamps]) - 6) / 12 * np.pi), 0, None)
        parts.append(
            pl.DataFrame(
                {
                    "timestamp": stamps,
                    "asset_id": asset.asset_id,
                    "wind_speed_mps": np.round(4 + 10 * noise[0], 2),
                    "wind_direction_deg": np.round(359 * noise[1], 1),
                    "ghi": np.round(800 * sun * (0.5 + noise[2] / 2), 1),
                    "temperature_c": np.round(5 + 10 * noise[3], 2),
                    "pressure_hpa": np.round(1000 + 10 * noise[4], 1),
                    "relative_humidity": np.round(50 + 40 * noise[5], 1),
                    "source_class": "onsite",
                },
                schema_overrides={"timestamp": pl.Datetime("us")},
            )
        )
    return pl.concat(parts)


def generation(
    first: date = FIRST_DAY,
    days: int = 1,
    *,
    assets: Sequence[Asset] = (WIND, SOLAR),
    seed: int = 0,
) -> pl.DataFrame:
    """Generation that follows `weather` of the same seed."""
    air = weather(first, days, assets=assets, seed=seed)
    capacity = {asset.asset_id: asset.capacity_mw for asset in assets}
    is_wind = pl.col("asset_id").is_in([a.asset_id for a in assets if a.technology == "wind"])
    pu = (
        pl.when(is_wind)
        .then((pl.col("wind_speed_mps") / 12).clip(0, 1) ** 3)
        .otherwise(pl.col("ghi") / 1000)
    )
    gross = (pu * pl.col("asset_id").replace_strict(capacity, return_dtype=pl.Float64)).round(4)
    return air.select(
        "timestamp",
        "asset_id",
        gross.alias("gross_generation_mwh"),
        (gross * 0.98).round(4).alias("net_generation_mwh"),
        pl.lit(0.0).alias("curtailment_mwh"),
        pl.lit(100.0).alias("availability_pct"),
        pl.col("asset_id")
        .replace_strict(capacity, return_dtype=pl.Float64)
        .alias("asset_capacity_mw"),
    )


def ship(
    settings: Settings,
    contract: Contract,
    frame: pl.DataFrame,
    *,
    source: str = "test",
    delivered_at: datetime = datetime(2025, 4, 1),
    duplicates: str = "keep_last",
) -> Delivered:
    """Deliver a frame's days as files of `source`."""
    shipment = Shipment(
        contract=contract,
        frame=frame,
        source=source,
        delivered_at=lambda _: delivered_at,
        duplicates=duplicates,
    )
    return deliver(shipment, PRODUCT.raw_dir(settings), run_id="test")


def ship_assets(settings: Settings, assets: Sequence[Asset] = (WIND, SOLAR)) -> Delivered:
    """Declare the assets."""
    return ship(settings, ASSETS, assets_frame(assets))


def ship_days(
    settings: Settings, first: date = FIRST_DAY, days: int = 3, *, seed: int = 0
) -> list[Delivered]:
    """Declare the assets and deliver some days of both tables."""
    return [
        ship_assets(settings),
        ship(settings, WEATHER, weather(first, days, seed=seed)),
        ship(settings, GENERATION, generation(first, days, seed=seed)),
    ]


def renamed(asset: Asset, asset_id: str) -> Asset:
    """The same asset under another id."""
    return asset.model_copy(update={"asset_id": asset_id})
