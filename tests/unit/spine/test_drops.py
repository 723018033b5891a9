"""What lies in a drop folder: each file taken once in the state it is in."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.landing.drops import look_into, note_taken
from penstock.ledger import Ledger

pytestmark = pytest.mark.unit


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


def put(folder: Path, name: str, *, age: float = 600, text: str = "x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def names(folder: Path, ledger: Ledger) -> list[str]:
    return [one.name for one in look_into(folder, ledger, settle_seconds=60).settled]


def take(folder: Path, ledger: Ledger) -> None:
    with ledger.transaction():
        note_taken(ledger, look_into(folder, ledger, settle_seconds=60).settled)


def test_files_come_oldest_first_with_the_folder_that_names_who_delivered(
    tmp_path: Path, ledger: Ledger
) -> None:
    drop = tmp_path / "drop"
    put(drop, "shopify/new.csv", age=100)
    put(drop, "google_ads/2026/old.csv", age=200)
    put(drop, "bare.csv", age=300)
    put(drop, ".hidden/a.csv")
    put(drop, "shopify/.part.csv")
    found = look_into(drop, ledger, settle_seconds=60).settled

    assert [(one.name, one.source) for one in found] == [
        ("bare.csv", None),
        ("google_ads/2026/old.csv", "google_ads"),
        ("shopify/new.csv", "shopify"),
    ]


def test_a_file_is_taken_once_and_again_when_it_was_written_again(
    tmp_path: Path, ledger: Ledger
) -> None:
    drop = tmp_path / "drop"
    put(drop, "a.csv")
    take(drop, ledger)
    put(drop, "b.csv")
    assert names(drop, ledger) == ["b.csv"]

    take(drop, ledger)
    assert names(drop, ledger) == []
    put(drop, "a.csv", text="longer")
    assert names(drop, ledger) == ["a.csv"]


def test_a_young_file_waits(tmp_path: Path, ledger: Ledger) -> None:
    drop = tmp_path / "drop"
    put(drop, "a.csv", age=10)
    found = look_into(drop, ledger, settle_seconds=60)

    assert (found.settled, [one.name for one in found.unsettled]) == ((), ["a.csv"])
    assert [one.name for one in look_into(drop, ledger, settle_seconds=5).settled] == ["a.csv"]


def test_where_there_is_no_folder_there_is_nothing(tmp_path: Path, ledger: Ledger) -> None:
    assert look_into(tmp_path / "none", ledger, settle_seconds=0).settled == ()
