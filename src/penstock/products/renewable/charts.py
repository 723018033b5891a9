"""The charts of the report, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (SQL), the look that all
charts share and how a chart comes into a page (releasing).

Every chart is as wide as its place and keeps the names of its rows above them, so that nothing is
cut on a phone.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from penstock.releasing.blocks import LegendEntry, Paint
from penstock.releasing.marks import inline, named_rows, named_rows_height, names, sized

Rows = Sequence[dict[str, Any]]

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


def expected_chart(rows: Rows, *, name: str, first: date, last: date) -> dict[str, Any]:
    """Daily energy of one asset against what the weather let expect; the gap stands out.

    `rows`: day, actual, expected (MWh).
    """
    base = alt.Chart().encode(x=days_axis("day", first, last))
    energy = alt.Axis(
        title=None, tickCount=3, domain=False, ticks=False, minExtent=40, maxExtent=40
    )
    produced = base.mark_bar(color=Paint.FIRST, opacity=0.75).encode(
        y=alt.Y("actual:Q", axis=energy)
    )
    missing = (
        base.transform_filter("datum.actual < datum.expected")
        .mark_bar(color=Paint.ALARM)
        .encode(y=alt.Y("actual:Q"), y2="expected:Q")
    )
    # A bar without height whose edge is drawn: a line across the whole day.
    expected = base.mark_bar(fill="transparent", stroke=Paint.INK, strokeWidth=1.2).encode(
        y=alt.Y("expected:Q"), y2="expected:Q"
    )
    touch = base.mark_bar(fill="transparent").encode(
        y=alt.value(0),
        y2=alt.value(PANEL_HEIGHT),
        tooltip=[
            tip_day("day"),
            alt.Tooltip("actual:Q", title="produced, MWh", format=",.2f"),
            alt.Tooltip("expected:Q", title="expected, MWh", format=",.2f"),
        ],
    )
    return sized(
        alt.layer(produced, missing, expected, touch, data=inline(rows)),
        height=PANEL_HEIGHT,
        description=f"Energy of {name} per day",
    )


def calendar_chart(rows: Rows, *, first: date, last: date) -> dict[str, Any]:
    """One row per asset, one cell per day; a day without a score is a dash, not a colour.

    `rows`: label, day, score, verdict (the score or why there is none), completeness.
    """
    base = alt.Chart().encode(
        x=days_axis("day", first, last),
        y=named_rows("label", rows),
        tooltip=[
            alt.Tooltip("label:N", title="asset"),
            tip_day("day"),
            alt.Tooltip("verdict:N", title="score"),
            alt.Tooltip("completeness:N", title="data complete"),
        ],
    )
    steps = alt.Scale(
        type="threshold", domain=sorted(RATING_FLOORS), range=list(reversed(LEVEL_PAINTS))
    )
    scored = (
        base.transform_filter("datum.score !== null")
        .mark_rect()
        .encode(color=alt.Color("score:Q", scale=steps, legend=None))
    )
    unscored = base.transform_filter("datum.score === null").mark_rect(
        color=Paint.NOTHING, height=alt.RelativeBandSize(band=0.14)
    )
    return sized(
        alt.layer(unscored, scored, names("label", rows), data=inline(rows)),
        height=named_rows_height("label", rows),
        description="Score per asset and day",
    )


def losses_chart(rows: Rows) -> dict[str, Any]:
    """Energy lost by cause. `rows`: label, cause, lost_mwh, share."""
    tips = [
        alt.Tooltip("cause:N"),
        alt.Tooltip("lost_mwh:Q", title="lost, MWh", format=",.1f"),
        alt.Tooltip("share:N", title="of what the weather offered"),
    ]
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=_energy("lost_mwh"),
            y=named_rows("label", rows),
            color=alt.condition(
                "datum.lost_mwh < 0", alt.value(Paint.FIRST), alt.value(Paint.SECOND)
            ),
            tooltip=tips,
        )
    )
    return sized(
        alt.layer(bars, names("label", rows), data=inline(rows)),
        height=named_rows_height("label", rows),
        description="Energy lost by cause",
    )


def worst_chart(rows: Rows) -> dict[str, Any]:
    """Energy below expectation, by whether the asset ran. `rows`: label, asset, part, mwh."""
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=_energy("mwh"),
            y=named_rows("label", rows),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=["stood still", "ran"], range=[Paint.SECOND, Paint.ALARM]),
                legend=None,
            ),
            order=alt.Order("part:N", sort="descending"),
            tooltip=[
                alt.Tooltip("asset:N"),
                alt.Tooltip("part:N", title="while it"),
                alt.Tooltip("mwh:Q", title="below expectation, MWh", format=",.1f"),
            ],
        )
    )
    return sized(
        alt.layer(bars, names("label", rows), data=inline(rows)),
        height=named_rows_height("label", rows),
        description="Energy below expectation",
    )


def days_axis(column: str, first: date, last: date) -> alt.X:
    """Days along the width, one cell each, from `first` to `last`."""
    # Numbers, because a date without a zone would be read in the reader's own.
    ends = [milliseconds(first), milliseconds(last + timedelta(days=1))]
    return alt.X(
        f"utcyearmonthdate({column}):T",
        scale=alt.Scale(domain=ends),
        axis=alt.Axis(
            title=None, format="%-d %b", tickCount=5, grid=False, labelFlush=True, labelOverlap=True
        ),
    )


def _energy(column: str) -> alt.X:
    return alt.X(
        f"{column}:Q", axis=alt.Axis(title="MWh in 30 days", tickCount=4, domain=False, ticks=False)
    )


def tip_day(column: str) -> alt.Tooltip:
    """A day in a tooltip."""
    return alt.Tooltip(f"utcyearmonthdate({column}):T", title="day", format="%-d %b %Y")


def milliseconds(day: date) -> int:
    """Beginning of a UTC day as charts count time."""
    return (day - date(1970, 1, 1)).days * 86_400_000
