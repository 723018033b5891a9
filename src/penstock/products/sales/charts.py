"""The charts of the sales report, as Vega-Lite specifications.

Belongs here: marks, scales, tooltips. Does not belong here: figures (gold), the look that all
charts share and how a chart comes into a page (releasing).

Names of rows stand above their bars, so that nothing is cut on a phone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

from penstock.releasing.blocks import Paint

Rows = Sequence[dict[str, Any]]

MONTH_HEIGHT = 220
_ROW = 44
_NAME_SHARE = 0.5


def rows_height(rows: int) -> int:
    """Height in pixels of a chart with one named row per item."""
    return rows * _ROW + 24


def month_chart(rows: Rows) -> dict[str, Any]:
    """Bars by month. `rows`: month (date), sales, orders."""
    bars = (
        alt.Chart(_data(rows))
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
    return _spec(bars, height=MONTH_HEIGHT, description="Sales by month")


def bar_chart(rows: Rows) -> dict[str, Any]:
    """One bar per name, in the order given. `rows`: name, sales."""
    order = [row["name"] for row in rows]
    bars = (
        alt.Chart()
        .mark_bar(color=Paint.FIRST)
        .encode(
            x=alt.X("sales:Q", axis=_amounts("sales")),
            y=_named("name", order),
            tooltip=[alt.Tooltip("name:N"), alt.Tooltip("sales:Q", format=",.0f")],
        )
    )
    return _spec(
        alt.layer(bars, _names("name", order), data=_data(rows)),
        height=_ROW * len(rows),
        description="Sales by name",
    )


def share_chart(rows: Rows) -> dict[str, Any]:
    """Two bars per segment. `rows`: segment, of (customers or sales), share (0 to 1)."""
    order = list(dict.fromkeys(row["segment"] for row in rows))
    colours = alt.Scale(domain=["customers", "sales"], range=[Paint.SECOND, Paint.FIRST])
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("share:Q", axis=alt.Axis(title="share", format="%", tickCount=4, domain=False)),
            y=_named("segment", order),
            yOffset=alt.YOffset("of:N"),
            color=alt.Color("of:N", scale=colours, legend=None),
            tooltip=[
                alt.Tooltip("segment:N"),
                alt.Tooltip("of:N"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    return _spec(
        alt.layer(bars, _names("segment", order), data=_data(rows)),
        height=_ROW * len(order),
        description="Share of customers and of sales by segment",
    )


def _amounts(title: str) -> alt.Axis:
    return alt.Axis(title=title, format="~s", tickCount=4, domain=False, ticks=False)


def _named(column: str, order: list[str], **options: Any) -> alt.Y:
    scale = alt.Scale(paddingInner=_NAME_SHARE, paddingOuter=0.5)
    return alt.Y(f"{column}:N", sort=order, axis=None, scale=scale, **options)


def _names(column: str, order: list[str]) -> alt.Chart:
    """The name of each row, above it."""
    names: alt.Chart = (
        alt.Chart()
        .transform_aggregate(groupby=[column])
        .mark_text(align="left", baseline="bottom", dy=-3)
        .encode(x=alt.value(0), y=_named(column, order, bandPosition=0), text=f"{column}:N")
    )
    return names


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=[_plain(row) for row in rows])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()
    }


def _spec(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart, *, height: int, description: str
) -> dict[str, Any]:
    sized = chart.properties(width="container", height=height, description=description)
    spec: dict[str, Any] = sized.to_dict()
    kept = {key: value for key, value in spec.items() if key not in {"$schema", "config"}}
    return kept | {"autosize": {"type": "fit-x", "contains": "padding"}}
