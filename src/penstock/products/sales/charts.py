"""The charts of the sales report, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (gold), the look that all
charts share and how a chart comes into a page (releasing).
"""

from penstock.releasing.blocks import Paint
from penstock.releasing.marks import (
    Rows,
    Spec,
    name,
    named_rows,
    named_rows_height,
    names,
    number,
    sized,
    time,
)

MONTH_HEIGHT = 220


def month_chart(rows: Rows) -> Spec:
    """Bars by month. `rows`: month (date), sales, orders."""
    months = {"title": None, "format": "%b %Y", "grid": False, "labelOverlap": True}
    bars = {
        "mark": {"type": "bar", "color": Paint.FIRST},
        "encoding": {
            "x": time("month", unit="utcyearmonth", axis=months),
            "y": number("sales", axis=_amounts("sales in the month")),
            "tooltip": [
                time("month", unit="utcyearmonth", title="month", format="%b %Y"),
                number("sales", title="sales", format=",.0f"),
                number("orders", title="orders", format=",d"),
            ],
        },
    }
    return sized(bars, rows=rows, height=MONTH_HEIGHT, description="Sales by month")


def bar_chart(rows: Rows) -> Spec:
    """One bar per name, in the order given. `rows`: name, sales."""
    bars = {
        "mark": {"type": "bar", "color": Paint.FIRST},
        "encoding": {
            "x": number("sales", axis=_amounts("sales")),
            "y": named_rows("name", rows),
            "tooltip": [name("name"), number("sales", format=",.0f")],
        },
    }
    return sized(
        *(bars, names("name", rows)),
        rows=rows,
        height=named_rows_height("name", rows),
        description="Sales by name",
    )


def share_chart(rows: Rows) -> Spec:
    """Two bars per segment. `rows`: segment, of (customers or sales), share (0 to 1)."""
    colours = {"domain": ["customers", "sales"], "range": [Paint.SECOND, Paint.FIRST]}
    share = {"title": "share", "format": "%", "tickCount": 4, "domain": False}
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": number("share", axis=share),
            "y": named_rows("segment", rows),
            "yOffset": name("of"),
            "color": name("of", scale=colours, legend=None),
            "tooltip": [name("segment"), name("of"), number("share", format=".1%")],
        },
    }
    return sized(
        *(bars, names("segment", rows)),
        rows=rows,
        height=named_rows_height("segment", rows),
        description="Share of customers and of sales by segment",
    )


def _amounts(title: str) -> Spec:
    return {"title": title, "format": "~s", "tickCount": 4, "domain": False, "ticks": False}
