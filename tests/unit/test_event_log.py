"""Dagster's SQLite files: no waiting at every event, one opening, one compiled statement."""

import sqlite3
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, NullPool, column, create_engine, select, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnClause

from dagster_project.event_log import write_ahead

pytestmark = pytest.mark.unit


def wal_file(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table events (number integer)")
    connection.close()
    return f"sqlite:///{path}"


def engine_of(url: str) -> Engine:
    """An engine as Dagster makes one for every statement."""
    return create_engine(url, poolclass=NullPool)


def append(url: str, number: int) -> tuple[str, int]:
    """Insert as Dagster does, one connection per statement; returns its journal and synchronous."""
    with engine_of(url).begin() as connection:
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
    url = f"sqlite:///{tmp_path / 'plain.db'}"
    with sqlite3.connect(tmp_path / "plain.db") as connection:
        connection.execute("create table events (number integer)")
    full = 2

    assert append(url, 1) == ("delete", full)
    assert is_opened_again(url)
    assert is_opened_again(url)


def numbers(url: str) -> list[int]:
    events = table("events", column("number"))
    with engine_of(url).connect() as connection:
        return list(connection.execute(select(events.c.number).order_by("number")).scalars())


def is_opened_again(url: str, **options: object) -> bool:
    """Whether what was left in a connection of its own is gone; leaves something there."""
    with create_engine(url, poolclass=NullPool, connect_args=options).begin() as connection:
        mine = text("select count(*) from sqlite_temp_master")
        found = connection.execute(mine).scalar()
        connection.execute(text("create temporary table if not exists mine (number integer)"))
    return found == 0


def test_a_file_is_opened_once(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")

    assert is_opened_again(url)
    assert not is_opened_again(url)
    assert is_opened_again(url, timeout=1), "opened with something else in mind"
    with engine_of(url).connect(), engine_of(url).connect() as other:
        mine = other.execute(text("select count(*) from sqlite_temp_master")).scalar()
        assert mine == 0, "one is used by one at a time"


def test_what_is_not_committed_is_not_handed_on(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    pooled = engine_of(url).raw_connection()
    raw = pooled.dbapi_connection
    assert raw is not None
    raw.cursor().execute("insert into events values (1)")
    raw.close()

    elsewhere = sqlite3.connect(tmp_path / "run.db", timeout=0)
    with elsewhere:
        elsewhere.execute("insert into events values (2)")
    elsewhere.close()
    pooled.close()
    assert numbers(url) == [2], "closed twice, it is there once"


def test_a_result_not_read_to_its_end_holds_nothing(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    for number in range(3):
        append(url, number)
    with engine_of(url).connect() as connection:
        unread = connection.connection.cursor()
        unread.execute("select number from events")
        unread.fetchone()
    with sqlite3.connect(tmp_path / "run.db") as elsewhere:
        elsewhere.execute("insert into events values (3)")
    elsewhere.close()

    append(url, 4)  # on a state read before, SQLite would refuse to write
    assert numbers(url) == [0, 1, 2, 3, 4]


def test_a_file_made_anew_is_opened_anew(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    append(url, 1)
    for file in tmp_path.glob("run.db*"):
        file.unlink()
    wal_file(tmp_path / "run.db")
    append(url, 2)

    assert numbers(url) == [2]
    with sqlite3.connect(tmp_path / "run.db") as reader:
        assert reader.execute("select * from events").fetchall() == [(2,)]


def test_a_statement_is_compiled_once_for_all_engines(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    append(url, 1)
    append(url, 2)
    compiled = []

    class Number(ColumnClause[int]):
        inherit_cache = True

    @compiles(Number)
    def note(element: Number, _compiler: object, **_options: object) -> str:
        compiled.append(element.name)
        return element.name

    def one(number: int) -> list[int]:
        wanted = Number("number") == number
        query = select(table("events", column("number"))).where(wanted)
        with engine_of(url).connect() as connection:
            return list(connection.execute(query).scalars())

    assert [one(1), one(2), one(3)] == [[1], [2], []]
    assert len(compiled) == 1


def test_threads_use_one_after_the_other(tmp_path: Path) -> None:
    write_ahead()
    url = wal_file(tmp_path / "run.db")
    threads = [
        Thread(target=lambda first=first: [append(url, first + n) for n in range(20)])
        for first in (0, 100, 200, 300)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert numbers(url) == [first + n for first in (0, 100, 200, 300) for n in range(20)]
