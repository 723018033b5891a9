"""A guess: a value, how sure it is, and why; and headers as plain words.

Belongs here: what every guess shares. Does not belong here: what is guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Confidence = Literal["high", "medium", "low", "none"]

_UNIT_IN_BRACKETS = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]")
_UNITS = {
    "kw": "kW", "mw": "MW", "w": "W", "kwh": "kWh", "mwh": "MWh", "wh": "Wh", "gwh": "GWh",
    "m/s": "m/s", "ms": "m/s", "m s": "m/s", "mps": "m/s", "km/h": "km/h", "kmh": "km/h",
    "kph": "km/h", "mph": "mph", "knots": "knot", "kn": "knot", "kt": "knot",
    "°c": "degC", "degc": "degC", "c": "degC", "celsius": "degC", "grad c": "degC",
    "°f": "degF", "degf": "degF", "f": "degF", "fahrenheit": "degF", "k": "K", "kelvin": "K",
    "hpa": "hPa", "mbar": "hPa", "pa": "Pa", "kpa": "kPa", "bar": "bar", "inhg": "inHg",
    "%": "percent", "pct": "percent", "percent": "percent", "prozent": "percent",
    "w/m2": "W/m^2", "w/m^2": "W/m^2", "w/m²": "W/m^2", "wm2": "W/m^2", "wm 2": "W/m^2",
    "kw/m2": "kW/m^2", "°": "degree", "deg": "degree", "grad": "degree", "degrees": "degree",
    "m": "m", "cm": "cm",
}  # fmt: skip
"""How headers write units, to how Penstock does."""
_SUFFIX_UNITS = frozenset(_UNITS) - {
    "c",
    "f",
    "k",
    "m",
    "w",
    "kn",
    "kt",
    "ms",
    "m s",
    "bar",
    "grad",
}
"""Units that a header may end in without brackets; single letters are too often something else."""


@dataclass(frozen=True)
class Guess:
    """A guessed value; `reason` completes the comment beside it."""

    value: str
    confidence: Confidence
    reason: str

    @property
    def comment(self) -> str:
        """What stands behind the value in the mapping."""
        return self.reason if self.confidence == "none" else f"{self.confidence}: {self.reason}"


def words_of(header: str) -> str:
    """A header's words: lower case, no accents, no unit in brackets, parted by single blanks.

    >>> words_of("WindSpeed_Ø [m/s]"), words_of("Außentemperatur (°C)")
    ('wind speed', 'aussentemperatur')
    """
    text = _UNIT_IN_BRACKETS.sub(" ", header).replace("ß", "ss")
    text = re.sub(r"(?<=[a-zäöü])(?=[A-Z])", " ", text)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())


def unit_of(header: str) -> str | None:
    """The unit that a header states, in brackets or as its last word; None if it states none.

    >>> unit_of("P [kW]"), unit_of("net_energy_kwh"), unit_of("t_2m")
    ('kW', 'kWh', None)
    """
    for found in _UNIT_IN_BRACKETS.findall(header):
        unit = _UNITS.get(found.strip().lower())
        if unit is not None:
            return unit
    last = re.split(r"[_\s]", header.strip().lower())[-1]
    return _UNITS[last] if last in _SUFFIX_UNITS else None
