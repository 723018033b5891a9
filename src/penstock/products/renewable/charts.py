"""The charts of the report, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (SQL), the look that all
charts share and how a chart comes into a page (releasing).

Every chart is as wide as its place and keeps the names of its rows above them, so that nothing is
cut on a phone.
"""

from datetime import date, timedelta

from penstock.releasing.blocks import LegendEntry, Paint
from penstock.releasing.marks import (
    Rows,
    Spec,
    either,
    name,
    named_rows,
    named_rows_height,
    names,
    number,
    sized,
    time,
)

RATINGS = "ABCDE"
RATING_FLOORS = (97, 94, 90, 80)
"""Least score of A, B, C and D (dbt: `rating`); the calendar colours days by the same steps."""
LEVEL_PAINTS = (Paint.LEVEL_1, Paint.LEVEL_2, Paint.LEVEL_3, Paint.LEVEL_4, Paint.LEVEL_5)

PANEL_HEIGHT = 116

EXPECTED_LEGEND = (
    LegendEntry("produced", Paint.FIRST),
    LegendEntry("missing against expectation", Paint.ALARM),
    LegendEntry("expected from the weather", Paint.INK, "dash"),
)
CALENDAR_LEGEND = (
    LegendEntry("A: 97 and more", Paint.LEVEL_1),
    LegendEntry("B: 94 and more", Paint.LEVEL_2),
    LegendEntry("C: 90 and more", Paint.LEVEL_3),
    LegendEntry("D: 80 and more", Paint.LEVEL_4),
    LegendEntry("E: below 80", Paint.LEVEL_5),
    LegendEntry("no score: the tooltip says why", Paint.NOTHING, "dash"),
)
WORST_LEGEND = (
    LegendEntry("while it stood still or was derated", Paint.SECOND),
    LegendEntry("while it ran", Paint.ALARM),
)


def expected_chart(rows: Rows, *, asset: str, first: date, last: date) -> Spec:
    """Daily energy of one asset against what the weather let expect; the gap stands out.

    `rows`: day, actual, expected (MWh).
    """
    days = days_axis("day", first, last)
    energy = {
        "title": None,
        "tickCount": 3,
        "domain": False,
        "ticks": False,
        "minExtent": 40,
        "maxExtent": 40,
    }
    produced = {
        "mark": {"type": "bar", "color": Paint.FIRST, "opacity": 0.75},
        "encoding": {"x": days, "y": number("actual", axis=energy)},
    }
    missing = {
        "transform": [{"filter": "datum.actual < datum.expected"}],
        "mark": {"type": "bar", "color": Paint.ALARM},
        "encoding": {"x": days, "y": number("actual"), "y2": {"field": "expected"}},
    }
    # A bar without height whose edge is drawn: a line across the whole day.
    expected = {
        "mark": {"type": "bar", "fill": "transparent", "stroke": Paint.INK, "strokeWidth": 1.2},
        "encoding": {"x": days, "y": number("expected"), "y2": {"field": "expected"}},
    }
    touch = {
        "mark": {"type": "bar", "fill": "transparent"},
        "encoding": {
            "x": days,
            "y": {"value": 0},
            "y2": {"value": PANEL_HEIGHT},
            "tooltip": [
                tip_day("day"),
                number("actual", title="produced, MWh", format=",.2f"),
                number("expected", title="expected, MWh", format=",.2f"),
            ],
        },
    }
    return sized(
        *(produced, missing, expected, touch),
        rows=rows,
        height=PANEL_HEIGHT,
        description=f"Energy of {asset} per day",
    )


def calendar_chart(rows: Rows, *, first: date, last: date) -> Spec:
    """One row per asset, one cell per day; a day without a score is a dash, not a colour.

    `rows`: label, day, score, verdict (the score or why there is none), completeness.
    """
    place = {
        "x": days_axis("day", first, last),
        "y": named_rows("label", rows),
        "tooltip": [
            name("label", title="asset"),
            tip_day("day"),
            name("verdict", title="score"),
            name("completeness", title="data complete"),
        ],
    }
    steps = {
        "type": "threshold",
        "domain": sorted(RATING_FLOORS),
        "range": list(reversed(LEVEL_PAINTS)),
    }
    unscored = {
        "transform": [{"filter": "datum.score === null"}],
        "mark": {"type": "rect", "color": Paint.NOTHING, "height": {"band": 0.14}},
        "encoding": place,
    }
    scored = {
        "transform": [{"filter": "datum.score !== null"}],
        "mark": {"type": "rect"},
        "encoding": {**place, "color": number("score", scale=steps, legend=None)},
    }
    return sized(
        *(unscored, scored, names("label", rows)),
        rows=rows,
        height=named_rows_height("label", rows),
        description="Score per asset and day",
    )


def losses_chart(rows: Rows) -> Spec:
    """Energy lost by cause. `rows`: label, cause, lost_mwh, share."""
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": _energy("lost_mwh"),
            "y": named_rows("label", rows),
            "color": either("datum.lost_mwh < 0", Paint.FIRST, Paint.SECOND),
            "tooltip": [
                name("cause"),
                number("lost_mwh", title="lost, MWh", format=",.1f"),
                name("share", title="of what the weather offered"),
            ],
        },
    }
    return sized(
        *(bars, names("label", rows)),
        rows=rows,
        height=named_rows_height("label", rows),
        description="Energy lost by cause",
    )


def worst_chart(rows: Rows) -> Spec:
    """Energy below expectation, by whether the asset ran. `rows`: label, asset, part, mwh."""
    parts = {"domain": ["stood still", "ran"], "range": [Paint.SECOND, Paint.ALARM]}
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": _energy("mwh"),
            "y": named_rows("label", rows),
            "color": name("part", scale=parts, legend=None),
            "order": name("part", sort="descending"),
            "tooltip": [
                name("asset"),
                name("part", title="while it"),
                number("mwh", title="below expectation, MWh", format=",.1f"),
            ],
        },
    }
    return sized(
        *(bars, names("label", rows)),
        rows=rows,
        height=named_rows_height("label", rows),
        description="Energy below expectation",
    )


def days_axis(column: str, first: date, last: date) -> Spec:
    """Days along the width, one cell each, from `first` to `last`."""
    # Numbers, because a date without a zone would be read in the reader's own.
    ends = [milliseconds(first), milliseconds(last + timedelta(days=1))]
    axis = {
        "title": None,
        "format": "%-d %b",
        "tickCount": 5,
        "grid": False,
        "labelFlush": True,
        "labelOverlap": True,
    }
    return time(column, unit="utcyearmonthdate", scale={"domain": ends}, axis=axis)


def _energy(column: str) -> Spec:
    axis = {"title": "MWh in 30 days", "tickCount": 4, "domain": False, "ticks": False}
    return number(column, axis=axis)


def tip_day(column: str) -> Spec:
    """A day in a tooltip."""
    return time(column, unit="utcyearmonthdate", title="day", format="%-d %b %Y")


def milliseconds(day: date) -> int:
    """Beginning of a UTC day as charts count time."""
    return (day - date(1970, 1, 1)).days * 86_400_000
