"""Physics of wind turbines and photovoltaic plants, in closed form.

Belongs here: formulas with their units and sources, element by element over arrays. Does not
belong here: random numbers, assets, frames, anything calibrated to a portfolio.
"""

from typing import NamedTuple

import numpy as np

from penstock.products.renewable.mock_data.noise import Floats

REFERENCE_DENSITY_KGM3 = 1.225
KELVIN = 273.15
_DEGREES_LIMIT_OF_DIRECT_LIGHT = 87.0
_DRY_AIR_J_PER_KG_K = 287.058
_WATER_VAPOUR_J_PER_KG_K = 461.5


class SunVector(NamedTuple):
    """Unit vector towards the sun in local coordinates; `up` is the cosine of the zenith angle."""

    east: Floats
    north: Floats
    up: Floats

    @property
    def zenith_deg(self) -> Floats:
        """Angle from the vertical, without refraction."""
        return np.rad2deg(np.arccos(np.clip(self.up, -1.0, 1.0)))

    @property
    def azimuth_deg(self) -> Floats:
        """Clockwise from north, 0..360."""
        return np.rad2deg(np.arctan2(self.east, self.north)) % 360.0


class Irradiance(NamedTuple):
    """Direct normal and diffuse horizontal irradiance, W/m2."""

    direct_normal_wm2: Floats
    diffuse_wm2: Floats


def air_density_kgm3(
    temperature_c: Floats, pressure_hpa: Floats, relative_humidity_pct: Floats
) -> Floats:
    """Density of moist air (IEC 61400-12-1 formula as in OpenOA `compute_air_density`)."""
    kelvin = temperature_c + KELVIN
    vapour = relative_humidity_pct / 100.0 * 2.05e-5 * np.exp(0.0631846 * kelvin)
    correction = 1.0 / _DRY_AIR_J_PER_KG_K - 1.0 / _WATER_VAPOUR_J_PER_KG_K
    return (pressure_hpa * 100.0 / _DRY_AIR_J_PER_KG_K - vapour * correction) / kelvin


def pressure_at_height_hpa(
    pressure_hpa: Floats, *, temperature_c: Floats, height_m: Floats
) -> Floats:
    """Pressure at `height_m` above the place where it is `pressure_hpa` (isothermal layer)."""
    return pressure_hpa * np.exp(-9.80665 * height_m / (287.05 * (temperature_c + KELVIN)))


def station_pressure_hpa(altitude_m: Floats) -> Floats:
    """Pressure of the ICAO standard atmosphere."""
    return 1013.25 * np.exp(5.25588 * np.log(1.0 - 2.25577e-5 * altitude_m))


