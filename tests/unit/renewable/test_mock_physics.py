from typing import NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pvlib
import pytest

from penstock.products.renewable.mock_data import physics
from penstock.products.renewable.mock_data.noise import Floats, white_noise

pytestmark = pytest.mark.unit
SITES = [(58.42, -3.38), (39.7406, -105.1775), (8.3, 77.5), (-31.56, 147.08), (-54.8, -68.3)]


class Place(NamedTuple):
    """Where a plane stands and how."""

    latitude: float
    longitude: float
    tilt: float
    azimuth: float


def values(*numbers: float) -> Floats:
    return np.array(numbers, dtype=np.float64)


def a_year_of(step_minutes: int) -> "pd.DatetimeIndex":
    return pd.date_range("2023-01-01", "2023-12-31 23:59", freq=f"{step_minutes}min", tz="UTC")


def hours_since_1970(index: "pd.DatetimeIndex") -> Floats:
    epoch = pd.Timestamp(0, tz="UTC")
    return np.asarray((index - epoch) / pd.Timedelta(hours=1), dtype=np.float64)


def test_air_density_equals_the_values_openoa_publishes() -> None:
    density = physics.air_density_kgm3(
        values(280, 285, 290, 295) - physics.KELVIN,
        values(900, 950, 1000, 1050),
        values(50, 50, 50, 50),
    )

    np.testing.assert_allclose(density, [1.11741, 1.15807, 1.19702, 1.23424], atol=5e-6)


def test_clear_sky_irradiance_equals_the_values_pvlib_publishes() -> None:
    ghi = physics.clear_sky_ghi_wm2(np.sin(np.deg2rad(values(-20, 0, 5, 10, 30, 50, 90))))

    expected = [0, 0, 48.63, 135.74, 487.89, 778.77, 1035.09]
    np.testing.assert_allclose(ghi, expected, atol=0.01)


@pytest.mark.parametrize(("latitude", "longitude"), SITES)
def test_the_sun_is_within_a_fiftieth_of_a_degree_of_pvlib(
    latitude: float, longitude: float
) -> None:
    index = a_year_of(97)
    expected = pvlib.solarposition.get_solarposition(index, latitude, longitude)
    sun = physics.sun_vector(
        hours_since_1970(index), latitude=values(latitude), longitude=values(longitude)
    )
    east_west = (sun.azimuth_deg[:, 0] - expected["azimuth"].to_numpy() + 180) % 360 - 180
    # a degree of azimuth is no distance near the zenith
    across = east_west * np.sin(np.deg2rad(expected["zenith"].to_numpy()))

    assert np.abs(sun.zenith_deg[:, 0] - expected["zenith"].to_numpy()).max() < 0.02
    assert np.abs(across).max() < 0.02


def pvlib_plane_of_array(
    ghi: Floats, *, index: "pd.DatetimeIndex", place: Place, solar_constant: float
) -> Floats:
    """Hay and Davies by pvlib; it is linear in light, so a solar constant is a change of unit."""
    unit = solar_constant / 1366.1  # the constant built into pvlib
    sun = pvlib.solarposition.get_solarposition(index, place.latitude, place.longitude)
    erbs = pvlib.irradiance.erbs(ghi / unit, sun["zenith"].to_numpy(), index)
    total = pvlib.irradiance.get_total_irradiance(
        place.tilt,
        place.azimuth,
        sun["zenith"].to_numpy(),
        sun["azimuth"].to_numpy(),
        erbs["dni"],
        ghi / unit,
        erbs["dhi"],
        dni_extra=pvlib.irradiance.get_extra_radiation(index).to_numpy(),
        albedo=0.2,
        model="haydavies",
    )
    return unit * np.asarray(total["poa_global"], dtype=np.float64)


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")
@pytest.mark.parametrize(
    "place",
    [
        Place(39.7406, -105.1775, 45.0, 158.0),
        Place(48.72, 12.68, 28.0, 175.0),
        Place(-31.56, 147.08, 25.0, 0.0),
    ],
)
def test_plane_of_array_equals_hay_and_davies_of_pvlib(place: Place) -> None:
    index = a_year_of(30)
    sun = physics.sun_vector(
        hours_since_1970(index),
        latitude=values(place.latitude),
        longitude=values(place.longitude),
    )
    clouds = white_noise(["sky"], seed=1, channel="", indices=np.arange(len(index)))
    ghi = np.clip(0.65 + 0.3 * clouds, 0.1, 1.05) * physics.clear_sky_ghi_wm2(sun.up)

    poa = physics.plane_of_array_wm2(
        ghi,
        sun=sun,
        extraterrestrial=physics.extraterrestrial_wm2(index.day_of_year.to_numpy())[:, None],
        tilt_deg=values(place.tilt),
        azimuth_deg=values(place.azimuth),
        albedo=values(0.2),
    )[:, 0]
    expected = pvlib_plane_of_array(ghi[:, 0], index=index, place=place, solar_constant=1361)

    assert abs(poa.sum() / expected.sum() - 1) < 0.001
    assert np.abs(poa - expected).max() < 5


