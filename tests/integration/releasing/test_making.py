"""The reports of how a release was made say what its record says, and need only themselves."""

import json
import re
from pathlib import Path

import pytest

from penstock.releasing import sealed
from penstock.releasing.lineage import draw
from penstock.releasing.making import EVERY_ROOM, ROOMS
from support import releases
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(data_dir: Path) -> Path:
    settings = settings_for(data_dir)
    releases.release(settings)
    return releases.folder(settings)


def test_every_figure_comes_from_the_record_of_the_release(folder: Path) -> None:
    metadata = sealed.read_metadata(folder)
    facts = json.loads((folder / sealed.MAKING / f"{EVERY_ROOM}.json").read_text())
    listings = {one["caption"]: one["rows"] for room in facts.values() for one in room["listings"]}

    assert facts["land"]["figures"]["files"] == metadata.inputs["files"] == 40
    assert facts["land"]["figures"]["bytes"] == metadata.inputs["bytes"]
    for name in ("rows_read", "rows_accepted", "rows_quarantined"):
        assert facts["load"]["figures"][name] == metadata.inputs[name]
    assert facts["transform"]["figures"]["tests_passed"] == 1
    assert facts["release"]["figures"]["rows"] == 2 + 80 + 320
    assert [row[:2] for row in listings["Published tables"]] == [
        [one["name"], one["rows"]] for one in metadata.tables
    ]
    assert [row[0] for row in listings["Audit"]] == [one["name"] for one in metadata.checks]


@pytest.mark.parametrize("name", [EVERY_ROOM, *ROOMS])
def test_a_page_shows_the_figures_of_its_json_and_asks_for_nothing(folder: Path, name: str) -> None:
    html = (folder / sealed.MAKING / f"{name}.html").read_text()
    facts = json.loads((folder / sealed.MAKING / f"{name}.json").read_text())

    for room in facts.values():
        for value in room["figures"].values():
            shown = f"{value:,}" if isinstance(value, int | float) else str(value)
            assert shown in html
    assert 'name="viewport"' in html
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', html) == []


def test_the_picture_shows_every_table_right_of_what_it_needs() -> None:
    svg = draw({"mart": ["staged", "dim"], "staged": ["raw"], "dim": []})
    left = {name: int(x) for x, name in re.findall(r'<text x="(\d+)"[^>]*>(\w+)</text>', svg)}

    assert left["raw"] == left["dim"] < left["staged"] < left["mart"]
    assert svg.count("<path") == 3
