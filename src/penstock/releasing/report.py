"""The frame of a report: sections of figures, tables and charts become one HTML file.

Belongs here: what a page is made of, its look, the file. The file needs nothing but itself: style,
charts and their library are inside, and its policy forbids a browser to ask the network.
Does not belong here: which figures a product shows; reading the warehouse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from penstock.landing.files import write_atomically

Level = Literal[1, 2, 3, 4, 5]
"""A judgement, from 1 (good) to 5 (bad); shown as a colour, never as a colour alone."""


class Paint(StrEnum):
    """Colours by their role. The page gives each a value for light, for dark and for paper."""

    INK = "var(--ink)"
    MUTED = "var(--muted)"
    HAIRLINE = "var(--hairline)"
    NOTHING = "var(--nothing)"
    FIRST = "var(--first)"
    SECOND = "var(--second)"
    ALARM = "var(--alarm)"
    LEVEL_1 = "var(--level-1)"
    LEVEL_2 = "var(--level-2)"
    LEVEL_3 = "var(--level-3)"
    LEVEL_4 = "var(--level-4)"
    LEVEL_5 = "var(--level-5)"


@dataclass(frozen=True)
class Badge:
    """A short judgement such as a grade."""

    text: str
    level: Level


@dataclass(frozen=True)
class Cell:
    """What one cell of a table shows; `inset` marks a part of the row above."""

    text: str
    badge: Badge | None = None
    inset: bool = False


@dataclass(frozen=True)
class Column:
    """Head of a table's column; `numeric` ones are set right."""

    name: str
    numeric: bool = True


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell names its row."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class KeyFigure:
    """One number to remember, with what it is and how to take it."""

    label: str
    value: str
    note: str = ""
    badge: Badge | None = None


@dataclass(frozen=True)
class KeyFigures:
    """Figures that belong together."""

    kind: ClassVar[str] = "figures"
    title: str
    figures: tuple[KeyFigure, ...]
    note: str = ""


@dataclass(frozen=True)
class LegendEntry:
    """One colour of a chart in words."""

    text: str
    paint: Paint
    shape: Literal["box", "dash"] = "box"


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification as wide as its container, and the same finding as text (`alt`)."""

    title: str
    alt: str
    spec: Mapping[str, Any]
    height: int
    note: str = ""


@dataclass(frozen=True)
class Charts:
    """Charts side by side where there is room; one legend for all of them."""

    kind: ClassVar[str] = "charts"
    charts: tuple[Chart, ...]
    legend: tuple[LegendEntry, ...] = ()
    wide: bool = False


@dataclass(frozen=True)
class Card:
    """One thing worth a few sentences."""

    title: str
    paragraphs: tuple[str, ...]
    badge: Badge | None = None
    figure: str = ""


@dataclass(frozen=True)
class Cards:
    """Cards in the order of their weight."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Prose:
    """Plain paragraphs; `remark` sets them apart (why something is missing, say)."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]
    remark: bool = False


@dataclass(frozen=True)
class Definition:
    """What a measure means and how it is computed."""

    term: str
    meaning: str
    formula: str = ""


@dataclass(frozen=True)
class Definitions:
    """A glossary."""

    kind: ClassVar[str] = "definitions"
    entries: tuple[Definition, ...]


Block = Table | KeyFigures | Charts | Cards | Prose | Definitions


@dataclass(frozen=True)
class Section:
    """A headline that says the finding, a sentence that leads in, and blocks."""

    anchor: str
    label: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True)
class Report:
    """One page. `facts` say what it covers; `credits` whose data it shows."""

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    credits: tuple[str, ...] = field(default=())

    def charts(self) -> Iterator[Chart]:
        """All charts, in reading order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Charts):
                    yield from block.charts


CHART_CONFIG: Mapping[str, Any] = {
    "background": "transparent",
    "padding": 0,
    "font": "inherit",
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
    write_atomically(path, lambda temporary: temporary.write_text(html, encoding="utf-8") and None)
    return path


@cache
def _chart_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that defines `window.vegaEmbed`."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in script.lower():
        raise ValueError("the chart library would end the script element it is put into")
    return script