def test_cell_temperature_equals_the_value_pvlib_publishes() -> None:
    cell = physics.cell_temperature_c(
        values(900), air_c=values(20), wind_mps=values(5), u0=values(25), u1=values(6.84)
    )

    np.testing.assert_allclose(cell, 35.203, atol=0.001)


def test_dc_power_equals_the_values_pvlib_and_rdtools_publish() -> None:
    dc = physics.pvwatts_dc(
        values(900, 400),
        cell_c=values(30, 30),
        dc_capacity=values(100, 50),
        gamma=values(-0.003, -0.0025),
    )

    np.testing.assert_allclose(dc, [88.65, 19.75])


def test_inverter_output_equals_the_value_pvlib_publishes() -> None:
    ac = physics.pvwatts_ac(values(90), dc_limit=values(100), nominal_efficiency=0.95)

    np.testing.assert_allclose(ac, 85.58556604752516, rtol=1e-12)


def test_an_inverter_neither_consumes_at_night_nor_exceeds_its_limit() -> None:
    ac = physics.pvwatts_ac(values(0, 0.001, 130), dc_limit=values(100))

    np.testing.assert_allclose(ac, [0, 0, 96])


def test_standard_pressure_falls_with_altitude() -> None:
    pressure = physics.station_pressure_hpa(values(0, 1000, 2000))

    np.testing.assert_allclose(pressure, [1013.25, 898.75, 794.95], atol=0.05)


def test_denser_air_counts_as_more_wind() -> None:
    speed = physics.density_normalised_speed_mps(
        values(8, 8, 8), density_kgm3=values(1.225, 1.0, 1.3)
    )

    np.testing.assert_allclose(speed**3 * 1.225, 8**3 * values(1.225, 1.0, 1.3))


def test_a_turbine_rises_from_cut_in_to_rated_and_ramps_down_at_cut_out() -> None:
    speed = np.arange(0, 30, 0.1)
    power = physics.wind_power_pu(
        speed, cut_in_mps=values(3), rated_mps=values(11.8), cut_out_mps=values(25)
    )

    assert power[speed < 2].max() < 1e-6
    assert (np.diff(power[speed < 22]) >= -1e-12).all()
    np.testing.assert_allclose(power[(speed > 18) & (speed < 23)], 1.0, atol=1e-3)
    np.testing.assert_allclose(power[speed > 26.05], 0.0)


def test_gusts_lower_power_near_rated_speed_and_raise_it_on_the_cubic() -> None:
    def power(turbulence: float) -> Floats:
        return physics.wind_power_pu(
            values(7, 11.8),
            cut_in_mps=values(3),
            rated_mps=values(11.8),
            cut_out_mps=values(25),
            turbulence=turbulence,
        )

    smooth, gusty = power(0.0), power(0.1)

    assert gusty[0] > smooth[0]
    assert gusty[1] < smooth[1]
