"""What a wind or solar asset is: the columns of the `assets` table and their rules.

Belongs here: the master data of one asset, real or mock, and their table. Does not belong here:
files that list assets, climates of mock sites, measurements.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

Technology = Literal["wind", "solar"]
_NEEDED: dict[Technology, tuple[str, ...]] = {
    "wind": ("hub_height_m", "n_turbines", "cut_in_mps", "cut_out_mps", "stall_regulated"),
    "solar": (
        *("dc_capacity_mw", "tilt_deg", "azimuth_deg", "tracking", "gamma_pdc", "u0", "u1"),
        *("albedo", "system_loss_frac"),
    ),
}
_OPTIONAL: dict[Technology, tuple[str, ...]] = {
    "wind": ("rotor_diameter_m", "turbine_model", "power_curve_id"),
    "solar": (),
}


def _default(technology: Technology, value: object) -> Callable[[dict[str, Any]], Any]:
    """Default of a column that applies to one technology only."""
    return lambda asset: value if asset.get("technology") == technology else None


def _existing_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("an IANA time zone such as Europe/Berlin") from None
    return name


Text = Annotated[str, Field(min_length=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


class Asset(BaseModel):
    """One version of an asset: exactly the columns of the `assets` table, in their order.

    A version holds from `valid_from` until the day before `valid_to`. Columns that do not apply
    to the technology are None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    asset_id: Text
    parent_asset_id: Text | None = None
    tenant_id: Text = "default"
    portfolio: Text = "default"
    name: Text
    technology: Technology
    capacity_mw: Positive
    dc_capacity_mw: Positive | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    altitude_m: float = Field(default=0.0, ge=-430, le=6000)
    timezone: Annotated[str, AfterValidator(_existing_time_zone)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    commissioning_date: date
    decommissioning_date: date | None = None
    interval_minutes: Literal[10, 15, 30, 60] = 60
    hub_height_m: Annotated[float, Field(gt=0, le=250)] | None = None
    rotor_diameter_m: Annotated[float, Field(gt=0, le=300)] | None = None
    n_turbines: Annotated[int, Field(ge=1)] | None = Field(default_factory=_default("wind", 1))
    turbine_model: Text | None = None
    power_curve_id: Text | None = None
    cut_in_mps: Annotated[float, Field(gt=0, le=10)] | None = Field(
        default_factory=_default("wind", 3.0)
    )
    cut_out_mps: Annotated[float, Field(gt=10, le=45)] | None = Field(
        default_factory=_default("wind", 25.0)
    )
    stall_regulated: bool | None = Field(default_factory=_default("wind", value=False))
    tilt_deg: Annotated[float, Field(ge=0, le=90)] | None = None
    azimuth_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    tracking: Literal["fixed", "single_axis"] | None = Field(
        default_factory=_default("solar", "fixed")
    )
    gamma_pdc: Annotated[float, Field(ge=-0.01, le=0)] | None = Field(
        default_factory=_default("solar", -0.0037)
    )
    u0: Positive | None = Field(default_factory=_default("solar", 25.0))
    u1: Annotated[float, Field(ge=0)] | None = Field(default_factory=_default("solar", 6.84))
    albedo: Fraction | None = Field(default_factory=_default("solar", 0.2))
    system_loss_frac: Fraction | None = Field(default_factory=_default("solar", 0.11))
    electrical_loss_ref_frac: Fraction = 0.02
    valid_from: date = Field(default_factory=lambda asset: asset["commissioning_date"])
    valid_to: date | None = None

    @model_validator(mode="after")
    def _columns_fit_the_technology(self) -> Self:
        other: Technology = "solar" if self.technology == "wind" else "wind"
        problems = [
            f"'{column}': expected a value for a {self.technology} asset; add it"
            for column in _NEEDED[self.technology]
            if getattr(self, column) is None
        ] + [
            f"'{column}': applies to {other} assets only; remove it"
            for column in _NEEDED[other] + _OPTIONAL[other]
            if getattr(self, column) is not None
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        pairs = (
            ("commissioning_date", "decommissioning_date"),
            ("valid_from", "valid_to"),
            ("cut_in_mps", "cut_out_mps"),
        )
        for low, high in pairs:
            first, last = getattr(self, low), getattr(self, high)
            if first is not None and last is not None and first >= last:
                raise ValueError(f"'{high}': expected more than {low} ({first}), got {last}")
        return self


_DATES = ("commissioning_date", "decommissioning_date", "valid_from", "valid_to")
_INTEGERS = ("interval_minutes", "n_turbines")
_FLAGS = ("stall_regulated",)
_TEXTS = (
    *("asset_id", "parent_asset_id", "tenant_id", "portfolio", "name", "technology", "timezone"),
    *("country", "turbine_model", "power_curve_id", "tracking"),
)
_TYPES: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(_DATES, pl.Date),
    **dict.fromkeys(_INTEGERS, pl.Int64),
    **dict.fromkeys(_FLAGS, pl.Boolean),
    **dict.fromkeys(_TEXTS, pl.String),
}
ASSETS_SCHEMA = pl.Schema({name: _TYPES.get(name, pl.Float64) for name in Asset.model_fields})


def assets_frame(assets: Iterable[Asset]) -> pl.DataFrame:
    """The `assets` table: one row per asset version, ordered by asset_id and valid_from."""
    ordered = sorted(assets, key=lambda asset: (asset.asset_id, asset.valid_from))
    rows = [[getattr(asset, column) for column in ASSETS_SCHEMA] for asset in ordered]
    return pl.DataFrame(rows, schema=ASSETS_SCHEMA, orient="row")
