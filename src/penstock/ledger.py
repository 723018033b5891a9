"""The ledger: what has landed, what is loaded, what was refused, what is stale.

Belongs here: the small SQLite file beside each warehouse and every statement that touches it.
Does not belong here: deciding what to load or rebuild; rows of data.

`status`, sensors and a run with nothing new read the ledger alone and need neither DuckDB nor
dlt. It commits after the dlt package it describes and can be rebuilt from the warehouse.
"""
# long because: every statement that touches the file is here.

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Self

DeliveryStatus = Literal["landed", "loaded", "rejected", "retracting", "retracted"]

_SCHEMA = """
create table if not exists deliveries (
    delivery_id text primary key, table_name text not null, status text not null,
    source text not null, sha256 text not null, bytes integer not null,
    modified_ns integer not null, delivered_at text not null,
    rows_read integer not null, rows_accepted integer not null, rows_quarantined integer not null,
    first_day text, last_day text, message text not null, run_id text not null
) strict;
create table if not exists coverage (
    delivery_id text not null, entity_id text not null,
    first_day text not null, last_day text not null,
    primary key (delivery_id, entity_id)
) strict, without rowid;
create index if not exists coverage_by_entity on coverage (entity_id, first_day, last_day);
create table if not exists quarantine (
    origin text not null, reason text not null, row_count integer not null, file text not null,
    primary key (origin, reason)
) strict, without rowid;
create table if not exists discarded (
    origin text not null, reason text not null, row_count integer not null,
    primary key (origin, reason)
) strict, without rowid;
create table if not exists facts (name text primary key, value text not null) strict;
create table if not exists runs (
    run_id text primary key, command text not null, started_at text not null,
    ended_at text, outcome text not null, message text not null
) strict;
"""


@dataclass(frozen=True)
class Delivery:
    """One landed file and what became of it. `delivery_id` is its path below the raw folder."""

    delivery_id: str
    table_name: str
    status: DeliveryStatus
    source: str
    sha256: str
    bytes: int
    modified_ns: int
    delivered_at: datetime
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    first_day: date | None = None
    last_day: date | None = None
    message: str = ""
    run_id: str = ""

    @property
    def stands(self) -> bool:
        """Whether it was not taken back, and is not being taken back."""
        return self.status not in ("retracting", "retracted")


@dataclass(frozen=True)
class Coverage:
    """First and last day of one entity (an asset, say) in one delivery."""

    delivery_id: str
    entity_id: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class QuarantineCount:
    """Rows of one origin (delivery or user's file) refused for one reason, kept in `file`.

    `discarded` of the `row_count` rows were looked at and given up; the others are open.
    """

    origin: str
    reason: str
    row_count: int
    file: str
    discarded: int = 0

    @property
    def open_rows(self) -> int:
        """Rows that still wait for somebody to mend, replay or discard them."""
        return self.row_count - self.discarded


@dataclass(frozen=True)
class Run:
    """One run of a command and how it ended (`running` if it has not, or was killed)."""

    run_id: str
    command: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    message: str


_DELIVERY_COLUMNS = tuple(field.name for field in fields(Delivery))


