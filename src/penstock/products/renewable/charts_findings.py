"""The charts of waterfall, power curves, episodes and data quality, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (SQL), the charts of fleet,
scores and worst assets (`charts.py`, whose rules for width and names hold here too).
"""

from datetime import date, timedelta

from penstock.products.renewable import charts
from penstock.releasing import marks
from penstock.releasing.blocks import LegendEntry, Paint
from penstock.releasing.marks import Rows, Spec, name, number

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
    LegendEntry("the twelve months before this one", Paint.INK, "dash"),
)
EPISODE_LEGEND = (*charts.EXPECTED_LEGEND, LegendEntry("the episode", Paint.HAIRLINE))
QUALITY_LEGEND = (
    LegendEntry("complete: 95 % and more usable", Paint.LEVEL_1),
    LegendEntry("usable: 80 % and more", Paint.LEVEL_3),
    LegendEntry("half and more", Paint.LEVEL_4),
    LegendEntry("less than half", Paint.LEVEL_5),
)


def waterfall_chart(rows: Rows) -> Spec:
    """From what the weather offered down to what was metered.

    `rows`: label, step, kind (whole, loss, gain), low, high, mwh. The axis begins where the losses
    take up half of the width: from 0 the losses of a healthy fleet would be hairlines.
    """
    top = max(row["high"] for row in rows)
    floor = max(0.0, top - 2 * (top - min(row["high"] for row in rows)) - 0.02 * top)
    title = "MWh in 30 days" + ("; the axis does not begin at 0" if floor else "")
    kinds = {
        "domain": ["whole", "loss", "gain"],
        "range": [Paint.FIRST, Paint.ALARM, Paint.LEVEL_2],
    }
    bars = {
        "mark": {"type": "bar", "clip": True},
        "encoding": {
            "x": number(
                "low",
                scale={"domain": [floor, top], "nice": False},
                axis={"title": title, "tickCount": 4, "domain": False, "ticks": False},
            ),
            "x2": {"field": "high"},
            "y": marks.named_rows("label", rows),
            "color": name("kind", scale=kinds, legend=None),
            "tooltip": [name("step"), number("mwh", title="MWh", format=",.1f")],
        },
    }
    return marks.sized(
        *(bars, marks.names("label", rows)),
        rows=rows,
        height=marks.named_rows_height("label", rows),
        description="From what the weather offered to what was metered",
    )


def curve_chart(points: Rows, curve: Rows, *, asset: str) -> Spec:
    """Power against density-normalised wind speed, with the asset's own curves.

    `points`: speed, power, is_excused; `curve`: speed, power, reference.
    """
    place = {
        "x": number(
            "speed",
            scale={"domain": [0, _CURVE_TO_MPS]},
            axis={"title": "wind speed, m/s at 1.225 kg/m\N{SUPERSCRIPT THREE}", "tickCount": 6},
        ),
        "y": number(
            "power",
            scale={"domain": [0, 1.05]},
            axis={"title": "share of capacity", "format": "%", "tickCount": 5, "domain": False},
        ),
    }
    colour = marks.either("datum.is_excused", Paint.NOTHING, Paint.FIRST)
    hours = {
        "data": {"name": "hours"},
        "mark": {"type": "circle", "size": 14, "opacity": 0.55, "clip": True},
        "encoding": {**place, "color": colour},
    }
    lines = {
        "baseline": {"color": Paint.SECOND, "strokeWidth": 1.6, "strokeDash": [5, 3]},
        "recent": {"color": Paint.INK, "strokeWidth": 1.8},
    }
    drawn = [
        {
            "data": {"name": reference},
            "mark": {"type": "line", "clip": True, **look},
            "encoding": {**place, "order": number("speed")},
        }
        for reference, look in lines.items()
    ]
    references = {
        reference: [one for one in curve if one["reference"] == reference] for reference in lines
    }
    return marks.sized(
        *(hours, *drawn),
        datasets={"hours": points, **references},
        height=CURVE_HEIGHT,
        description=f"Power curve of {asset}",
    )


def episode_chart(
    rows: Rows, *, asset: str, first: date, last: date, episode: tuple[date, date]
) -> Spec:
    """Daily energy against expectation around an episode, whose days are shaded."""
    begin, end = episode
    spec = charts.expected_chart(rows, asset=asset, first=first, last=last)
    days = {
        "begin": charts.milliseconds(begin),
        "end": charts.milliseconds(end + timedelta(days=1)),
    }
    shade = {
        "data": {"values": [days]},
        "mark": {"type": "rect", "color": Paint.HAIRLINE, "opacity": 0.8},
        "encoding": {"x": {"field": "begin", "type": "temporal"}, "x2": {"field": "end"}},
    }
    return spec | {"layer": [shade, *spec["layer"]]}


def quality_chart(rows: Rows, *, first: date, last: date) -> Spec:
    """One row per asset, one cell per day, coloured by the share that can be used.

    `rows`: label, day, usable, weather, generation (texts for the tooltip).
    """
    steps = {
        "type": "threshold",
        "domain": sorted(QUALITY_FLOORS),
        "range": list(reversed(_QUALITY_PAINTS)),
    }
    cells = {
        "mark": {"type": "rect"},
        "encoding": {
            "x": charts.days_axis("day", first, last),
            "y": marks.named_rows("label", rows),
            "color": number("usable", scale=steps, legend=None),
            "tooltip": [
                name("label", title="asset"),
                charts.tip_day("day"),
                name("weather"),
                name("generation"),
            ],
        },
    }
    return marks.sized(
        *(cells, marks.names("label", rows)),
        rows=rows,
        height=marks.named_rows_height("label", rows),
        description="Usable share of the data per asset and day",
    )
