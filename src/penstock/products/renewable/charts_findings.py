"""The charts of waterfall, power curves, episodes and data quality, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (SQL), the charts of fleet,
scores and worst assets (`charts.py`, whose rules for width and names hold here too).
"""

from datetime import date, timedelta
from typing import Any

import altair as alt

from penstock.products.renewable import charts
from penstock.products.renewable.charts import Rows
from penstock.releasing import marks
from penstock.releasing.blocks import LegendEntry, Paint

QUALITY_FLOORS = (0.95, 0.80, 0.50)
"""Least usable share of a day that counts as complete, usable (dbt: `day_status`), half."""
_QUALITY_PAINTS = (Paint.LEVEL_1, Paint.LEVEL_3, Paint.LEVEL_4, Paint.LEVEL_5)
CURVE_HEIGHT = 220

WATERFALL_LEGEND = (
    LegendEntry("energy", Paint.FIRST),
    LegendEntry("lost", Paint.ALARM),
    LegendEntry("better than expected", Paint.LEVEL_2),
)
_CURVE_TO_MPS = 28
BASELINE_ENTRY = LegendEntry("frozen baseline of its first year", Paint.SECOND, "dash")
CURVE_LEGEND = (
    LegendEntry("an hour of the last 30 days", Paint.FIRST),
    LegendEntry("an hour with outage or curtailment", Paint.NOTHING),
    LegendEntry("what judges today: the year before", Paint.INK, "dash"),
)
EPISODE_LEGEND = (*charts.EXPECTED_LEGEND, LegendEntry("the episode", Paint.HAIRLINE))
QUALITY_LEGEND = (
    LegendEntry("complete: 95 % and more usable", Paint.LEVEL_1),
    LegendEntry("usable: 80 % and more", Paint.LEVEL_3),
    LegendEntry("half and more", Paint.LEVEL_4),
    LegendEntry("less than half", Paint.LEVEL_5),
)


def waterfall_chart(rows: Rows) -> dict[str, Any]:
    """From what the weather offered down to what was metered.

    `rows`: label, step, kind (whole, loss, gain), low, high, mwh. The axis begins where the losses
    take up half of the width: from 0 the losses of a healthy fleet would be hairlines.
    """
    top = max(row["high"] for row in rows)
    floor = max(0.0, top - 2 * (top - min(row["high"] for row in rows)) - 0.02 * top)
    title = "MWh in 30 days" + ("; the axis does not begin at 0" if floor else "")
    kinds = alt.Scale(
        domain=["whole", "loss", "gain"], range=[Paint.FIRST, Paint.ALARM, Paint.LEVEL_2]
    )
    bars = (
        alt.Chart()
        .mark_bar(clip=True)
        .encode(
            x=alt.X(
                "low:Q",
                scale=alt.Scale(domain=[floor, top], nice=False),
                axis=alt.Axis(title=title, tickCount=4, domain=False, ticks=False),
            ),
            x2="high:Q",
            y=marks.named_rows("label", rows),
            color=alt.Color("kind:N", scale=kinds, legend=None),
            tooltip=[
                alt.Tooltip("step:N"),
                alt.Tooltip("mwh:Q", title="MWh", format=",.1f"),
            ],
        )
    )
    return marks.sized(
        alt.layer(bars, marks.names("label", rows), data=marks.inline(rows)),
        height=marks.named_rows_height("label", rows),
        description="From what the weather offered to what was metered",
    )


def curve_chart(points: Rows, curve: Rows, *, name: str) -> dict[str, Any]:
    """Power against density-normalised wind speed, with the references that judge it.

    `points`: speed, power, is_excused; `curve`: speed, power, reference.
    """
    speed = alt.X(
        "speed:Q",
        scale=alt.Scale(domain=[0, _CURVE_TO_MPS]),
        axis=alt.Axis(title="wind speed, m/s at 1.225 kg/m\N{SUPERSCRIPT THREE}", tickCount=6),
    )
    power = alt.Y(
        "power:Q",
        scale=alt.Scale(domain=[0, 1.05]),
        axis=alt.Axis(title="share of capacity", format="%", tickCount=5, domain=False),
    )
    hours = (
        alt.Chart(marks.inline(points))
        .mark_circle(size=14, opacity=0.55, clip=True)
        .encode(
            x=speed,
            y=power,
            color=alt.condition(
                "datum.is_excused", alt.value(Paint.NOTHING), alt.value(Paint.FIRST)
            ),
        )
    )

    def line(reference: str, **mark: Any) -> alt.Chart:
        drawn: alt.Chart = (
            alt.Chart(marks.inline([one for one in curve if one["reference"] == reference]))
            .mark_line(clip=True, **mark)
            .encode(x=speed, y=power, order="speed:Q")
        )
        return drawn

    return marks.sized(
        alt.layer(
            hours,
            line("baseline", color=Paint.SECOND, strokeWidth=1.6, strokeDash=[5, 3]),
            line("recent", color=Paint.INK, strokeWidth=1.8),
        ),
        height=CURVE_HEIGHT,
        description=f"Power curve of {name}",
    )


def episode_chart(
    rows: Rows, *, name: str, first: date, last: date, episode: tuple[date, date]
) -> dict[str, Any]:
    """Daily energy against expectation around an episode, whose days are shaded."""
    begin, end = episode
    spec = charts.expected_chart(rows, name=name, first=first, last=last)
    shade = {
        "data": {
            "values": [
                {
                    "begin": charts.milliseconds(begin),
                    "end": charts.milliseconds(end + timedelta(days=1)),
                }
            ]
        },
        "mark": {"type": "rect", "color": Paint.HAIRLINE, "opacity": 0.8},
        "encoding": {
            "x": {"field": "begin", "type": "temporal"},
            "x2": {"field": "end"},
        },
    }
    return spec | {"layer": [shade, *spec["layer"]]}


def quality_chart(rows: Rows, *, first: date, last: date) -> dict[str, Any]:
    """One row per asset, one cell per day, coloured by the share that can be used.

    `rows`: label, day, usable, weather, generation (texts for the tooltip).
    """
    steps = alt.Scale(
        type="threshold", domain=sorted(QUALITY_FLOORS), range=list(reversed(_QUALITY_PAINTS))
    )
    cells = (
        alt.Chart()
        .mark_rect()
        .encode(
            x=charts.days_axis("day", first, last),
            y=marks.named_rows("label", rows),
            color=alt.Color("usable:Q", scale=steps, legend=None),
            tooltip=[
                alt.Tooltip("label:N", title="asset"),
                charts.tip_day("day"),
                alt.Tooltip("weather:N"),
                alt.Tooltip("generation:N"),
            ],
        )
    )
    return marks.sized(
        alt.layer(cells, marks.names("label", rows), data=marks.inline(rows)),
        height=marks.named_rows_height("label", rows),
        description="Usable share of the data per asset and day",
    )
