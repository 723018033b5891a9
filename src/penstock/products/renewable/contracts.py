"""What may enter the product `renewable`: weather, generation and the assets they belong to.

Belongs here: the landing schemas (columns, units, plausible ranges, keys).
Does not belong here: how files become these columns (mappings); flags on values (dbt).

Ranges are what a value should keep to; a value outside is stored and flagged, never refused.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from penstock.contracts.contract import Contract, Reference


def _number(unit: str, description: str, **bounds: float) -> Any:
    return Field(None, description=description, json_schema_extra={"unit": unit}, **bounds)  # type: ignore[call-overload]  # bounds are checked by Pydantic itself


_Timestamp = Annotated[
    datetime, Field(description="Start of the interval the row covers, UTC, on the asset's grid.")
]
_AssetId = Annotated[str, Field(description="The asset, as in `assets`.")]


class WeatherRow(BaseModel):
    """Weather at one asset over one interval."""

    timestamp: _Timestamp
    asset_id: _AssetId
    wind_speed_mps: float | None = _number("m/s", "Mean wind speed.", ge=0, le=50)
    wind_direction_deg: float | None = _number("degree", "Where the wind is from.", ge=0, lt=360)
    ghi: float | None = _number("W/m^2", "Global horizontal irradiance.", ge=-6, le=1500)
    temperature_c: float | None = _number("degC", "Air temperature.", ge=-45, le=55)
    pressure_hpa: float | None = _number("hPa", "Station pressure.", ge=600, le=1080)
    relative_humidity: float | None = _number("percent", "Relative humidity.", ge=0, le=100)
    poa_wm2: float | None = _number("W/m^2", "Plane-of-array irradiance.", ge=-6, le=1800)
    module_temperature_c: float | None = _number("degC", "Module temperature.", ge=-50, le=110)
    wind_speed_height_m: float | None = _number("m", "Height of the wind speed.", gt=0, le=300)
    snow_depth_m: float | None = _number("m", "Snow depth.", ge=0, le=20)
    source_class: Literal["onsite", "nacelle", "satellite", "reanalysis", "mock"] | None = Field(
        None, description="Kind of weather source; judges how sharp a daily figure may be."
    )


class GenerationRow(BaseModel):
    """Energy of one asset over one interval."""

    timestamp: _Timestamp
    asset_id: _AssetId
    gross_generation_mwh: float | None = _number("MWh", "Energy at turbine or inverter terminals.")
    net_generation_mwh: float | None = _number("MWh", "Energy at the revenue meter; may be < 0.")
    curtailment_mwh: float | None = _number("MWh", "Energy lost by order.", ge=0)
    availability_pct: float | None = _number("percent", "Share able to run.", ge=0, le=100)
    asset_capacity_mw: float | None = _number("MW", "AC capacity in this interval.", gt=0)
    grid_limit_mw: float | None = _number("MW", "Limit set by the grid.", ge=0)
    status_code: str | None = Field(None, description="The operator's own status.")
    reported_availability_loss_mwh: float | None = _number(
        "MWh", "Energy the operator says was lost to unavailability.", ge=0
    )


class AssetRow(BaseModel):
    """One version of one asset: valid from a day until the day before `valid_to`."""

    asset_id: _AssetId
    parent_asset_id: str | None = Field(None, description="The plant this unit belongs to.")
    tenant_id: str = Field(description="Owner of the data.")
    portfolio: str = Field(description="Group the asset is reported in.")
    name: str = Field(description="Name for people.")
    technology: Literal["wind", "solar"] = Field(description="wind or solar.")
    capacity_mw: float = Field(description="AC capacity.", gt=0, json_schema_extra={"unit": "MW"})
    dc_capacity_mw: float | None = _number("MW", "DC capacity of the modules.", gt=0)
    latitude: float = Field(description="Degrees north.", ge=-90, le=90)
    longitude: float = Field(description="Degrees east.", ge=-180, le=180)
    altitude_m: float | None = _number("m", "Height above sea level.", ge=-430, le=6000)
    timezone: str = Field(description="IANA name of the local time zone.")
    country: str | None = Field(None, description="Country.")
    commissioning_date: date | None = Field(None, description="First day of operation.")
    decommissioning_date: date | None = Field(None, description="First day out of operation.")
    interval_minutes: int = Field(description="Grid of the asset's rows: 10, 15, 30 or 60.")
    hub_height_m: float | None = _number("m", "Hub height.", gt=0)
    rotor_diameter_m: float | None = _number("m", "Rotor diameter.", gt=0)
    n_turbines: int | None = Field(None, description="Number of turbines.")
    turbine_model: str | None = Field(None, description="Turbine model.")
    power_curve_id: str | None = Field(None, description="Manufacturer's curve.")
    cut_in_mps: float | None = _number("m/s", "Wind speed at which turbines start.")
    cut_out_mps: float | None = _number("m/s", "Wind speed at which turbines stop.")
    stall_regulated: bool | None = Field(None, description="Power limited by stall, not by pitch.")
    tilt_deg: float | None = _number("degree", "Tilt of the modules from horizontal.")
    azimuth_deg: float | None = _number("degree", "Where the modules face; 180 is south.")
    tracking: str | None = Field(None, description="fixed or single_axis.")
    gamma_pdc: float | None = Field(None, description="Power change per kelvin of the modules.")
    u0: float | None = Field(None, description="Faiman heat loss, W/m2 per kelvin.")
    u1: float | None = Field(None, description="Faiman heat loss by wind, W/m2 per kelvin and m/s.")
    albedo: float | None = Field(None, description="Reflectance of the ground, 0..1.")
    system_loss_frac: float | None = Field(None, description="PVWatts system losses, 0..1.")
    electrical_loss_ref_frac: float | None = Field(None, description="Collector losses, 0..1.")
    valid_from: date = Field(description="First day of this version.")
    valid_to: date | None = Field(None, description="First day this version no longer holds.")


ASSETS = Contract(table="assets", schema=AssetRow, key=("asset_id", "valid_from"))
_ASSET = Reference(column="asset_id", table="assets", interval_column="interval_minutes")
WEATHER = Contract(
    table="weather",
    schema=WeatherRow,
    key=("asset_id", "timestamp"),
    time_column="timestamp",
    reference=_ASSET,
)
GENERATION = Contract(
    table="generation",
    schema=GenerationRow,
    key=("asset_id", "timestamp"),
    time_column="timestamp",
    reference=_ASSET,
)
