"""Published tables leave the working warehouse as Parquet parts.

Belongs here: reading the working warehouse, writing the parts that changed, taking over the files
of those that did not. Does not belong here: the released DuckDB file (`warehouse_file.py`); what a
release says of them (`sealed.py`).

A part is taken over from the parent release, file and fingerprint, if the engine's sum over the
hashes of its rows is what the parent recorded, and the parent's file still has its SHA-256. To ask
that of every month of every interval would cost more with every year; so of a large table that is
built by day, the months before the first day rebuilt since the parent are asked in turn, a twelfth
of them per release, and otherwise only counted. Tables of day grain are asked whole.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.contracts.published import PublishedTable
from penstock.landing.files import sha256_of
from penstock.releasing.bag import PAYLOAD
from penstock.releasing.fingerprint import FingerprintError, canonical_type, fingerprint
from penstock.releasing.sealed import Column, Part, SealedTable, read_tables
from penstock.releasing.working import (
    ALL,
    UNDATED,
    ExportError,
    checksums,
    engine,
    key_order,
    month_filter,
    month_number,
    month_rows,
)

TURNS = 12
"""After so many releases every month has been looked at again."""


@dataclass(frozen=True)
class ParentTables:
    """What the parent release holds: its folder, its tables by name, its checksums' engine."""

    folder: Path
    tables: Mapping[str, SealedTable]
    engine: str


@dataclass(frozen=True)
class Look:
    """Which parts are looked at, row by row, before they are taken over.

    `changed_from`: first day that builds have touched since the parent; None if it may be any.
    `turn`: how many releases there were, which decides whose turn it is among the older months.
    """

    changed_from: date | None = None
    turn: int = 0

    def is_due(self, table: PublishedTable, month: str) -> bool:
        """Whether a month has to be looked at now."""
        if self.changed_from is None or table.in_warehouse or not table.is_built_by_day:
            return True
        number = month_number(month)
        changed = self.changed_from.year * 12 + self.changed_from.month
        return number >= changed or number % TURNS == self.turn % TURNS


@dataclass(frozen=True)
class Exported:
    """The tables of a release in the making.

    `damaged` are files of the parent that are no longer what it sealed, `written` those that are
    new.
    """

    tables: tuple[SealedTable, ...]
    damaged: tuple[str, ...]
    written: tuple[str, ...]


def parent_tables(folder: Path | None) -> ParentTables | None:
    """The tables of a release's folder; None without one. Raises: ReleaseFormatError."""
    if folder is None:
        return None
    tables, made_by = read_tables(folder)
    return ParentTables(folder, {one.name: one for one in tables}, made_by)


def export_tables(
    connection: duckdb.DuckDBPyConnection,
    published: Sequence[PublishedTable],
    sources: Mapping[str, str],
    building: Path,
    *,
    parent: ParentTables | None,
    look: Look,
    progress: Callable[[str], None],
) -> Exported:
    """Write every published table's parts below `building`; `sources` as by `sources_of`.

    Raises: ExportError naming the table and what is wrong with it.
    """
    tables: list[SealedTable] = []
    damaged: list[str] = []
    written: list[str] = []
    for table in published:
        progress(f"sealing {table.name}")
        source = sources[table.name]
        try:
            columns = _columns(connection, source)
            known = _parent_parts(table, columns, parent)
            parts = []
            for part, is_looked_at in _contents(
                connection, table, source, columns=columns, known=known, look=look
            ):
                before = known.get(part.month)
                is_same = before is not None and before.checksum == part.checksum
                if before is not None and is_same and before.rows == part.rows and parent:
                    if _take_over(before, parent.folder, building, hash_it=is_looked_at):
                        parts.append(before)
                        continue
                    damaged.append(before.file)
                parts.append(_write_part(connection, table, source, part, building))
                written.append(parts[-1].file)
        except FingerprintError as error:
            message = f"{table.name}: {error}"
            raise ExportError(message) from error
        tables.append(
            SealedTable(
                name=table.name,
                layer=table.layer,
                key=table.key,
                month_column=table.month_column,
                in_warehouse=table.in_warehouse,
                columns=columns,
                parts=tuple(parts),
            )
        )
    return Exported(tuple(tables), tuple(damaged), tuple(written))


