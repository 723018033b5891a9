"""What a wind or solar asset is: the columns of the `assets` table and their rules.

Belongs here: the master data of one asset, real or mock. Does not belong here:
files that list assets, climates of mock sites, measurements.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

EVENT_SEPARATOR = "; "
MOST_EVENTS = 50
"""Of one version of an asset; dbt's constant `asset_events_most` says the same."""

Technology = Literal["wind", "solar"]
_NEEDED: dict[Technology, tuple[str, ...]] = {
    "wind": ("hub_height_m", "n_turbines", "cut_in_mps", "cut_out_mps", "stall_regulated"),
    "solar": (
        *("dc_capacity_mw", "tilt_deg", "azimuth_deg", "tracking", "gamma_pdc", "u0", "u1"),
        *("albedo", "system_loss_frac"),
    ),
}
_OPTIONAL: dict[Technology, tuple[str, ...]] = {
    "wind": ("rotor_diameter_m", "turbine_model", "power_curve_id", "power_curve"),
    "solar": (),
}


def _existing_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("an IANA time zone such as Europe/Berlin") from None
    return name


class AssetEvent(BaseModel):
    """What made an asset, or what measures it, another one: no reference reaches across.

    `date` is the first whole day on which the asset is as it is from then on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    kind: Literal[
        "sensor_repaired",
        "sensor_replaced",
        "blades_changed",
        "control_changed",
        "repowered",
        "modules_replaced",
        "inverter_replaced",
        "other",
    ]


def _events_as_text(given: object) -> object:
    """The listed events as the column holds them: `<date> <kind>`, by date, joined by `; `.

    Raises: ValueError naming the event and its field.
    """
    if given is None:
        return None
    if not isinstance(given, list) or not given:
        raise ValueError("a list with one {date: 2024-05-17, kind: sensor_repaired} per event")
    events: list[AssetEvent] = []
    for number, one in enumerate(given, start=1):
        try:
            events.append(AssetEvent.model_validate(one))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"of event {number}, '{field}': {first['msg']}") from error
    dates = [event.date for event in events]
    twice = sorted({str(one) for one in dates if dates.count(one) > 1})
    if twice:
        raise ValueError(f"one event per date, {', '.join(twice)} has several; leave one")
    if len(events) > MOST_EVENTS:
        raise ValueError(f"at most {MOST_EVENTS} events, got {len(events)}")
    ordered = sorted(events, key=lambda event: event.date)
    return EVENT_SEPARATOR.join(f"{event.date} {event.kind}" for event in ordered)


def _no_curve(given: object) -> object:
    if given is not None:
        raise ValueError("nothing: the curve is read from the file that power_curve_id names")
    return given


Text = Annotated[str, Field(min_length=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


def _column(description: str, unit: str | None = None, **options: Any) -> Any:
    """A field with its description, and its unit for documentation and conversion."""
    return Field(
        description=description,
        json_schema_extra=None if unit is None else {"unit": unit},
        **options,
    )


def _of(technology: Technology, value: object) -> dict[str, Any]:
    """Default of a column that applies to one technology only."""
    return {
        "default_factory": lambda asset: value if asset.get("technology") == technology else None
    }


class Asset(BaseModel):
    """One version of an asset: exactly the columns of the `assets` table, in their order.

    A version holds from `valid_from` until the day before `valid_to`. Columns that do not apply
    to the technology are None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    asset_id: Text = _column("The asset; what rows of weather and generation name.")
    parent_asset_id: Text | None = _column("The plant this unit belongs to.", default=None)
    tenant_id: Text = _column("Owner of the data.", default="default")
    portfolio: Text = _column("Group the asset is reported in.", default="default")
    name: Text = _column("Name for people.")
    technology: Technology = _column("wind or solar.")
    capacity_mw: Positive = _column("AC capacity.", "MW")
    dc_capacity_mw: Positive | None = _column("DC capacity of the modules.", "MW", default=None)
    latitude: float = _column("Degrees north.", "degree", ge=-90, le=90)
    longitude: float = _column("Degrees east.", "degree", ge=-180, le=180)
    altitude_m: float = _column("Height above sea level.", "m", default=0.0, ge=-430, le=6000)
    timezone: Annotated[str, AfterValidator(_existing_time_zone)] = _column("IANA time zone.")
    day_boundary: Literal["utc", "local"] | None = _column(
        "Whose midnight parts the asset's days in the daily and monthly marts; none means utc.",
        default=None,
    )
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = _column(
        "ISO 3166 code.", default=None
    )
    commissioning_date: date = _column("First day of operation.")
    decommissioning_date: date | None = _column("First day out of operation.", default=None)
    interval_minutes: Literal[10, 15, 30, 60] = _column("Grid of its rows.", "minute", default=60)
    hub_height_m: Annotated[float, Field(gt=0, le=250)] | None = _column(
        "Hub height above ground.", "m", default=None
    )
    rotor_diameter_m: Annotated[float, Field(gt=0, le=300)] | None = _column(
        "Rotor diameter.", "m", default=None
    )
    n_turbines: Annotated[int, Field(ge=1)] | None = _column(
        "Number of turbines.", **_of("wind", 1)
    )
    turbine_model: Text | None = _column("Maker and model.", default=None)
    power_curve_id: Text | None = _column(
        "The maker's power curve: power_curves/<power_curve_id>.csv beside the declaring file.",
        default=None,
    )
    power_curve: Annotated[Text | None, BeforeValidator(_no_curve)] = _column(
        "That curve: shares of rated power at 0, 0.5, 1 ... m/s and 1.225 kg/m3.", default=None
    )
    cut_in_mps: Annotated[float, Field(gt=0, le=10)] | None = _column(
        "Wind speed at which turbines start.", "m/s", **_of("wind", 3.0)
    )
    cut_out_mps: Annotated[float, Field(gt=10, le=45)] | None = _column(
        "Wind speed at which turbines stop.", "m/s", **_of("wind", 25.0)
    )
    stall_regulated: bool | None = _column(
        "Power limited by stall instead of pitch.", **_of("wind", value=False)
    )
    tilt_deg: Annotated[float, Field(ge=0, le=90)] | None = _column(
        "Tilt of the modules from horizontal.", "degree", default=None
    )
    azimuth_deg: Annotated[float, Field(ge=0, lt=360)] | None = _column(
        "Where the modules face; 180 is south.", "degree", default=None
    )
    tracking: Literal["fixed", "single_axis"] | None = _column(
        "fixed or single_axis.", **_of("solar", "fixed")
    )
    gamma_pdc: Annotated[float, Field(ge=-0.01, le=0)] | None = _column(
        "Relative power change per kelvin.", "1/delta_degC", **_of("solar", -0.0037)
    )
    u0: Positive | None = _column("Faiman's constant heat loss, W/m2/K.", **_of("solar", 25.0))
    u1: Annotated[float, Field(ge=0)] | None = _column(
        "Faiman's heat loss by wind, W/m2/K per m/s.", **_of("solar", 6.84)
    )
    albedo: Fraction | None = _column("Reflectance of the ground, 0..1.", **_of("solar", 0.2))
    system_loss_frac: Fraction | None = _column("PVWatts losses, 0..1.", **_of("solar", 0.11))
    electrical_loss_ref_frac: Fraction = _column("Usual collector losses, 0..1.", default=0.02)
    valid_from: date = _column(
        "First day of this version.", default_factory=lambda asset: asset["commissioning_date"]
    )
    valid_to: date | None = _column("First day this version no longer holds.", default=None)
    asset_events: Annotated[Text | None, BeforeValidator(_events_as_text)] = _column(
        "What began references anew: '<date> <kind>', joined by '; '.", default=None
    )

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
    def _events_lie_within_its_life(self) -> Self:
        for text in (self.asset_events or "").split(EVENT_SEPARATOR) if self.asset_events else ():
            day = date.fromisoformat(text.partition(" ")[0])
            if day <= self.commissioning_date or (
                self.decommissioning_date is not None and day >= self.decommissioning_date
            ):
                raise ValueError(
                    f"'asset_events': expected dates after commissioning_date "
                    f"({self.commissioning_date}) and before decommissioning_date, got {day}"
                )
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


