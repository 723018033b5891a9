"""How sources of wind and solar data name things, and what a starter mapping asks of its assets.

Belongs here: words in English, German and French exports; the `assets` block. Does not belong
here: how words are compared (landing).
"""

import re

from penstock.contracts.starter import FILL_IN, Seen, SeenAsset, Starter, Words

_ENERGY = ("kWh", "MWh", "Wh", "GWh")
_OTHER_POWER = r"\b(reactive|blind\w*|possible|potential|theoretical|apparent|factor|cos|curve)\b"
_OTHER_PARTS = (
    r"\b(gear\w*|bearing|oil|generator|rotor|module|cell|panel|modul\w*|zell\w*|nacelle|gondel\w*|"
    r"hub|inverter|winding|dew|taupunkt|feels)\b"
)

_WEATHER = {
    "wind_speed_mps": Words(
        r"^(ws|v|vw|vento)\b|\b(wind ?speed|wind ?geschwindigkeit|ws|vitesse( du)? vent|windspd)\b"
        r"|^wind$",
        r"\b(direction|dir|richtung|gust|boe\w*)\b",
    ),
    "wind_direction_deg": Words(
        r"^(wa|wd)\b|\b(wind ?dir\w*|wind ?richtung|wdir|direction( du)? vent)\b",
        r"\b(vane|relative|rel)\b",
    ),
    "ghi": Words(
        r"\b(ghi|global horizontal\w*|globalstrahlung|irradiance|irradiation|einstrahlung|"
        r"strahlung|solar radiation)\b",
        r"\b(clear|poa|gti|tilt\w*|plane|inclined|dni|dhi|direct|diffuse|modul\w*|geneigt)\b",
    ),
    "poa_wm2": Words(
        r"\b(poa|gti|plane of array|tilted irradiance|modul ?ebene|inclined)\b", r"\bclear\b"
    ),
    "temperature_c": Words(
        r"^(ot|t|t 2m|t2m|ta|tamb)\b|\b(temp\w*|ambient|aussentemp\w*|lufttemp\w*|outdoor)\b"
        r"|\w+temperatur\b",
        _OTHER_PARTS,
    ),
    "module_temperature_c": Words(r"\b(module|cell|panel|modul\w*) ?temp\w*\b|\btmod\b"),
    "pressure_hpa": Words(
        r"\b(surf pres|pressure|press|pres|luftdruck|baro\w*|pression|sp)\b",
        r"\b(oil|hydraulic|brake|oel|sea|msl|mslp|qnh)\b",
    ),
    "relative_humidity": Words(r"\b(rh|humid\w*|luft ?feuchte\w*|feuchte|humidite)\b"),
}
_GENERATION = {
    "reported_availability_loss_mwh": Words(r"\bavail\w*|\bverfugbar\w*", with_units=_ENERGY),
    "curtailment_mwh": Words(r"\b(curtail\w*|abregel\w*|eisman|einspeisemanagement)\b"),
    "availability_pct": Words(r"\b(avail\w*|verfugbar\w*|disponibilite)\b"),
    "net_generation_mwh": Words(
        r"\b(net|netto|meter\w*|zahler\w*|zaehler\w*|export\w*|einspeis\w*|revenue|feed in)\b",
        rf"\b(network|management)\b|{_OTHER_POWER}",
    ),
    "gross_generation_mwh": Words(
        r"^(p|pac)\b|\b(active power|grid power|ac power|power|leistung|wirkleistung|output|"
        r"generation|erzeugung|produktion|production|energy|energie|ertrag|puissance|pwr|yield)\b",
        _OTHER_POWER,
    ),
    "status_code": Words(r"^(status|state|status code|betriebszustand|operating state)\b"),
}


def _technology(seen: Seen) -> tuple[str, str]:
    weather = seen.filled.get("weather", ())
    if "ghi" in weather or "poa_wm2" in weather:
        if "wind_speed_mps" in weather:
            return "wind", "low: the files have wind speed and irradiance; wind or solar"
        return "solar", "high: the files have irradiance and no wind speed"
    if "wind_speed_mps" in weather:
        return "wind", "high: the files have wind speed and no irradiance"
    return FILL_IN, "wind or solar"


