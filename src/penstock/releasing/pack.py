"""The strict look into a release: are its contents what it says of them?

Belongs here: fingerprints recomputed from the rows, the DuckDB file against the Parquet files,
declared tables and their documentation, secrets. Does not belong here: files, manifests, chain,
signature (`verify.py`).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from penstock.beside import beside
from penstock.errors import PenstockError
from penstock.releasing import bag, sealed
from penstock.releasing.fingerprint import canonical_type, fingerprint
from penstock.releasing.sealed import Check, Metadata, Part, ReleaseFormatError, SealedTable
from penstock.releasing.secrets import find_secret
from penstock.releasing.working import checksums

_TEXT = {".json", ".jsonl", ".yaml", ".yml", ".txt", ".html", ".sql", ".csv", ".md", ".svg"}
_SHOWN = 5
MALFORMED = (
    *(PenstockError, OSError, duckdb.Error, pa.ArrowException),
    *(ValueError, TypeError, LookupError, AttributeError),
)
"""What reading a file raises that is not what it should be: a finding, never a crash."""


@contextmanager
def intact(*releases: Path) -> Iterator[None]:
    """Whoever reads releases without verifying them is told of damage in words.

    Raises: ReleaseFormatError instead of what reading a damaged file raises.
    """
    try:
        yield
    except PenstockError:
        raise
    except (OSError, duckdb.Error, pa.ArrowException, ValueError, LookupError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        remedy = " and ".join(f"`penstock verify {one}`" for one in releases)
        message = f"a release cannot be read ({reason}); {remedy} tells what is wrong"
        raise ReleaseFormatError(message) from error


@dataclass
class Pack:
    """What the strict look found."""

    checks: list[Check] = field(default_factory=list)
    rows: int = 0

    @property
    def contents_hold(self) -> bool:
        """Whether the rows have the fingerprints that the release records."""
        return all(one.passed for one in self.checks if one.name == "contents")


def check_pack(
    release: Path,
    metadata: Metadata,
    *,
    only: Iterable[str] | None = None,
    known_secrets: Iterable[str] = (),
    config: Mapping[str, str] | None = None,
) -> Pack:
    """Look into every file of a release.

    `only` names the parts whose rows are read; the others were read when they were sealed first,
    and the DuckDB file is then compared by the checksums of the engine that is running. `config`
    are DuckDB's own settings (`Settings.duckdb_limits`).
    """
    pack = Pack()
    secrets = tuple(known_secrets)
    chosen = None if only is None else set(only)

    @cache
    def tables() -> list[SealedTable]:
        return sealed.read_tables(release)[0]

    def contents() -> Iterator[str]:
        for table in tables():
            for part in table.parts:
                if chosen is None or part.file in chosen:
                    pack.rows += part.rows
                    yield from _part(release, table, part, secrets)

    looks: dict[str, Callable[[], Iterator[str]]] = {
        "contents": contents,
        "warehouse": lambda: _warehouse(release, tables(), config, by_checksum=chosen is not None),
        "declared": lambda: _declared(release, tables()),
        "audit": lambda: _audit(metadata),
        "secrets": lambda: _secrets(release, secrets),
    }
    found: dict[str, Check] = {}

    def look(*names: str) -> None:
        for name in names:
            found[name] = _judged(name, looks[name])

    with beside(partial(look, *(name for name in looks if name != "contents"))):
        look("contents")
    pack.checks += [found[name] for name in looks]
    return pack


def _judged(name: str, problems: Callable[[], Iterator[str]]) -> Check:
    try:
        found = list(problems())
    except MALFORMED as error:
        found = [str(error) or type(error).__name__]
    more = [f"and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else []
    return Check(name, not found, "; ".join([*found[:_SHOWN], *more]))


def _part(
    release: Path, table: SealedTable, part: Part, known_secrets: tuple[str, ...]
) -> Iterator[str]:
    rows = pq.ParquetFile(release / part.file).read()
    yield from (f"{part.file}: {one}" for one in _row_problems(rows, table, part))
    for name in rows.column_names:
        column = rows.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            values = pc.unique(column).drop_null()
            listed = pa.LargeListArray.from_arrays([0, len(values)], values)
            together = pc.binary_join(listed, pa.scalar("\n", values.type))
            kind = find_secret(together[0].as_py(), known_secrets)
            if kind is not None:
                yield f"{part.file}: column {name} holds {kind}"


def _row_problems(rows: pa.Table, table: SealedTable, part: Part) -> Iterator[str]:
    found = tuple((one.name, canonical_type(one.name, one.type)) for one in rows.schema)
    if found != tuple((one.name, one.canonical) for one in table.columns):
        yield "has other columns than the release says"
    elif rows.num_rows != part.rows:
        yield f"has {rows.num_rows:,} rows, expected {part.rows:,}"
    elif fingerprint(rows, table.key) != part.fingerprint:
        yield f"{table.name} {part.month}: its rows are not those that were sealed"


def _warehouse(
    release: Path,
    tables: list[SealedTable],
    config: Mapping[str, str] | None,
    *,
    by_checksum: bool,
) -> Iterator[str]:
    """The DuckDB file holds the tables it should, each equal to its Parquet files."""
    path = release / sealed.WAREHOUSE
    expected = {(one.layer, one.name): one for one in tables if one.in_warehouse}
    with duckdb.connect(str(path), read_only=True, config=dict(config or {})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE'"
        ).fetchall()
        if set(found) != expected.keys() or not found:
            named = sorted(f"{schema}.{name}" for schema, name in found)
            yield f"{sealed.WAREHOUSE}: holds {', '.join(named) or 'nothing'}"
            return
        for (layer, name), table in expected.items():
            source = f'"{layer}"."{name}"'
            compare = _by_checksum if by_checksum else _by_fingerprint
            for month in compare(connection, source, table):
                yield f"{sealed.WAREHOUSE}: {name} {month} differs from its Parquet file"


def _by_checksum(
    connection: duckdb.DuckDBPyConnection, source: str, table: SealedTable
) -> Iterator[str]:
    found = checksums(
        connection,
        source,
        columns=sorted(one.name for one in table.columns),
        month_column=table.month_column,
    )
    expected = {one.month: (one.rows, one.checksum) for one in table.parts if one.rows}
    months = found.keys() | expected.keys()
    yield from (one for one in sorted(months) if found.get(one) != expected.get(one))


def _by_fingerprint(
    connection: duckdb.DuckDBPyConnection, source: str, table: SealedTable
) -> Iterator[str]:
    total = connection.execute(f"select count(*) from {source}").fetchall()[0][0]
    if total != table.rows:
        yield f"({total:,} rows, expected {table.rows:,})"
        return
    for part in table.parts:
        where = (
            f"where strftime(\"{table.month_column}\", '%Y-%m') = '{part.month}'"
            if table.month_column and part.rows
            else ""
        )
        rows = connection.execute(f"from {source} {where}").to_arrow_table()
        if fingerprint(rows, table.key) != part.fingerprint:
            yield part.month


def _declared(release: Path, tables: list[SealedTable]) -> Iterator[str]:
    """Every table has a contract that names exactly its columns, each described."""
    if not tables:
        yield "the release holds no table"
    for table in tables:
        path = f"{sealed.CONTRACTS}/published/{table.name}.schema.json"
        contract = json.loads(bag.read_text(release / path))
        named = contract["properties"]
        if set(named) != {one.name for one in table.columns}:
            yield f"{path}: names other columns than {table.name} has"
        silent = [name for name, one in named.items() if not one.get("description")]
        yield from (f"{path}: column {name} is not described" for name in silent)
        if not contract["description"]:
            yield f"{path}: {table.name} is not described"


def _audit(metadata: Metadata) -> Iterator[str]:
    if not metadata.checks:
        yield "no check was recorded"
    for one in metadata.checks:
        if not one["passed"] and not one["warns"]:
            yield f"{one['name']}: {one['message']}"


def _secrets(release: Path, known: tuple[str, ...]) -> Iterator[str]:
    for path in sorted(release.rglob("*")):
        if path.suffix in _TEXT and path.is_file():
            kind = find_secret(path.read_text(encoding="utf-8", errors="replace"), known)
            if kind is not None:
                yield f"{path.relative_to(release)}: holds {kind}"
