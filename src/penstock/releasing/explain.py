"""One published figure unfolded: what it means, the rows behind it, the files they came from.

Belongs here: following a product's traces from a published row to raw rows, offline, each step
checked against the seal. Does not belong here: computing the figure again (`rebuild`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from penstock.contracts.product import Product
from penstock.contracts.published import Trace
from penstock.errors import PenstockError
from penstock.landing.files import PartitionName, sha256_of
from penstock.releasing import bag, sealed
from penstock.releasing.fingerprint import fingerprint
from penstock.releasing.record import Model, read_models
from penstock.releasing.sealed import Input, Part, SealedTable
from penstock.releasing.working import quoted
from penstock.settings import Settings

_ROWS_SHOWN = 50


class ExplainError(PenstockError):
    """A figure that is not in the release, or cannot be followed."""


@dataclass(frozen=True)
class Layer:
    """Rows of one table behind the figure; `rows` are the first of `count`."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    count: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A figure, its meaning, and the layers below it down to the raw files."""

    table: str
    column: str
    value: Any
    type: str
    description: str
    model: Model | None
    formula: tuple[str, ...]
    layers: tuple[Layer, ...]
    seal: tuple[str, ...]


def explain(
    product: Product,
    settings: Settings,
    release: Path,
    *,
    table: str,
    key: Mapping[str, str],
    column: str,
) -> Explanation:
    """Unfold one figure of a release.

    Raises: ExplainError naming what there is instead of what was asked for.
    """
    tables = {one.name: one for one in sealed.read_tables(release)[0]}
    target = _find_table(tables, table, column, key)
    models = read_models(release / sealed.DBT / "manifest.json")
    model = models.get(table)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        part, value = _find_row(connection, release, target, key, column)
        layers = list(
            _layers(
                connection,
                product,
                settings,
                release,
                tables=tables,
                start=table,
                inputs=sealed.read_inputs(release),
            )
        )
    kind = next(one for one in target.columns if one.name == column)
    return Explanation(
        table=table,
        column=column,
        value=value,
        type=kind.type,
        description=model.columns.get(column, "") if model else "",
        model=model,
        formula=tuple(_formula(models, table, column)),
        layers=tuple(layers),
        seal=tuple(_check(release, target, part)),
    )


def _find_table(
    tables: Mapping[str, SealedTable], table: str, column: str, key: Mapping[str, str]
) -> SealedTable:
    if table not in tables:
        message = f"{table}: is not published; expected one of {', '.join(sorted(tables))}"
        raise ExplainError(message)
    found = tables[table]
    names = [one.name for one in found.columns]
    if column not in names:
        message = f"{table}.{column}: there is no such column; expected one of {', '.join(names)}"
        raise ExplainError(message)
    if set(key) != set(found.key):
        message = (
            f"{table}: expected the key {', '.join(f'{name}=...' for name in found.key)}, "
            f"found {', '.join(key) or 'nothing'}"
        )
        raise ExplainError(message)
    return found


def _find_row(
    connection: duckdb.DuckDBPyConnection,
    release: Path,
    table: SealedTable,
    key: Mapping[str, str],
    column: str,
) -> tuple[Part, Any]:
    """The part that holds the row, and the figure; the row becomes the table `behind`."""
    files = ", ".join(quoted(release / one.file) for one in table.parts)
    kinds = {one.name: one.type for one in table.columns}
    wanted = " and ".join(f'"{name}" = cast(? as {kinds[name]})' for name in key)
    try:
        connection.execute(
            f"create table behind as select * from read_parquet([{files}], filename = true)"
            f" where {wanted}",
            list(key.values()),
        )
    except duckdb.ConversionException as error:
        message = f"{table.name}: the key cannot be read ({error})"
        raise ExplainError(message) from error
    rows = connection.execute(f'select filename, "{column}" from behind').fetchall()
    if not rows:
        named = ", ".join(f"{name} = {value}" for name, value in key.items())
        message = f"{table.name}: has no row with {named}; look with `penstock query`"
        raise ExplainError(message)
    part = next(one for one in table.parts if str(rows[0][0]).endswith(one.file))
    return part, rows[0][1]


def _layers(
    connection: duckdb.DuckDBPyConnection,
    product: Product,
    settings: Settings,
    release: Path,
    *,
    tables: Mapping[str, SealedTable],
    start: str,
    inputs: Sequence[Input],
) -> Iterator[Layer]:
    """The rows behind `behind`, table by table, down to the raw files."""
    declared = {one.name: one for one in product.published}
    yield _layer(connection, start, "behind", ())
    waiting = [(start, "behind")]
    number = 0
    while waiting:
        name, rows = waiting.pop(0)
        for trace in declared[name].traces if name in declared else ():
            number += 1
            found = f"behind_{number}"
            if trace.table in tables:
                files = [release / one.file for one in tables[trace.table].parts]
                notes: tuple[str, ...] = ()
                waiting.append((trace.table, found))
            else:
                files, notes = _raw_files(
                    connection, product, settings, trace=trace, rows=rows, inputs=inputs
                )
            if files:
                _collect(connection, trace, files, rows=rows, found=found)
                yield _layer(connection, trace.table, found, notes)
            else:
                yield Layer(trace.table, (), (), 0, notes or ("no file of these days",))


