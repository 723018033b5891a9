"""A report becomes one HTML file.

Belongs here: rendering, the look that charts share, the file. The file needs nothing but itself:
style, charts and their library are inside, and its policy forbids a browser to ask the network.
Does not belong here: the parts of a page (`blocks.py`); which figures a product shows; reading the
warehouse.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from penstock.landing.files import write_atomically
from penstock.releasing.blocks import Paint, Report

CHART_CONFIG: Mapping[str, Any] = {
    "background": "transparent",
    "padding": 0,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": Paint.MUTED,
        "titleColor": Paint.MUTED,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": Paint.HAIRLINE,
        "domainColor": Paint.HAIRLINE,
        "tickColor": Paint.HAIRLINE,
        "labelPadding": 4,
    },
    "text": {"color": Paint.INK, "fontSize": 12},
}
"""The look all charts share; colours are roles, so light, dark and paper need one drawing."""


def render(report: Report) -> str:
    """The page of a report as HTML."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.jinja")
    has_charts = next(report.charts(), None) is not None
    return page.render(
        report=report, config=CHART_CONFIG, library=_chart_library() if has_charts else ""
    )


def write_page(report: Report, path: Path) -> Path:
    """Write the page to `path`, whole or not at all."""
    html = render(report)

    def write(temporary: Path) -> None:
        temporary.write_text(html, encoding="utf-8")

    write_atomically(path, write)
    return path


@cache
def _chart_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that defines `window.vegaEmbed`."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in script.lower():
        raise ValueError("the chart library would end the script element it is put into")
    return script
