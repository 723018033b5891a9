"""The rows behind a figure, table by table, down to the landed files.

Belongs here: from which table to which, by which columns, and whether what is shown is what was
sealed or loaded. Does not belong here: how a column is computed (`formula.py`).

Published tables are read from the release, raw ones from the landed files, those between from the
working warehouse if it still is the release's build. Rows belong together by the columns that a
product declares (`Trace`), else by the key columns that both tables have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from penstock.contracts.product import Product
from penstock.contracts.published import Trace
from penstock.landing.files import PartitionName, sha256_of
from penstock.releasing import bag
from penstock.releasing.formula import Step
from penstock.releasing.sealed import Input, SealedTable
from penstock.releasing.unsealed import Working
from penstock.releasing.working import quoted
from penstock.settings import Settings

_ROWS_SHOWN = 50
_PLACE = ("filename", "file_row_number")


@dataclass(frozen=True)
class Layer:
    """Rows of one table behind the figure; `rows` are the first of `count`."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    count: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Sources:
    """Where rows may come from. The figure's own row is the table `behind` of `connection`."""

    connection: duckdb.DuckDBPyConnection
    product: Product
    settings: Settings
    release: Path
    tables: Mapping[str, SealedTable]
    inputs: Sequence[Input]
    working: Working


@dataclass(frozen=True)
class _Link:
    """Rows that are known, and how those of a finer table belong to them."""

    rows: str
    trace: Trace


def layers_of(sources: Sources, table: str, steps: Sequence[Step]) -> Iterator[Layer]:
    """The rows behind `behind`, a row of `table`, nearest first; only the columns that count."""
    path = _path(sources, table, steps)
    wanted: dict[str, list[str]] = {}
    for one in steps:
        for name, column in [(one.table, one.column), *one.sources]:
            wanted.setdefault(name, []).append(column)
    known = {table: "behind"}
    unreachable: dict[str, list[str]] = {}
    yield _shown(sources, table, "behind", (), ())
    for number, (name, readers) in enumerate(path.items()):
        if name == table:
            continue
        link = _link(sources, name, readers, known)
        if link is None:
            unreachable.setdefault(_unreachable(sources, name), []).append(name)
            continue
        found = f"behind_{number}"
        has_rows, notes = _collect(sources, link, found)
        if not has_rows:
            yield Layer(name, (), (), 0, notes or ("no file of these days has landed",))
            continue
        shown = [*link.trace.columns, *_key(sources.product, name), *wanted.get(name, ())]
        shown = shown if name in wanted else []
        layer = _shown(sources, name, found, shown, notes)
        if layer.count:
            known[name] = found
        yield layer
    for reason, names in unreachable.items():
        yield Layer(", ".join(names), (), (), 0, (reason,))


def _path(sources: Sources, table: str, steps: Sequence[Step]) -> dict[str, list[str]]:
    """Every table behind the figure, nearest first and raw ones last, with those that read it.

    Where the SQL could not be followed, the declared traces say what there is.
    """
    path: dict[str, list[str]] = {table: []}
    for one in steps:
        for name, _ in one.sources:
            path.setdefault(name, []).append(one.table)
    if any(one.problem for one in steps) or not steps:
        waiting = [*path]
        while waiting:
            reader = waiting.pop(0)
            for trace in _traces(sources.product, reader):
                waiting += [] if trace.table in path else [trace.table]
                path.setdefault(trace.table, []).append(reader)
    raw = [name for name in path if name in sources.product.contracts]
    return {name: path[name] for name in [*(one for one in path if one not in raw), *raw]}


def _traces(product: Product, table: str) -> tuple[Trace, ...]:
    return next((one.traces for one in product.published if one.name == table), ())


def _link(
    sources: Sources, table: str, readers: Sequence[str], known: Mapping[str, str]
) -> _Link | None:
    """How the rows of `table` are found: as a product declares, else by the keys they share."""
    for reader, rows in known.items():
        for trace in _traces(sources.product, reader):
            if trace.table == table:
                return _Link(rows, trace)
    columns = _columns(sources, table)
    for reader in dict.fromkeys(readers):
        if reader not in known:
            continue
        for trace in _traces(sources.product, reader):
            if trace.columns.keys() <= set(columns):
                return _Link(known[reader], Trace(table, trace.columns, trace.per))
        have = _described(sources.connection, known[reader])
        shared = _shared_key(sources.product, {*columns} & {*have})
        if shared:
            return _Link(known[reader], Trace(table, {name: name for name in shared}))
    return None


def _key(product: Product, table: str) -> tuple[str, ...]:
    keys = {one.table: one.key for one in product.contracts.values()}
    keys |= {one.name: one.key for one in product.published}
    return keys.get(table, ())


def _shared_key(product: Product, columns: set[str]) -> tuple[str, ...]:
    """The longest key of a landed or published table that lies in `columns`; landed ones first."""
    keys = [one.key for one in product.contracts.values()]
    keys += [one.key for one in product.published]
    return max((one for one in keys if columns.issuperset(one)), key=len, default=())


def _columns(sources: Sources, table: str) -> list[str]:
    if table in sources.tables:
        return [one.name for one in sources.tables[table].columns]
    if table in sources.product.contracts:
        return [one.name for one in sources.product.contracts[table].columns]
    relation = sources.working.relations.get(table)
    return [] if relation is None else _described(sources.connection, relation)


def _described(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"describe {relation}").fetchall()]