def _collect(
    connection: duckdb.DuckDBPyConnection,
    trace: Trace,
    files: Sequence[Path],
    *,
    rows: str,
    found: str,
) -> None:
    listed = ", ".join(quoted(path) for path in files)
    conditions = []
    for finer, coarser in trace.columns.items():
        compared = _per(f'finer."{finer}"', trace.per.get(finer))
        conditions.append(f'{compared} = coarser."{coarser}"')
    wanted = " and ".join(conditions)
    connection.execute(
        f"create table {found} as select finer.* from read_parquet([{listed}], filename = true,"
        f" file_row_number = true, union_by_name = true) as finer"
        f" where exists (select 1 from {rows} as coarser where {wanted})"
    )


def _raw_files(
    connection: duckdb.DuckDBPyConnection,
    product: Product,
    settings: Settings,
    *,
    trace: Trace,
    rows: str,
    inputs: Sequence[Input],
) -> tuple[list[Path], tuple[str, ...]]:
    """The landed files of the rows' days, and whether each still is the file that was loaded."""
    days = _days(connection, trace, rows)
    files: list[Path] = []
    notes: list[str] = []
    for one in inputs:
        named = PartitionName.parse(Path(one.file).name)
        if one.table != trace.table or one.status != "loaded" or named is None:
            continue
        if days is not None and named.day not in days:
            continue
        path = product.raw_dir(settings) / one.file
        if not path.is_file():
            notes.append(f"{one.file}: is no longer here (SHA-256 {one.sha256})")
        elif sha256_of(path) != one.sha256:
            notes.append(f"{one.file}: IS NOT THE FILE THAT WAS LOADED (SHA-256 {one.sha256})")
        else:
            notes.append(f"{one.file}: SHA-256 {one.sha256}, delivered {one.delivered_at}")
            files.append(path)
    return files, tuple(notes)


def _days(connection: duckdb.DuckDBPyConnection, trace: Trace, rows: str) -> set[date] | None:
    """The days of the rows, by the first traced column that has some; None if none has."""
    for coarser in trace.columns.values():
        values = connection.execute(f'select distinct "{coarser}" from {rows}').fetchall()
        if values and all(isinstance(value, date) for (value,) in values):
            return {value.date() if isinstance(value, datetime) else value for (value,) in values}
    return None


def _per(expression: str, grain: str | None) -> str:
    if grain == "day":
        return f"cast({expression} as date)"
    if grain == "month":
        return f"cast(date_trunc('month', {expression}) as date)"
    return expression


def _layer(
    connection: duckdb.DuckDBPyConnection, table: str, rows: str, notes: tuple[str, ...]
) -> Layer:
    count = connection.execute(f"select count(*) from {rows}").fetchall()[0][0]
    cursor = connection.execute(f"from {rows} limit {_ROWS_SHOWN}")
    columns = tuple(one[0] for one in cursor.description or ())
    return Layer(table, columns, tuple(cursor.fetchall()), int(count), notes)


def _formula(models: Mapping[str, Model], table: str, column: str) -> Iterator[str]:
    """The lines of SQL that name the column: the table's model first, then those it is made of."""
    word = re.compile(rf"\b{re.escape(column)}\b")
    waiting, seen = [table], {table}
    while waiting:
        model = models.get(waiting.pop(0))
        if model is None:
            continue
        for number, line in enumerate(model.code.splitlines(), start=1):
            if word.search(line):
                yield f"{model.path}:{number}: {line.strip()}"
        waiting += [one for one in model.depends_on if one not in seen]
        seen.update(model.depends_on)


def _check(release: Path, table: SealedTable, part: Part) -> Iterator[str]:
    """Whether the row's part is what was sealed, from its bytes up to the root."""
    manifest = bag.read_manifest(release / bag.MANIFEST)
    path = release / part.file
    rows = pq.read_table(path, partitioning=None)
    metadata = sealed.read_metadata(release)
    facts = {
        f"{part.file} has the SHA-256 of the manifest": sha256_of(path) == manifest[part.file],
        f"its rows have fingerprint {part.fingerprint[:16]}...": (
            fingerprint(rows, table.key) == part.fingerprint
        ),
        f"the table has fingerprint {table.root[:16]}...": any(
            one["name"] == table.name and one["fingerprint"] == table.root
            for one in metadata.tables
        ),
    }
    for text, holds in facts.items():
        yield f"{'ok' if holds else 'BROKEN'}: {text}"
    yield f"release {metadata.run_id}, root {metadata.root}"