def version_problems(assets: Iterable[Asset]) -> list[str]:
    """What is wrong where versions of an asset do not follow one another without overlap."""
    problems: list[str] = []
    ordered = sorted(assets, key=lambda asset: (asset.asset_id, asset.valid_from))
    for earlier, later in pairwise(ordered):
        if earlier.asset_id != later.asset_id:
            continue
        if earlier.valid_from == later.valid_from:
            problems.append(
                f"asset '{later.asset_id}', field 'valid_from': {later.valid_from} is there "
                "twice; give each asset its own asset_id, each version its own valid_from"
            )
        elif _day_zone(earlier) != _day_zone(later):
            problems.append(
                f"asset '{later.asset_id}', field 'day_boundary': the version from "
                f"{later.valid_from} has days of {_day_zone(later)}, the one before of "
                f"{_day_zone(earlier)}; give all versions the same day_boundary and timezone"
            )
        elif earlier.valid_to is None or earlier.valid_to > later.valid_from:
            problems.append(
                f"asset '{later.asset_id}', field 'valid_to': expected {later.valid_from} or "
                f"earlier in the version from {earlier.valid_from}, because the next version "
                f"starts then, got {earlier.valid_to}; set it"
            )
    return problems


def _day_zone(asset: Asset) -> str:
    """The clock whose midnight parts the asset's days."""
    return asset.timezone if asset.day_boundary == "local" else "UTC"