def _columns(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[Column, ...]:
    schema = connection.execute(f"from {source} limit 0").to_arrow_table().schema
    types = connection.execute(f"describe {source}").fetchall()
    return tuple(
        Column(
            name=row[0], type=row[1], canonical=canonical_type(row[0], schema.field(row[0]).type)
        )
        for row in types
    )


def _contents(
    connection: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    source: str,
    *,
    columns: Sequence[Column],
    known: Mapping[str, Part],
    look: Look,
) -> Iterator[tuple[Part, bool]]:
    """Every part with its rows and checksum, and whether it was looked at.

    A part that is not looked at has the parent's checksum: its month is older than anything a build
    has touched since, and has as many rows as before. Fingerprint and file are still to come.
    """
    names = sorted(one.name for one in columns)
    if table.month_column is None:  # one part, which is looked at whatever it counts
        everything = checksums(connection, source, columns=names, month_column=None)
        count, total = everything.get(ALL, (0, ""))
        yield Part(ALL, count, "", total, _file(table, ALL), "", 0), True
        return
    rows = month_rows(connection, source, table.month_column) or {ALL: 0}
    if UNDATED in rows:
        message = (
            f"{table.name}: {table.month_column} is null in {rows[UNDATED]:,} rows; expected a "
            "date in every row, since it decides in which month's file a row lies"
        )
        raise ExportError(message)
    looked_at = [
        month
        for month, count in rows.items()
        if month not in known or known[month].rows != count or look.is_due(table, month)
    ]
    sums = checksums(
        connection,
        source,
        columns=names,
        month_column=table.month_column,
        months=looked_at,
    )
    for month, count in rows.items():
        file = _file(table, month)
        if month in looked_at:
            yield Part(month, count, "", sums.get(month, (0, ""))[1], file, "", 0), True
        else:
            yield replace(known[month], file=file), False


def _file(table: PublishedTable, month: str) -> str:
    name = table.name if month == ALL else f"{table.name}_{month}"
    return f"{PAYLOAD}/{table.folder}/{table.name}/{name}.parquet"


def _parent_parts(
    table: PublishedTable, columns: Sequence[Column], parent: ParentTables | None
) -> dict[str, Part]:
    if parent is None or parent.engine != engine() or table.name not in parent.tables:
        return {}
    before = parent.tables[table.name]
    same = (before.key, before.columns, before.month_column) == (
        table.key,
        tuple(columns),
        table.month_column,
    )
    return {one.month: one for one in before.parts} if same else {}


def _take_over(part: Part, parent: Path, building: Path, *, hash_it: bool) -> bool:
    """Link the parent's file; False if it is no longer what the parent sealed."""
    source, target = parent / part.file, building / part.file
    try:
        if source.stat().st_size != part.file_bytes:
            return False
        if hash_it and sha256_of(source) != part.file_sha256:
            return False
    except OSError:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        # File systems without hard links, or with too many of one file: a copy is as good.
        shutil.copyfile(source, target)
    return True


def _write_part(
    connection: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    source: str,
    part: Part,
    building: Path,
) -> Part:
    column = table.month_column
    where = month_filter(column, part.month, part.month) if column and part.month != ALL else ""
    rows = connection.execute(
        f"select * from {source} {where} order by {key_order(table)}"
    ).to_arrow_table()
    path = building / part.file
    path.parent.mkdir(parents=True, exist_ok=True)
    write_rows(rows, path)
    return replace(
        part,
        rows=rows.num_rows,
        fingerprint=fingerprint(rows, table.key),
        file_sha256=sha256_of(path),
        file_bytes=path.stat().st_size,
    )


def write_rows(rows: pa.Table, path: Path) -> None:
    """Write a part's Parquet file: equal rows, equal bytes (one writer, its options fixed)."""
    pq.write_table(rows, path, version="2.6", compression="zstd", row_group_size=131_072)
