"""A report becomes one HTML file.

Belongs here: rendering, the look that charts share, the file. The file needs nothing but itself:
style, charts and their library are inside, and its policy forbids a browser to ask the network.
Does not belong here: the parts of a page (`blocks.py`); which figures a product shows; reading the
warehouse.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from penstock.landing.files import write_text_atomically
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


def render(report: Report, *, library: Path | None = None) -> str:
    """The page of a report as HTML; `library` names a folder that keeps the charts' library."""
    page = _environment().get_template("report.html.jinja")
    has_charts = next(report.charts(), None) is not None
    script = _chart_library(library) if has_charts else ""
    return page.render(report=report, config=CHART_CONFIG, library=script)


def write_page(report: Report, path: Path) -> Path:
    """Write the page to `path`, whole or not at all."""
    write_text_atomically(path, render(report, library=path.parent))
    return path


@cache
def _environment() -> Environment:
    """One for all pages: a release draws several, and compiling the templates takes longest."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _chart_library(folder: Path | None) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that defines `window.vegaEmbed`.

    Bundling takes a second, so the script of each version is kept in `folder`.
    """
    kept = None if folder is None else folder / f".charts-{version('vl-convert-python')}.js"
    if kept is not None and kept.exists():
        return kept.read_text(encoding="utf-8")
    import vl_convert  # noqa: PLC0415 - a kept script needs no renderer

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in script.lower():
        raise ValueError("the chart library would end the script element it is put into")
    if kept is not None:
        write_text_atomically(kept, script)
    return script