def constant_lines(table: str, seen: Seen) -> list[str]:
    """Lines for columns that no file has, under their table's `columns`."""
    if table == "generation":
        return ["asset_capacity_mw: {asset: capacity_mw}"]
    technology, _ = _technology(seen)
    driving = "weather.wind_speed_mps" if technology == "wind" else "weather.ghi"
    origin = seen.joined.get(driving, "").lower()
    lines = []
    if re.search(r"era5|merra|reanalysis", origin):
        lines.append("source_class: {constant: reanalysis}    # medium: the file's name says so")
    elif re.search(r"psm3|nsrdb|satellite|ghi_clear|cams|solcast", origin):
        lines.append(
            "source_class: {constant: satellite}     # medium: its names are a satellite's"
        )
    elif origin or technology != "wind":
        lines.append(
            "source_class: {constant: onsite}        # low: nacelle, satellite, reanalysis?"
        )
    else:
        # SCADA of a turbine: its own anemometer stands on the nacelle, at hub height.
        lines.append("source_class: {constant: nacelle}       # medium: it comes with the power")
        lines.append("wind_speed_height_m: {asset: hub_height_m}")
    return lines


def asset_lines(seen: Seen) -> list[str]:
    """The `assets` block: the first asset in full, the others like it."""
    technology, why = _technology(seen)
    first = seen.assets[0]
    power = first.greatest_power_mw
    most = "" if power is None else f"; the greatest power seen is {power:.4g} MW"
    entries = [
        ("asset_id", _text(first.asset_id), "as `entity` names it"),
        ("portfolio", seen.name, "the group it is reported in"),
        ("name", _text(first.asset_id), "for people"),
        ("technology", technology, why),
        ("capacity_mw", FILL_IN, f"AC capacity{most}"),
        ("latitude", FILL_IN, "degrees north"),
        ("longitude", FILL_IN, "degrees east"),
        ("altitude_m", "0", "low: above sea level; matters for air density without a barometer"),
        ("timezone", FILL_IN, "IANA name, such as Europe/Paris"),
        ("commissioning_date", FILL_IN, "YYYY-MM-DD; earlier rows are refused"),
        ("interval_minutes", *_interval(first)),
    ]
    unsure = technology == FILL_IN
    if technology != "solar":
        entries.append(
            ("hub_height_m", FILL_IN, "remove it for solar" if unsure else "above ground")
        )
    if technology != "wind":
        wind = "; remove it for wind" if unsure else ""
        entries += [
            ("dc_capacity_mw", FILL_IN, f"of the modules{wind}"),
            ("tilt_deg", FILL_IN, f"of the modules from horizontal{wind}"),
            ("azimuth_deg", FILL_IN, f"where the modules face, 180 is south{wind}"),
        ]
    lines = [f"  {name + ': ' + value:<42}# {comment}" for name, value, comment in entries]
    if len(seen.assets) > 1:
        lines.insert(0, "- &asset")
    else:
        lines[0] = "-" + lines[0][1:]
    others = [_text(one.asset_id) for one in seen.assets[1:]]
    lines += [f"- {{<<: *asset, asset_id: {one}, name: {one}}}" for one in others]
    return lines


def _interval(asset: SeenAsset) -> tuple[str, str]:
    if asset.interval_minutes in (10, 15, 30, 60):
        return str(asset.interval_minutes), "high: the usual step between two stamps"
    seen = asset.interval_minutes
    return FILL_IN, f"10, 15, 30 or 60; the usual step between two stamps is {seen} minutes"


def _text(value: str) -> str:
    """A name as YAML text: quoted where it would be read as something else."""
    return value if re.fullmatch(r"[A-Za-z][\w.-]*", value) else f'"{value}"'


STARTER = Starter(
    words={"generation": _GENERATION, "weather": _WEATHER},
    base_table="generation",
    # What follows the sun changes steadily between two readings; wind does not.
    interpolated=("ghi", "poa_wm2", "temperature_c"),
    constants=constant_lines,
    assets=asset_lines,
)
