"""The chart of a tenant's report, as a Vega-Lite specification.

Belongs here: marks, scales, tooltips. Does not belong here: figures (the star schema), the look
that all charts share (releasing).
"""

from penstock.releasing.blocks import Paint
from penstock.releasing.marks import Rows, Spec, number, sized, time

DAY_HEIGHT = 200


def day_chart(rows: Rows, currency: str) -> Spec:
    """Bars by day. `rows`: day (date), spend in units of `currency`."""
    axis = {"title": f"spend, {currency}", "format": "~s", "tickCount": 4, "domain": False}
    bars = {
        "mark": {"type": "bar", "color": Paint.FIRST},
        "encoding": {
            "x": time(
                "day",
                unit="utcyearmonthdate",
                axis={"title": None, "format": "%d %b %Y", "grid": False, "labelOverlap": True},
            ),
            "y": number("spend", axis={**axis, "ticks": False}),
            "tooltip": [
                time("day", unit="utcyearmonthdate", title="day", format="%d %b %Y"),
                number("spend", title="spend", format=",.2f"),
            ],
        },
    }
    return sized(bars, rows=rows, height=DAY_HEIGHT, description="Spend by day")
