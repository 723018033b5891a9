"""Building layers: the compiled models over one set of deliveries, and silver as Parquet.

Belongs here: which models make a layer, what a build is told, taking a layer's tables out and
putting silver back in. Does not belong here: SQL; deciding what to build (`run.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb

from penstock.contracts.layered import Layer
from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable
from penstock.errors import PenstockError
from penstock.loading.kept_open import another_session
from penstock.loading.warehouse import open_warehouse
from penstock.products.sales.tables import SILVER, declared_columns, tables_of
from penstock.settings import Settings
from penstock.transforming.compiled import CompiledNode
from penstock.transforming.compiling import compiled_nodes
from penstock.transforming.direct import build_nodes
from penstock.transforming.results import NodeResult

_VARIABLES = {"PENSTOCK_RUN_DELIVERIES": "run_deliveries", "PENSTOCK_AS_OF": "as_of"}
"""What the project reads from the environment, and the session's variable that stands for it."""

_AT_ONCE = 2
"""Tables that are worked at once: a small one has work for one thread of DuckDB."""


class MissingColumnError(PenstockError):
    """A silver table that lacks what gold is built from."""


def project_nodes(product: Product, settings: Settings) -> list[CompiledNode]:
    """The models and tests of all layers, compiled. Raises: as `compiled_nodes`."""
    return compiled_nodes(product, settings, variables=_VARIABLES)


def build_layer(
    product: Product,
    settings: Settings,
    layer: Layer,
    *,
    everything: Sequence[CompiledNode],
    deliveries: Iterable[str],
    as_of: date,
    progress: Callable[[str], None],
) -> list[NodeResult]:
    """Build silver or gold, whole, with every data test; the writer's lock is held.

    `everything` as by `project_nodes`.

    Raises: DbtError naming each model and test that failed; WriterBusyError.
    """
    named = ", ".join(_text(one) for one in sorted(deliveries))
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        sessions = [connection, *(another_session(connection) for _ in range(1, _AT_ONCE))]
        for one in sessions:
            one.execute("set TimeZone = 'UTC'")
            one.execute(f"set variable run_deliveries = [{named}]")
            one.execute(f"set variable as_of = date '{as_of}'")
        return build_nodes(
            sessions, nodes_of(everything, layer), everything=everything, progress=progress
        )


def nodes_of(nodes: Sequence[CompiledNode], layer: Layer) -> list[CompiledNode]:
    """The models of a layer and their tests; a test between layers belongs to the later one."""
    folders = {one.unique_id: one.folder for one in nodes if one.kind == "model"}

    def is_of_gold(node: CompiledNode) -> bool:
        places = [node.unique_id] if node.kind == "model" else node.models
        return any(folders[one] == "gold" for one in places)

    return [one for one in nodes if is_of_gold(one) == (layer == "gold")]


def count_rows(product: Product, settings: Settings, layer: Layer) -> dict[str, int]:
    """Rows of each table of a layer."""
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        counted = {
            table.name: connection.execute(f"select count(*) from {_name(table)}").fetchall()
            for table in tables_of(layer)
        }
    return {name: int(rows[0][0]) for name, rows in counted.items()}


def keep_silver(product: Product, settings: Settings, folder: Path) -> None:
    """Write silver to `folder`, one Parquet file per table: what gold alone can start from."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:

        def keep(table: PublishedTable, own: duckdb.DuckDBPyConnection) -> None:
            path = _text(str(folder / f"{table.name}.parquet"))
            own.execute(f"copy {_name(table)} to {path} (format parquet, compression zstd)")

        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            list(pool.map(keep, SILVER, [another_session(connection) for _ in SILVER]))


def restore_silver(product: Product, settings: Settings, folder: Path) -> None:
    """Put the silver that a run left in `folder` back into the warehouse.

    Raises: MissingColumnError naming every table and column that gold needs and a file lacks.
    """
    project = product.dbt_project
    needed = declared_columns(project, "silver") | declared_columns(project, "audit")
    files = [(table, folder / f"{table.name}.parquet") for table in SILVER]
    with duckdb.connect() as connection:
        problems = [
            problem
            for table, file in files
            for problem in _lacking(connection, table.name, file, needed[table.name])
        ]
    if problems:
        message = "\n".join(
            [
                "gold was not built; silver lacks what it needs:",
                *problems,
                f"build silver again: penstock run {product.name} --layer silver --from-run RUN",
            ]
        )
        raise MissingColumnError(message)
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        connection.begin()
        for table, file in files:
            connection.execute(f"create schema if not exists {table.layer}")
            connection.execute(
                f"create or replace table {_name(table)} as from read_parquet(?)", [str(file)]
            )
        connection.commit()


def _text(value: str) -> str:
    """A value as an SQL text."""
    return "'" + value.replace("'", "''") + "'"


def _name(table: PublishedTable) -> str:
    return f"{table.layer}.{table.name}"


def _lacking(
    connection: duckdb.DuckDBPyConnection, table: str, file: Path, needed: Sequence[str]
) -> list[str]:
    if not file.exists():
        return [f"  {table}: {file} is missing; expected the columns {', '.join(needed)}"]
    described = connection.execute("describe from read_parquet(?)", [str(file)]).fetchall()
    found = {row[0] for row in described}
    lost = [name for name in needed if name not in found]
    if not lost:
        return []
    return [f"  {table}: has no column {', '.join(lost)}; expected {', '.join(needed)}"]