def sun_vector(hours: Floats, *, latitude: Floats, longitude: Floats) -> SunVector:
    """Direction of the sun (low-precision formula of the Astronomical Almanac, about .01 deg).

    Args:
        hours: instants in hours since 1970-01-01 UTC, shape (time,).
        latitude: degrees north, shape (place,).
        longitude: degrees east, shape (place,).

    Returns:
        Arrays of shape (time, place).
    """
    days = hours / 24.0 + 2440587.5 - 2451545.0
    mean_longitude = (280.460 + 0.9856474 * days) % 360.0
    anomaly = np.deg2rad((357.528 + 0.9856003 * days) % 360.0)
    ecliptic = np.deg2rad(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.deg2rad(23.439 - 4e-7 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    sin_declination = np.sin(obliquity) * np.sin(ecliptic)
    cos_declination = np.sqrt(1.0 - sin_declination * sin_declination)
    sidereal_hours = (6.697375 + 0.0657098242 * days + hours % 24.0) % 24.0
    at_greenwich = np.deg2rad(15.0 * sidereal_hours) - right_ascension
    hour_angle = at_greenwich[:, np.newaxis] + np.deg2rad(longitude)
    towards = cos_declination[:, np.newaxis] * np.cos(hour_angle)
    along_axis = sin_declination[:, np.newaxis]
    sin_latitude, cos_latitude = np.sin(np.deg2rad(latitude)), np.cos(np.deg2rad(latitude))
    return SunVector(
        east=-cos_declination[:, np.newaxis] * np.sin(hour_angle),
        north=cos_latitude * along_axis - sin_latitude * towards,
        up=sin_latitude * along_axis + cos_latitude * towards,
    )


def clear_sky_ghi_wm2(cos_zenith: Floats) -> Floats:
    """Clear-sky global horizontal irradiance (Haurwitz 1945), 0 below the horizon."""
    is_day = cos_zenith > 0.0
    cosine = np.where(is_day, cos_zenith, 1.0)
    return np.where(is_day, 1098.0 * cosine * np.exp(-0.059 / cosine), 0.0)


def extraterrestrial_wm2(day_of_year: Floats) -> Floats:
    """Irradiance normal to the sun outside the atmosphere; day 1 is the first of January."""
    return 1361.0 * (1.0 + 0.033 * np.cos(2.0 * np.pi * day_of_year / 365.24))


def split_ghi(ghi_wm2: Floats, *, cos_zenith: Floats, extraterrestrial: Floats) -> Irradiance:
    """Direct and diffuse part of global irradiance (Erbs 1982); all diffuse beyond 87 deg."""
    kt = np.clip(ghi_wm2 / (extraterrestrial * np.maximum(cos_zenith, 0.065)), 0.0, 1.0)
    middle = 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
    diffuse_frac = np.where(kt <= 0.22, 1.0 - 0.09 * kt, np.where(kt <= 0.8, middle, 0.165))
    is_low = cos_zenith < np.cos(np.deg2rad(_DEGREES_LIMIT_OF_DIRECT_LIGHT))
    diffuse = np.where(is_low, ghi_wm2, diffuse_frac * ghi_wm2)
    direct = (ghi_wm2 - diffuse) / np.where(is_low, 1.0, cos_zenith)
    return Irradiance(direct_normal_wm2=direct, diffuse_wm2=diffuse)


def plane_of_array_wm2(
    ghi_wm2: Floats,
    *,
    sun: SunVector,
    extraterrestrial: Floats,
    tilt_deg: Floats,
    azimuth_deg: Floats,
    albedo: Floats,
) -> Floats:
    """Irradiance on a fixed plane (Erbs split, Hay and Davies 1980 sky, isotropic ground)."""
    light = split_ghi(ghi_wm2, cos_zenith=sun.up, extraterrestrial=extraterrestrial)
    tilt, azimuth = np.deg2rad(tilt_deg), np.deg2rad(azimuth_deg)
    facing = sun.east * np.sin(azimuth) + sun.north * np.cos(azimuth)
    cos_incidence = np.maximum(0.0, sun.up * np.cos(tilt) + facing * np.sin(tilt))
    anisotropy = light.direct_normal_wm2 / extraterrestrial
    circumsolar = anisotropy * cos_incidence / np.maximum(sun.up, 0.01745)
    isotropic = (1.0 - anisotropy) * (1.0 + np.cos(tilt)) / 2.0
    ground = albedo * ghi_wm2 * (1.0 - np.cos(tilt)) / 2.0
    direct = light.direct_normal_wm2 * cos_incidence
    return direct + light.diffuse_wm2 * (circumsolar + isotropic) + ground


def cell_temperature_c(
    poa_wm2: Floats, *, air_c: Floats, wind_mps: Floats, u0: Floats, u1: Floats
) -> Floats:
    """Module temperature (Faiman 2008); `wind_mps` at module height."""
    return air_c + poa_wm2 / (u0 + u1 * wind_mps)


def pvwatts_dc(poa_wm2: Floats, *, cell_c: Floats, dc_capacity: Floats, gamma: Floats) -> Floats:
    """DC power in the unit of `dc_capacity` (PVWatts v5); `gamma` in 1/K."""
    return poa_wm2 / 1000.0 * dc_capacity * (1.0 + gamma * (cell_c - 25.0))


def pvwatts_ac(dc: Floats, *, dc_limit: Floats, nominal_efficiency: float = 0.96) -> Floats:
    """Inverter output (PVWatts v5), clipped at `nominal_efficiency * dc_limit`, never below 0."""
    load = dc / dc_limit
    output = dc_limit * (load * (-0.0162 * load + 0.9858) - 0.0059) * nominal_efficiency / 0.9637
    return np.clip(output, 0.0, nominal_efficiency * dc_limit)


def density_normalised_speed_mps(speed_mps: Floats, *, density_kgm3: Floats) -> Floats:
    """Speed with the same power at 1.225 kg/m3 (IEC 61400-12-1, pitch-regulated turbines)."""
    return speed_mps * np.cbrt(density_kgm3 / REFERENCE_DENSITY_KGM3)


def wind_power_pu(
    speed_mps: Floats,
    *,
    cut_in_mps: Floats,
    rated_mps: Floats,
    cut_out_mps: Floats,
    turbulence: float = 0.10,
) -> Floats:
    """Share of rated power at an interval-mean speed.

    A generic cubic between cut-in and rated speed, averaged over gusts that are normal around
    the mean with `turbulence` times the mean (as windpowerlib `smooth_power_curve`), then a ramp
    from 2 m/s below to 1 m/s above cut-out. The ramp stays outside the average because turbines
    cut out on a mean, not on a gust.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    cut_in_cube = cut_in_mps * cut_in_mps * cut_in_mps
    span = rated_mps * rated_mps * rated_mps - cut_in_cube
    power = np.zeros_like(speed_mps)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        gust = np.clip(speed_mps * (1.0 + turbulence * node), cut_in_mps, rated_mps)
        power += weight * ((gust * gust * gust - cut_in_cube) / span)
    return power * np.clip((cut_out_mps + 1.0 - speed_mps) / 3.0, 0.0, 1.0)
