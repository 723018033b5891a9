"""How a figure reads: digits, units, dates; a missing one is a dash.

Belongs here: formatting. Does not belong here: computing.
"""

from datetime import date
from decimal import Decimal

Figure = Decimal | float | int | None

MISSING = "\N{EN DASH}"
_THIN = "\N{NARROW NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def number(value: Figure, digits: int = 0, unit: str = "") -> str:
    """`1,234.5 MWh`; never a negative zero."""
    if value is None:
        return MISSING
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.,") else _MINUS + text[1:]
    return f"{text}{_THIN}{unit}" if unit else text


def percent(fraction: Figure, digits: int = 1) -> str:
    """`24.4 %` of the fraction 0.2442."""
    return number(None if fraction is None else Decimal(str(fraction)) * 100, digits, "%")


def day(value: date | None) -> str:
    """`28 June 2026`."""
    return MISSING if value is None else f"{value.day} {value:%B %Y}"


def span(first: date | None, last: date | None) -> str:
    """`1 March to 28 June 2026`, as short as it can be."""
    if first is None or last is None:
        return MISSING
    if first == last:
        return day(first)
    same_year = first.year == last.year
    return f"{first.day} {first:%B}{'' if same_year else f' {first.year}'} to {day(last)}"
