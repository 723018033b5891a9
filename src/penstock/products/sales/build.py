"""Building layers: dbt over one set of deliveries, and the tables it leaves as Parquet.

Belongs here: which models make a layer, what a build is told, taking a layer's tables out and
putting silver back in. Does not belong here: SQL; deciding what to build (`run.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from penstock.contracts.layered import Layer
from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable
from penstock.errors import PenstockError
from penstock.loading.warehouse import open_warehouse, wait_until_writable
from penstock.products.sales.tables import SILVER, declared_columns, tables_of
from penstock.settings import Settings
from penstock.transforming.transform import build_environment

if TYPE_CHECKING:
    from penstock.transforming.results import NodeResult

_FOLDERS: Mapping[Layer, Sequence[str]] = {
    "silver": ("source:raw", "sales.audit", "sales.intermediate", "sales.silver"),
    "gold": ("sales.gold",),
}
_INDIRECT: Mapping[Layer, str] = {"silver": "cautious", "gold": "buildable"}
"""Tests between layers belong to the later one."""


class MissingColumnError(PenstockError):
    """A silver table that lacks what gold is built from."""


def build_layer(
    product: Product,
    settings: Settings,
    layer: Layer,
    *,
    run_id: str,
    deliveries: Iterable[str],
    as_of: date,
    progress: Callable[[str], None],
) -> list["NodeResult"]:
    """Build silver or gold, whole, with every data test; the writer's lock is held.

    Raises: DbtError naming each model and test that failed; WriterBusyError.
    """
    # dbt takes three seconds to import: a run with nothing new does not pay for it.
    from penstock.transforming.dbt_run import run_dbt  # noqa: PLC0415

    wait_until_writable(product.warehouse(settings), wait_seconds=settings.lock_wait_seconds)
    chosen = ["--select", *_FOLDERS[layer], "--indirect-selection", _INDIRECT[layer]]
    return run_dbt(
        ["build", "--exclude-resource-type", "unit_test", *chosen],
        project=product.dbt_project,
        state_dir=product.engine_dir(settings) / "dbt",
        environment={
            **build_environment(product, settings, None),
            "DBT_ENV_CUSTOM_ENV_PENSTOCK_RUN_ID": run_id,
            "PENSTOCK_RUN_DELIVERIES": "\n".join(sorted(deliveries)),
            "PENSTOCK_AS_OF": as_of.isoformat(),
        },
        target="prod",
        progress=progress,
    )


def count_rows(product: Product, settings: Settings, layer: Layer) -> dict[str, int]:
    """Rows of each table of a layer."""
    with open_warehouse(
        product.warehouse(settings), wait_seconds=settings.lock_wait_seconds
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
        product.warehouse(settings), wait_seconds=settings.lock_wait_seconds
    ) as connection:
        for table in SILVER:
            path = str(folder / f"{table.name}.parquet").replace("'", "''")
            connection.execute(
                f"copy (from {_name(table)} order by {', '.join(table.key)})"
                f" to '{path}' (format parquet, compression zstd)"
            )


def restore_silver(product: Product, settings: Settings, folder: Path) -> None:
    """Put the silver that a run left in `folder` back into the warehouse.

    Raises: MissingColumnError naming every table and column that gold needs and a file lacks.
    """
    project = product.dbt_project
    needed = declared_columns(project, "silver") | declared_columns(project, "audit")
    files = {table: folder / f"{table.name}.parquet" for table in SILVER}
    with duckdb.connect() as connection:
        problems = [
            problem
            for table, file in files.items()
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
        product.warehouse(settings), wait_seconds=settings.lock_wait_seconds
    ) as connection:
        connection.begin()
        for table, file in files.items():
            connection.execute(f"create schema if not exists {table.layer}")
            connection.execute(
                f"create or replace table {_name(table)} as from read_parquet(?)", [str(file)]
            )
        connection.commit()


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
