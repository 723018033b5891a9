import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from penstock.releasing.blocks import (
    Badge,
    Block,
    Card,
    Cards,
    Cell,
    Chart,
    Charts,
    Column,
    Definition,
    Definitions,
    KeyFigure,
    KeyFigures,
    Prose,
    Report,
    Section,
    Table,
)
from penstock.releasing.figures import day, number, percent, span
from penstock.releasing.report import render, write_page
from support.pages import Page

pytestmark = pytest.mark.unit

HOSTILE = "</script><script>alert(1)</script> & \"quoted\" <b>'bold'</b>"


def chart(name: str = "A chart") -> Chart:
    spec = {"data": {"values": [{"asset": name}]}, "mark": "bar"}
    return Chart(title=name, alt=f"alt of {name}", spec=spec, height=100, note=name)


def report(name: str = "Name", *, charts: int = 2) -> Report:
    cells = (Cell(name, inset=True), Cell("97.8", Badge("A", 1)))
    blocks: tuple[Block, ...] = (
        KeyFigures(name, (KeyFigure(name, "1", name, Badge("E", 5)),), name),
        Table(name, (Column(name, numeric=False), Column("Score")), (cells,)),
        Table("folded", (Column("Asset"),), ((Cell(name),),), folded=True),
        Cards((Card(name, (name,), Badge("B", 2), name, name),)),
        Prose((name,), remark=True),
        Definitions((Definition(name, name, name),)),
        *([Charts(tuple(chart(name) for _ in range(charts)))] if charts else []),
    )
    section = Section("one", name, name, blocks, name)
    return Report(name, name, ((name, name),), (section,), (name,))


def test_a_hostile_name_stays_text_everywhere() -> None:
    page = Page.parse(render(report(HOSTILE)))

    assert "alert(1)" not in [name for tag, name, _ in page.attributes if tag == "script"]
    assert page.scripts == 2
    assert {tag for tag, _, _ in page.attributes}.isdisjoint({"b"})
    assert all(json.loads(one)["data"]["values"] == [{"asset": HOSTILE}] for one in page.charts)
    assert page.tables[HOSTILE] == [[HOSTILE, "Score"], [HOSTILE, "97.8A"]]


def test_the_chart_library_is_there_once_however_many_charts() -> None:
    html = render(report(charts=5))

    assert html.count("window.vegaEmbed=") == 1
    assert html.count('id="chart-library"') == 1
    assert len(Page.parse(html).charts) == 5


def test_a_page_without_charts_carries_no_script() -> None:
    page = Page.parse(render(report(charts=0)))

    assert page.scripts == 0


def test_a_page_asks_no_network() -> None:
    html = render(report())
    without_library = re.sub(r'<script id="chart-library">.*?</script>', "", html, flags=re.DOTALL)
    addresses = [value for _, name, value in Page.parse(html).attributes if name in {"src", "href"}]

    assert without_library != html
    assert not re.search(r"https?://|//cdn|@import|url\(", without_library)
    assert all(one.startswith("#") for one in addresses)
    assert "default-src 'none'" in html


def test_the_library_names_no_address_but_namespaces_and_its_own_messages() -> None:
    found = re.findall(r"https?://[^\"'`)\s\\]+", render(report()))

    assert {re.sub(r"^https?://([^/]+).*", r"\1", one) for one in found} <= {
        "www.w3.org",
        "vega.github.io",
        "github.com",
    }


def test_every_chart_says_its_finding_as_text_and_every_table_has_heads() -> None:
    page = Page.parse(render(report()))

    labels = [value for tag, name, value in page.attributes if name == "aria-label"]
    assert labels.count("alt of Name") == 2
    scopes = [(tag, value) for tag, name, value in page.attributes if name == "scope"]
    assert ("th", "col") in scopes
    assert ("th", "row") in scopes
    assert ("html", "lang", "en") in page.attributes


def test_a_page_is_written_whole_and_the_same_every_time(tmp_path: Path) -> None:
    first = write_page(report(), tmp_path / "deep" / "page.html").read_bytes()
    second = write_page(report(), tmp_path / "deep" / "page.html").read_bytes()

    assert first == second == render(report()).encode()
    kept = {one.suffix for one in (tmp_path / "deep").iterdir()}
    assert kept == {".html", ".js"}  # the charts' library, for the next report


def test_figures_read_as_people_write_them() -> None:
    thin, minus, dash = "\u202f", "\u2212", "\u2013"
    assert number(Decimal("1234.56"), 1, "MWh") == f"1,234.6{thin}MWh"
    assert number(-0.04, 1) == "0.0"
    assert number(Decimal("-5.6"), 1) == f"{minus}5.6"
    assert number(None, 1, "MWh") == dash
    assert percent(Decimal("0.244223")) == f"24.4{thin}%"
    assert percent(None) == dash
    assert day(date(2026, 6, 8)) == "8 June 2026"
    assert span(date(2026, 3, 1), date(2026, 6, 28)) == "1 March to 28 June 2026"
    assert span(date(2025, 12, 1), date(2026, 1, 2)) == "1 December 2025 to 2 January 2026"
    assert span(date(2026, 3, 1), date(2026, 3, 1)) == "1 March 2026"
    assert span(None, None) == dash
