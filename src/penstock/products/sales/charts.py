"""The charts of the sales report, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (gold), the look that all
charts share and how a chart comes into a page (releasing).
"""

from typing import Any

import altair as alt

from penstock.releasing.blocks import Paint
from penstock.releasing.marks import Rows, inline, named_rows, named_rows_height, names, sized

MONTH_HEIGHT = 220


def month_chart(rows: Rows) -> dict[str, Any]:
    """Bars by month. `rows`: month (date), sales, orders."""
    bars = (
        alt.Chart()
        .mark_bar(color=Paint.FIRST)
        .encode(
            x=alt.X(
                "utcyearmonth(month):T",
                axis=alt.Axis(title=None, format="%b %Y", grid=False, labelOverlap=True),
            ),
            y=alt.Y("sales:Q", axis=_amounts("sales in the month")),
            tooltip=[
                alt.Tooltip("utcyearmonth(month):T", title="month", format="%b %Y"),
                alt.Tooltip("sales:Q", title="sales", format=",.0f"),
                alt.Tooltip("orders:Q", title="orders", format=",d"),
            ],
        )
    )
    return sized(
        alt.layer(bars, data=inline(rows)), height=MONTH_HEIGHT, description="Sales by month"
    )


def bar_chart(rows: Rows) -> dict[str, Any]:
    """One bar per name, in the order given. `rows`: name, sales."""
    bars = (
        alt.Chart()
        .mark_bar(color=Paint.FIRST)
        .encode(
            x=alt.X("sales:Q", axis=_amounts("sales")),
            y=named_rows("name", rows),
            tooltip=[alt.Tooltip("name:N"), alt.Tooltip("sales:Q", format=",.0f")],
        )
    )
    return sized(
        alt.layer(bars, names("name", rows), data=inline(rows)),
        height=named_rows_height("name", rows),
        description="Sales by name",
    )


def share_chart(rows: Rows) -> dict[str, Any]:
    """Two bars per segment. `rows`: segment, of (customers or sales), share (0 to 1)."""
    colours = alt.Scale(domain=["customers", "sales"], range=[Paint.SECOND, Paint.FIRST])
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("share:Q", axis=alt.Axis(title="share", format="%", tickCount=4, domain=False)),
            y=named_rows("segment", rows),
            yOffset=alt.YOffset("of:N"),
            color=alt.Color("of:N", scale=colours, legend=None),
            tooltip=[
                alt.Tooltip("segment:N"),
                alt.Tooltip("of:N"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    return sized(
        alt.layer(bars, names("segment", rows), data=inline(rows)),
        height=named_rows_height("segment", rows),
        description="Share of customers and of sales by segment",
    )


def _amounts(title: str) -> alt.Axis:
    return alt.Axis(title=title, format="~s", tickCount=4, domain=False, ticks=False)
