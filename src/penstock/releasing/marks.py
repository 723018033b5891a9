"""Pieces of Vega-Lite charts that every report draws with.

Belongs here: fields, named rows, a chart as wide as its place with its data inside. Does not belong
here: a product's charts; the look that all charts share (`report.py`).

Charts are written as Vega-Lite itself; a test holds them to its grammar. Names of rows stand above
them, so that nothing is cut on a phone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Rows = Sequence[dict[str, Any]]
Spec = dict[str, Any]
"""A Vega-Lite chart, or a part of one, as JSON would have it."""

_ROW = 46
_NAME_SHARE = 0.54


def number(field: str, **options: Any) -> Spec:
    """A channel that reads numbers."""
    return {"field": field, "type": "quantitative", **options}


def name(field: str, **options: Any) -> Spec:
    """A channel that reads names."""
    return {"field": field, "type": "nominal", **options}


def time(field: str, *, unit: str, **options: Any) -> Spec:
    """A channel that reads days or months (`unit`: utcyearmonthdate, utcyearmonth)."""
    return {"field": field, "type": "temporal", "timeUnit": unit, **options}


def either(test: str, then: str, otherwise: str) -> Spec:
    """A channel with one value where the test holds and another where not."""
    return {"condition": {"test": test, "value": then}, "value": otherwise}


def rows_height(rows: int) -> int:
    """Height in pixels of a chart with one named row per item."""
    return rows * _ROW + 24


def named_rows(column: str, rows: Rows, **options: Any) -> Spec:
    """One row per name, in the rows' order, with room for the name above it."""
    return name(
        column,
        sort=list(dict.fromkeys(row[column] for row in rows)),
        axis=None,
        scale={"paddingInner": _NAME_SHARE, "paddingOuter": 0.5},
        **options,
    )


def named_rows_height(column: str, rows: Rows) -> int:
    """Height in pixels of the named rows."""
    return _ROW * len({row[column] for row in rows})


def names(column: str, rows: Rows) -> Spec:
    """The name of each row, above it: a layer."""
    return {
        "transform": [{"aggregate": [], "groupby": [column]}],
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -3},
        "encoding": {
            "x": {"value": 0},
            "y": named_rows(column, rows, bandPosition=0),
            "text": name(column),
        },
    }


def sized(
    *layers: Spec,
    rows: Rows | None = None,
    datasets: Mapping[str, Rows] | None = None,
    height: int,
    description: str,
) -> Spec:
    """The layers as one chart as wide as its place, with its data inside; dates as text.

    `rows` are the data of every layer that names none of its own; `datasets` are those with names.
    """
    named = {key: _plain(values) for key, values in (datasets or {}).items()}
    return {
        "description": description,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": list(layers),
        **({} if rows is None else {"data": {"values": _plain(rows)}}),
        **({"datasets": named} if named else {}),
    }


def _plain(rows: Rows) -> list[dict[str, Any]]:
    return [
        {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
        for row in rows
    ]
