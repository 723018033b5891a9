"""What a report is made of: sections of figures, tables, charts and text, as data.

Belongs here: the parts a page can have. Does not belong here: how they look (`report.html.jinja`,
`report.css`); which figures a product shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal

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
    figure_note: str = ""


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


@dataclass(frozen=True)
class Picture:
    """A drawing of our own making as SVG; it scrolls where the page is narrower."""

    kind: ClassVar[str] = "picture"
    title: str
    svg: str


Block = Table | KeyFigures | Charts | Cards | Prose | Definitions | Picture


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
    credits: tuple[str, ...] = ()

    def charts(self) -> Iterator[Chart]:
        """All charts, in reading order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Charts):
                    yield from block.charts
