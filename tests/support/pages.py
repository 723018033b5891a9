"""Reading a written HTML page back: its text, its tables, its addresses."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "br", "img", "link", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """What a reader finds: `text`, `tables` (rows of cell texts), `charts` (specifications)."""

    text: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    charts: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    scripts: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self._is_spec = False

    @classmethod
    def parse(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        assert page._open == [], f"not closed: {page._open}"
        return page

    def rows_with(self, column: str) -> list[dict[str, Any]]:
        """The data of the first chart that has such a column, named or not."""
        sources = [
            rows
            for chart in map(json.loads, self.charts)
            for rows in (
                chart.get("data", {}).get("values", []),
                *chart.get("datasets", {}).values(),
            )
        ]
        return next(rows for rows in sources if rows and column in rows[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")
        elif tag == "script":
            self._is_spec = ("type", "application/json") in attrs
            self.scripts += not self._is_spec

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            if self._is_spec:
                self.charts.append(data)
            return
        if "style" in self._open:
            return
        if data.strip():
            self.text.append(data.strip())
        if "caption" in self._open:
            self._caption += data
        elif "td" in self._open or "th" in self._open:
            self._rows[-1][-1] += data

    def all_text(self) -> str:
        return " ".join(self.text)