def _unreachable(sources: Sources, table: str) -> str:
    if table in sources.tables or table in sources.product.contracts:
        return "no key in common with what is above"
    if sources.working.why_not:
        return f"no release holds these rows, and {sources.working.why_not}"
    return "no release holds these rows, and they have no key in common with what is above"


def _collect(sources: Sources, link: _Link, found: str) -> tuple[bool, tuple[str, ...]]:
    """Make `found` the rows of the link's table. Whether there is anything to read; notes on it."""
    table, connection = link.trace.table, sources.connection
    if table in sources.tables:
        relation = _parquet([sources.release / one.file for one in sources.tables[table].parts])
        _fill(connection, link, relation, found)
        return True, tuple(_sealed_notes(sources, table, found))
    if table in sources.product.contracts:
        files, notes = _raw_files(sources, link)
        if files:
            _fill(connection, link, _parquet(files), found)
        return bool(files), notes
    _fill(connection, link, sources.working.relations[table], found)
    note = (
        f"not sealed: rows of the same {', '.join(link.trace.columns)} in the working warehouse, "
        "which still is what this release was made of"
    )
    return True, (note,)


def _parquet(files: Sequence[Path]) -> str:
    listed = ", ".join(quoted(path) for path in files)
    options = "filename = true, file_row_number = true, union_by_name = true"
    return f"read_parquet([{listed}], {options})"


def _fill(connection: duckdb.DuckDBPyConnection, link: _Link, relation: str, found: str) -> None:
    conditions, values = [], []
    for finer, coarser in link.trace.columns.items():
        compared = _per(f'finer."{finer}"', link.trace.per.get(finer))
        conditions.append(f'{compared} = coarser."{coarser}"')
        distinct = connection.execute(f'select distinct "{coarser}" from {link.rows} limit 2')
        only = distinct.fetchall()
        if len(only) == 1:
            # A value reaches into a view where a join would make it compute everything.
            values.append((compared, only[0][0]))
    narrowed = "".join(f" and {compared} = ?" for compared, _ in values)
    connection.execute(
        f"create table {found} as select finer.* from {relation} as finer where exists"
        f" (select 1 from {link.rows} as coarser where {' and '.join(conditions)}){narrowed}",
        [value for _, value in values],
    )


def _sealed_notes(sources: Sources, table: str, found: str) -> Iterator[str]:
    """Whether the files that the rows came from are those that were sealed."""
    manifest = bag.read_manifest(sources.release / bag.MANIFEST)
    used = sources.connection.execute(f"select distinct filename from {found}").fetchall()
    for part in sources.tables[table].parts:
        if not any(str(name).endswith(part.file) for (name,) in used):
            continue
        if sha256_of(sources.release / part.file) == manifest.get(part.file):
            yield f"ok: {part.file} has the SHA-256 of the manifest"
        else:
            yield f"BROKEN: {part.file} has not the SHA-256 of the manifest"


def _raw_files(sources: Sources, link: _Link) -> tuple[list[Path], tuple[str, ...]]:
    """The landed files of the rows' days, and whether each still is the file that was loaded."""
    days = _days(sources, link)
    files: list[Path] = []
    notes: list[str] = []
    for one in sources.inputs:
        if one.table != link.trace.table or one.status != "loaded":
            continue
        named = PartitionName.parse(Path(one.file).name)
        if days is not None and named is not None and named.day not in days:
            continue
        path = sources.product.raw_dir(sources.settings) / one.file
        if not path.is_file():
            notes.append(f"{one.file}: is no longer here (SHA-256 {one.sha256})")
        elif sha256_of(path) != one.sha256:
            notes.append(f"BROKEN: {one.file} is not the file that was loaded ({one.sha256})")
        else:
            notes.append(f"ok: {one.file}, SHA-256 {one.sha256}, delivered {one.delivered_at}")
            files.append(path)
    return files, tuple(notes)


def _days(sources: Sources, link: _Link) -> set[date] | None:
    """The days that the rows belong to; None if their files are not of days."""
    time_column = sources.product.contracts[link.trace.table].time_column
    coarser = link.trace.columns.get(time_column or "")
    if coarser is None:
        return None
    values = sources.connection.execute(f'select distinct "{coarser}" from {link.rows}').fetchall()
    return {value.date() if isinstance(value, datetime) else value for (value,) in values}


def _per(expression: str, grain: str | None) -> str:
    if grain == "day":
        return f"cast({expression} as date)"
    if grain == "month":
        return f"cast(date_trunc('month', {expression}) as date)"
    return expression


def _shown(
    sources: Sources, table: str, rows: str, wanted: Sequence[str], notes: Sequence[str]
) -> Layer:
    """A layer of the wanted columns (all if there are none), in the table's own order."""
    connection = sources.connection
    is_landed = table in sources.product.contracts
    have = [name for name in _described(connection, rows) if is_landed or name not in _PLACE]
    chosen = [name for name in have if name in wanted or name in _PLACE] if wanted else have
    count = connection.execute(f"select count(*) from {rows}").fetchall()[0][0]
    names = ", ".join(f'"{name}"' for name in chosen)
    order = ", ".join(f'"{name}"' for name in chosen if name in wanted) or "all"
    first = connection.execute(f"select {names} from {rows} order by {order} limit {_ROWS_SHOWN}")
    return Layer(table, tuple(chosen), tuple(first.fetchall()), int(count), tuple(notes))
