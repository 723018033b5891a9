"""One published figure unfolded: what it means, the rows behind it, the files they came from.

Belongs here: what is asked for, what is answered, whether the figure is the sealed one. Does not
belong here: how it is computed (`formula.py`), the rows (`behind.py`, `unsealed.py`), building
everything again (`rebuild`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from penstock.contracts.product import Product
from penstock.errors import UsageError
from penstock.landing.files import sha256_of
from penstock.releasing import bag, sealed
from penstock.releasing.behind import Layer, Sources, layers_of
from penstock.releasing.fingerprint import fingerprint
from penstock.releasing.formula import lines_of, steps_of
from penstock.releasing.pack import intact
from penstock.releasing.record import Model, read_models
from penstock.releasing.sealed import Metadata, Part, SealedTable
from penstock.releasing.unsealed import open_working, recompute
from penstock.releasing.working import quoted
from penstock.settings import Settings


class ExplainError(UsageError):
    """A figure that is not in the release, or cannot be followed."""


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

    @property
    def broken(self) -> tuple[str, ...]:
        """What is not as it was sealed or loaded."""
        notes = [*self.seal, *(note for one in self.layers for note in one.notes)]
        return tuple(one for one in notes if one.startswith("BROKEN"))


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

    Raises: ExplainError naming what there is instead of what was asked for; ReleaseFormatError when
    the release is damaged.
    """
    with intact(release):
        return _unfold(product, settings, release, table=table, key=key, column=column)


def _unfold(
    product: Product,
    settings: Settings,
    release: Path,
    *,
    table: str,
    key: Mapping[str, str],
    column: str,
) -> Explanation:
    tables = {one.name: one for one in sealed.read_tables(release)[0]}
    metadata = sealed.read_metadata(release)
    target = _find_table(tables, table, column, key)
    models = read_models(release / sealed.DBT / "manifest.json")
    model = models.get(table)
    raw = {name: one.arrow_schema.names for name, one in product.contracts.items()}
    steps = steps_of(models, raw, table, column)
    kinds = {one.name: one.type for one in target.columns}
    where = " and ".join(f'"{name}" = cast(? as {kinds[name]})' for name in key)
    with duckdb.connect(config={**settings.duckdb_config}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        part, value = _find_row(connection, release, target, key, column=column, where=where)
        working = open_working(connection, product, settings, metadata)
        sources = Sources(
            connection=connection,
            product=product,
            settings=settings,
            release=release,
            tables=tables,
            inputs=sealed.read_inputs(release),
            working=working,
        )
        layers = tuple(layers_of(sources, table, steps))
        again = model and recompute(
            connection,
            working,
            model,
            column=column,
            where=where,
            values=list(key.values()),
            sealed=value,
        )
    return Explanation(
        table=table,
        column=column,
        value=value,
        type=kinds[column],
        description=model.columns.get(column, "") if model else "",
        model=model,
        formula=tuple(lines_of(models, steps)),
        layers=layers,
        seal=(*_check(release, metadata, target, part), *([again] if again else [])),
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
    *,
    column: str,
    where: str,
) -> tuple[Part, Any]:
    """The part that holds the row, and the figure; the row becomes the table `behind`."""
    files = ", ".join(quoted(release / one.file) for one in table.parts)
    try:
        connection.execute(
            f"create table behind as select * from read_parquet([{files}], filename = true)"
            f" where {where}",
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


def _check(release: Path, metadata: Metadata, table: SealedTable, part: Part) -> Iterator[str]:
    """Whether the row's part is what was sealed, from its bytes up to the root."""
    manifest = bag.read_manifest(release / bag.MANIFEST)
    path = release / part.file
    rows = pq.read_table(path, partitioning=None)
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