class Ledger:
    """An open ledger. Writes become durable together, at the end of `transaction()`."""

    def __init__(self, path: Path) -> None:
        """Open the ledger at `path`, making it if need be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside commit together or not at all."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    # deliveries -----------------------------------------------------------------------------

    def deliveries(
        self, *, table: str | None = None, status: DeliveryStatus | None = None
    ) -> list[Delivery]:
        """Deliveries, of one table or status if asked for, in the order of their names."""
        rows = self._connection.execute(
            f"select {', '.join(_DELIVERY_COLUMNS)} from deliveries"
            " where (? is null or table_name = ?) and (? is null or status = ?)"
            " order by delivery_id",
            (table, table, status, status),
        )
        return [_delivery(row) for row in rows]

    def delivery(self, delivery_id: str) -> Delivery | None:
        """A delivery by its name, None if unknown."""
        row = self._connection.execute(
            f"select {', '.join(_DELIVERY_COLUMNS)} from deliveries where delivery_id = ?",
            (delivery_id,),
        ).fetchone()
        return None if row is None else _delivery(row)

    def rows_by_table(self) -> dict[str, int]:
        """Rows of all loaded deliveries, by table."""
        rows = self._connection.execute(
            "select table_name, sum(rows_accepted) from deliveries where status = 'loaded'"
            " group by table_name"
        )
        return {row[0]: int(row[1]) for row in rows}

    def put_deliveries(self, deliveries: Iterable[Delivery]) -> None:
        """Insert or replace deliveries."""
        marks = ", ".join("?" for _ in _DELIVERY_COLUMNS)
        self._connection.executemany(
            f"insert or replace into deliveries ({', '.join(_DELIVERY_COLUMNS)}) values ({marks})",
            [tuple(_text(value) for value in astuple(delivery)) for delivery in deliveries],
        )

    def sources(self) -> set[str]:
        """Sources of all deliveries that are not retracted."""
        rows = self._connection.execute(
            "select distinct source from deliveries where status not in ('retracting', 'retracted')"
        )
        return {row[0] for row in rows}

    # coverage -------------------------------------------------------------------------------

    def put_coverage(self, delivery_ids: Iterable[str], coverage: Iterable[Coverage]) -> None:
        """Replace what the deliveries cover."""
        self._connection.executemany(
            "delete from coverage where delivery_id = ?", [(one,) for one in delivery_ids]
        )
        self._connection.executemany(
            "insert into coverage values (?, ?, ?, ?)",
            [tuple(_text(value) for value in astuple(one)) for one in coverage],
        )

    def spans(self) -> dict[str, tuple[date, date]]:
        """First and last covered day per entity."""
        rows = self._connection.execute(
            "select entity_id, min(first_day), max(last_day) from coverage group by entity_id"
        )
        return {row[0]: (date.fromisoformat(row[1]), date.fromisoformat(row[2])) for row in rows}

    def covered_by(self, delivery_id: str) -> dict[str, tuple[date, date]]:
        """First and last day per entity in one delivery."""
        rows = self._connection.execute(
            "select entity_id, first_day, last_day from coverage where delivery_id = ?",
            (delivery_id,),
        )
        return {row[0]: (date.fromisoformat(row[1]), date.fromisoformat(row[2])) for row in rows}

    def covering(self, entities: Iterable[str]) -> set[str]:
        """Deliveries with rows of one of the entities."""
        return {
            row[0]
            for one in entities
            for row in self._connection.execute(
                "select delivery_id from coverage where entity_id = ?", (one,)
            )
        }

    # quarantine -----------------------------------------------------------------------------

    def put_quarantine(self, origins: Iterable[str], counts: Iterable[QuarantineCount]) -> None:
        """Replace the quarantine counts of the origins."""
        replaced, kept = [(one,) for one in origins], list(counts)
        for table in ("quarantine", "discarded"):
            self._connection.executemany(f"delete from {table} where origin = ?", replaced)
        self._connection.executemany(
            "insert into quarantine values (?, ?, ?, ?)", [astuple(one)[:4] for one in kept]
        )
        self._connection.executemany(
            "insert into discarded values (?, ?, ?)",
            [(one.origin, one.reason, one.discarded) for one in kept if one.discarded],
        )

    def quarantine(self) -> list[QuarantineCount]:
        """All quarantine counts, by origin and reason."""
        rows = self._connection.execute(
            "select origin, reason, quarantine.row_count, file, coalesce(discarded.row_count, 0)"
            " from quarantine left join discarded using (origin, reason) order by origin, reason"
        )
        return [QuarantineCount(*row) for row in rows]

    # facts and runs -------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """A remembered fact (stale day, mock seed, ...), None if unknown."""
        row = self._connection.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def facts_beginning(self, words: str) -> dict[str, str]:
        """The remembered facts whose names begin with these words, by name."""
        rows = self._connection.execute(
            "select name, value from facts where substr(name, 1, ?) = ? order by name",
            (len(words), words),
        )
        return {str(name): str(value) for name, value in rows}

    def put_facts(self, facts: Mapping[str, str | None]) -> None:
        """Remember facts; None forgets one."""
        for name, value in facts.items():
            if value is None:
                self._connection.execute("delete from facts where name = ?", (name,))
            else:
                self._connection.execute(
                    "insert or replace into facts values (?, ?)", (name, value)
                )

    def put_run(self, run: Run) -> None:
        """Insert or replace a run."""
        self._connection.execute(
            "insert or replace into runs values (?, ?, ?, ?, ?, ?)",
            tuple(_text(value) for value in astuple(run)),
        )

    def run_ids(self) -> set[str]:
        """Ids of all runs that it knows, of loaded files too."""
        rows = self._connection.execute(
            "select run_id from runs union select run_id from deliveries"
        )
        return {row[0] for row in rows if row[0]}

    def copy_to(self, path: Path) -> None:
        """Write a copy of the ledger, whole, to a file that is not there yet."""
        self._connection.execute("vacuum into ?", (str(path),))

    def forget_runs(self, before: datetime, *, keep: int, dry_run: bool = False) -> int:
        """Forget and count runs before a moment (UTC); the latest and those of loaded rows stay."""
        old = (
            "from runs where coalesce(ended_at, started_at) < ? and run_id not in"
            " (select run_id from deliveries where status <> 'retracted') and run_id not in"
            " (select run_id from runs order by started_at desc, run_id desc limit ?)"
        )
        given = (before.isoformat(), keep)
        (count,) = self._connection.execute(f"select count(*) {old}", given).fetchone()
        if count and not dry_run:
            with self.transaction():
                self._connection.execute(f"delete {old}", given)
        return int(count)

    def last_runs(self, count: int) -> list[Run]:
        """The latest runs, newest first."""
        rows = self._connection.execute(
            "select run_id, command, started_at, ended_at, outcome, message from runs"
            " order by started_at desc, run_id desc limit ?",
            (count,),
        )
        return [
            Run(
                run_id=row[0],
                command=row[1],
                started_at=datetime.fromisoformat(row[2]),
                ended_at=None if row[3] is None else datetime.fromisoformat(row[3]),
                outcome=row[4],
                message=row[5],
            )
            for row in rows
        ]


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _delivery(row: tuple[object, ...]) -> Delivery:
    values = dict(zip(_DELIVERY_COLUMNS, row, strict=True))
    values["delivered_at"] = datetime.fromisoformat(str(values["delivered_at"]))
    for name in ("first_day", "last_day"):
        values[name] = None if values[name] is None else date.fromisoformat(str(values[name]))
    return Delivery(**values)  # type: ignore[arg-type]  # the table is strict: SQLite has checked the types
