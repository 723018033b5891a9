"""Pieces of Vega-Lite charts that every report draws with.

Belongs here: named rows, data inside the chart, a chart as wide as its place. Does not belong here:
a product's charts; the look that all charts share (`report.py`).

Names of rows stand above them, so that nothing is cut on a phone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

Rows = Sequence[dict[str, Any]]

_ROW = 46
_NAME_SHARE = 0.54


def rows_height(rows: int) -> int:
    """Height in pixels of a chart with one named row per item."""
    return rows * _ROW + 24


def named_rows(column: str, rows: Rows, **options: Any) -> alt.Y:
    """One row per name, in the rows' order, with room for the name above it."""
    return alt.Y(
        f"{column}:N",
        sort=list(dict.fromkeys(row[column] for row in rows)),
        axis=None,
        **options,
        scale=alt.Scale(paddingInner=_NAME_SHARE, paddingOuter=0.5),
    )


def named_rows_height(column: str, rows: Rows) -> int:
    """Height in pixels of the named rows."""
    return _ROW * len({row[column] for row in rows})


def names(column: str, rows: Rows) -> alt.Chart:
    """The name of each row, above it."""
    names: alt.Chart = (
        alt.Chart()
        .transform_aggregate(groupby=[column])
        .mark_text(align="left", baseline="bottom", dy=-3)
        .encode(
            x=alt.value(0),
            y=named_rows(column, rows, bandPosition=0),
            text=f"{column}:N",
        )
    )
    return names


def inline(rows: Rows) -> alt.InlineData:
    """Rows as data inside the chart; dates as text."""
    return alt.InlineData(values=[_plain(row) for row in rows])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()
    }


def sized(
    chart: alt.LayerChart | alt.FacetChart, *, height: int, description: str
) -> dict[str, Any]:
    """The specification of a chart as wide as its place."""
    whole = chart.properties(width="container", height=height, description=description)
    # Only data vary: checking them against the whole grammar of Vega-Lite would take longer than
    # making the chart.
    spec: dict[str, Any] = whole.to_dict(validate=False)
    kept = {key: value for key, value in spec.items() if key not in {"$schema", "config"}}
    return kept | {"autosize": {"type": "fit-x", "contains": "padding"}}
