"""Climate of a mock site: what only the generators need to know about an asset.

Belongs here: the `mock:` block of a portfolio file and its typical values. Does not belong here:
anything a real asset has in its data sheet (that is `Asset`).
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class MockClimate(BaseModel):
    """Climate and behaviour of one mock asset; temperatures in C, speeds in m/s, local solar time.

    Assets with the same `region` share three quarters of the variance of their weather.
    Wind speed is at hub height for wind assets and at 10 m for solar assets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    region: str = Field(min_length=1)
    weibull_scale_mps: float = Field(gt=0, le=15)
    weibull_k: float = Field(ge=1.2, le=4)
    wind_seasonal_frac: Share = 0.14
    wind_daily_frac: Share = 0.06
    wind_peak_hour: float = Field(ge=0, lt=24)
    wind_sector_deg: float = Field(ge=0, lt=360)
    rated_wind_speed_mps: float = Field(default=11.8, gt=5, le=20)
    mean_temperature_c: float = Field(ge=-20, le=35)
    temperature_amplitude_c: float = Field(ge=0, le=25)
    daily_temperature_amplitude_c: float = Field(ge=0, le=15)
    clear_share: Share
    degradation_per_year_frac: float = Field(default=0.005, ge=0, le=0.1)
    auxiliary_power_frac: float = Field(default=0.0004, ge=0, le=0.05)

    @classmethod
    def typical(
        cls,
        *,
        technology: Literal["wind", "solar"],
        latitude: float,
        longitude: float,
        altitude_m: float,
    ) -> Self:
        """Rough zonal climate of a place, good enough for a portfolio that does not say more."""
        from_equator = abs(latitude)
        in_trade_winds = from_equator < 25
        westerlies = 250.0 if latitude >= 0 else 290.0
        is_wind = technology == "wind"
        return cls(
            region=f"{5 * round(latitude / 5):+d}{5 * round(longitude / 5):+d}",
            weibull_scale_mps=8.4 + 0.015 * from_equator if is_wind else 4.0,
            weibull_k=2.1,
            wind_peak_hour=2.0 if is_wind else 15.0,
            wind_sector_deg=80.0 if in_trade_winds else westerlies,
            mean_temperature_c=max(-15.0, 27 - 0.0065 * (from_equator**2 + altitude_m)),
            temperature_amplitude_c=1.5 + 0.2 * from_equator,
            daily_temperature_amplitude_c=3.5 if is_wind else 5.5,
            clear_share=max(0.25, 0.62 - 0.007 * max(0.0, from_equator - 25)),
        )
