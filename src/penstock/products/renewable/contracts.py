"""What may enter the product `renewable`: weather, generation, assets, and a mock world's truth.

Belongs here: the landing schemas (columns, units, plausible ranges, keys).
Does not belong here: how files become these columns (mappings); flags on values (dbt).

Ranges are what a value should keep to; a value outside is stored and flagged, never refused.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, Field

from penstock.contracts.contract import Contract, Reference
from penstock.products.renewable.asset import Asset

_USUAL_SHARE = (0.01, 1.0)
"""Mean power as a share of capacity: poor sites and dark winters included, another unit not."""


def _number(
    unit: str,
    description: str,
    *,
    full_scale: str | None = None,
    usual: tuple[float, float] | None = None,
    **bounds: float,
) -> Any:
    given = {
        "unit": unit,
        "full_scale": full_scale,
        "usual": None if usual is None else list(usual),
    }
    extra = {name: value for name, value in given.items() if value is not None}
    return Field(None, description=description, json_schema_extra=extra, **bounds)  # type: ignore[call-overload]  # bounds are checked by Pydantic itself


_Timestamp = Annotated[
    datetime, Field(description="Start of the interval the row covers, UTC, on the asset's grid.")
]
_AssetId = Annotated[str, Field(description="The asset, as in `assets`.")]


class WeatherRow(BaseModel):
    """Weather at one asset over one interval."""

    timestamp: _Timestamp
    asset_id: _AssetId
    wind_speed_mps: float | None = _number("m/s", "Mean wind speed.", usual=(1, 14), ge=0, le=50)
    wind_direction_deg: float | None = _number("degree", "Where the wind is from.", ge=0, lt=360)
    ghi: float | None = _number(
        "W/m^2", "Global horizontal irradiance.", usual=(15, 700), ge=-6, le=1500
    )
    temperature_c: float | None = _number(
        "degC", "Air temperature.", usual=(-30, 36), ge=-45, le=55
    )
    pressure_hpa: float | None = _number(
        "hPa", "Station pressure.", usual=(600, 1080), ge=600, le=1080
    )
    relative_humidity: float | None = _number(
        "percent", "Relative humidity.", usual=(5, 100), ge=0, le=100
    )
    poa_wm2: float | None = _number(
        "W/m^2", "Plane-of-array irradiance.", usual=(15, 800), ge=-6, le=1600
    )
    module_temperature_c: float | None = _number("degC", "Module temperature.", ge=-45, le=100)
    wind_speed_height_m: float | None = _number("m", "Height of the wind speed.", gt=0, le=300)
    snow_depth_m: float | None = _number("m", "Snow depth.", ge=0, le=20)
    source_class: Literal["onsite", "nacelle", "satellite", "reanalysis", "mock"] | None = Field(
        None, description="Kind of weather source; judges how sharp a daily figure may be."
    )


class GenerationRow(BaseModel):
    """Energy of one asset over one interval."""

    timestamp: _Timestamp
    asset_id: _AssetId
    gross_generation_mwh: float | None = _number(
        "MWh",
        "Energy at turbine or inverter terminals.",
        full_scale="asset_capacity_mw",
        usual=_USUAL_SHARE,
    )
    net_generation_mwh: float | None = _number(
        "MWh",
        "Energy at the revenue meter; may be < 0.",
        full_scale="asset_capacity_mw",
        usual=_USUAL_SHARE,
    )
    curtailment_mwh: float | None = _number("MWh", "Energy lost by order.", ge=0)
    availability_pct: float | None = _number(
        "percent", "Share able to run.", usual=(5, 100), ge=0, le=100
    )
    asset_capacity_mw: float | None = _number("MW", "AC capacity in this interval.", gt=0)
    grid_limit_mw: float | None = _number("MW", "Limit set by the grid.", ge=0)
    status_code: str | None = Field(None, description="The operator's own status.")
    reported_availability_loss_mwh: float | None = _number(
        "MWh", "Energy the operator says was lost to unavailability.", ge=0
    )


class GroundTruthRow(BaseModel):
    """One planted event of the mock world on one day."""

    timestamp: Annotated[datetime, Field(description="Start of the day the row speaks of, UTC.")]
    asset_id: _AssetId
    event_id: Annotated[str, Field(description="The event: asset, type and start.")]
    event_type: Annotated[str, Field(description="Type of event, as in docs/measures.md.")]
    start_utc: Annotated[datetime, Field(description="First interval of the event.")]
    end_utc: Annotated[datetime, Field(description="End of the event, exclusive.")]
    severity: float | None = _number("dimensionless", "How bad; its meaning is the type's.")
    reported: bool | None = Field(None, description="The operator's columns tell of it.")
    table_affected: str | None = Field(None, description="The landed table that shows it.")
    expected_lost_mwh: float | None = _number("MWh", "Energy the event cost on that day.", ge=0)


ASSETS = Contract(table="assets", schema=Asset, key=("asset_id", "valid_from"))
_ASSET = Reference(
    column="asset_id",
    table="assets",
    interval_column="interval_minutes",
    version_column="valid_from",
    since_column="commissioning_date",
)
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
GROUND_TRUTH = Contract(
    table="ground_truth_event_days",
    schema=GroundTruthRow,
    key=("event_id", "timestamp"),
    time_column="timestamp",
    reference=_ASSET,
    is_optional=True,
)


def assets_frame(assets: Iterable[Asset]) -> pl.DataFrame:
    """The `assets` table: one row per asset version, ordered by asset_id and valid_from."""
    ordered = sorted(assets, key=lambda asset: (asset.asset_id, asset.valid_from))
    schema = ASSETS.polars_schema
    rows = [[getattr(asset, column) for column in schema] for asset in ordered]
    return pl.DataFrame(rows, schema=schema, orient="row")
