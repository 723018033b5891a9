"""Dagster's SQLite files are written without waiting for the disk at every event."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from dagster_project.event_log import write_ahead

pytestmark = pytest.mark.unit


def wal_file(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table events (number integer)")
    connection.close()
    return f"sqlite:///{path}"


def append(url: str, number: int) -> tuple[str, int]:
    """Insert as Dagster does, one connection per statement; returns its journal and synchronous."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"insert into events values ({number})"))
        journal = connection.execute(text("pragma journal_mode")).scalar()
        synchronous = connection.execute(text("pragma synchronous")).scalar()
        return str(journal), int(str(synchronous))


def test_the_log_stays_open_between_events(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    normal = 1

    assert append(url, 1) == ("wal", normal)
    assert (tmp_path / "run.db-wal").exists(), "closing was not the last of its kind"
    assert append(url, 2) == ("wal", normal)
    with sqlite3.connect(tmp_path / "run.db") as reader:
        assert reader.execute("select * from events order by 1").fetchall() == [(1,), (2,)]


def test_only_the_last_files_are_held(tmp_path: Path) -> None:
    write_ahead()
    files = [tmp_path / f"{number}.db" for number in range(12)]
    for number, file in enumerate(files):
        append(wal_file(file), number)

    held = [file.name for file in files if Path(f"{file}-wal").exists()]
    assert held == [file.name for file in files[-8:]]


def test_other_databases_are_left_alone(tmp_path: Path) -> None:
    write_ahead()
    with sqlite3.connect(tmp_path / "plain.db") as connection:
        connection.execute("create table events (number integer)")
    full = 2

    assert append(f"sqlite:///{tmp_path / 'plain.db'}", 1) == ("delete", full)
