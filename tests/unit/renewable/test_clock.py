"""A solar asset's clock: power that comes hours beside the sun is named, cloudy power is not."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from penstock.products.renewable.asset import Asset
from penstock.products.renewable.clock import clock_doubts
from penstock.products.renewable.contracts import assets_frame
from penstock.products.renewable.mock_data.physics import sun_vector
from support.worlds import SOLAR, WIND

pytestmark = pytest.mark.unit

EAST = Asset.model_validate({**SOLAR.model_dump(), "azimuth_deg": 130.0, "tilt_deg": 40.0})


def power(asset: Asset, first: datetime, last: datetime) -> pl.DataFrame:
    """Cloudy hourly power of modules on their own plane, by true UTC."""
    stamps = pl.datetime_range(first, last, "1h", eager=True).dt.cast_time_unit("us")
    hours = stamps.dt.epoch("s").to_numpy() / 3600 + 0.5
    sun = sun_vector(
        hours, latitude=np.array([asset.latitude]), longitude=np.array([asset.longitude])
    )
    tilt, azimuth = np.deg2rad(asset.tilt_deg or 0), np.deg2rad(asset.azimuth_deg or 180)
    facing = sun.east * np.sin(azimuth) + sun.north * np.cos(azimuth)
    incidence = np.clip(sun.up * np.cos(tilt) + facing * np.sin(tilt), 0, None)
    height = np.clip(sun.up, 0.01, None)
    light = np.where(sun.up > 0, 1000 * np.exp(-0.15 / height) * incidence + 80, 0)[:, 0]
    clouds = np.random.default_rng(5).uniform(0.2, 1.0, light.size)
    return pl.DataFrame(
        {
            "timestamp": stamps,
            "asset_id": asset.asset_id,
            "gross_generation_mwh": light * clouds / 1000,
            "net_generation_mwh": None,
        }
    )


def shifted(rows: pl.DataFrame, label: str) -> pl.DataFrame:
    """The rows as a logger on Berlin's wall clock stamps them, read under a fixed offset."""
    local = pl.col("timestamp").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    return rows.with_columns(
        local.dt.replace_time_zone(None)
        .dt.replace_time_zone(label)
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )


YEAR = (datetime(2024, 1, 1), datetime(2024, 12, 31, 23))


@pytest.mark.parametrize("asset", [SOLAR, EAST])
def test_a_true_clock_raises_no_doubt_whatever_the_modules_face(asset: Asset) -> None:
    assert clock_doubts("generation", power(asset, *YEAR), assets_frame([asset])) == []


def test_daylight_saving_under_a_fixed_label_is_named_with_its_remedy() -> None:
    rows = shifted(power(EAST, *YEAR), "Etc/GMT-1")
    (doubt,) = clock_doubts("generation", rows, assets_frame([EAST]))

    assert "dq_clock: power comes 1 h after the sun in 2024-04 to 2024-10" in doubt
    assert "declare `zone: Europe/Berlin` and `offset: ignored`" in doubt


def test_a_wall_clock_read_as_utc_is_named() -> None:
    rows = shifted(power(SOLAR, *YEAR), "UTC")
    (doubt,) = clock_doubts("generation", rows, assets_frame([SOLAR]))

    assert "1 h after the sun in 2024-01 to 2024-03, 2024-11 to 2024-12" in doubt
    assert "2 h after the sun in 2024-04 to 2024-10" in doubt
    assert "look at `zone`, `label` and `offset`" in doubt


def test_standard_time_labelled_as_summer_time_is_named() -> None:
    standard = power(SOLAR, *YEAR).with_columns(pl.col("timestamp").dt.offset_by("1h"))
    rows = standard.with_columns(
        pl.col("timestamp")
        .dt.replace_time_zone("Europe/Berlin", ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
    (doubt,) = clock_doubts("generation", rows.drop_nulls("timestamp"), assets_frame([SOLAR]))

    assert "1 h before the sun" in doubt
    assert "does not follow daylight saving time" in doubt


def test_a_few_days_wind_and_other_tables_say_nothing() -> None:
    assets = assets_frame([SOLAR, WIND])
    late = shifted(power(SOLAR, datetime(2024, 7, 1), datetime(2024, 7, 15)), "UTC")
    gusts = power(SOLAR, *YEAR).with_columns(pl.lit(WIND.asset_id).alias("asset_id"))

    assert clock_doubts("generation", late, assets) == []
    assert clock_doubts("generation", shifted(gusts, "UTC"), assets) == []
    assert clock_doubts("weather", power(SOLAR, *YEAR), assets) == []
