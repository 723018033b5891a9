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
from penstock.errors import PenstockError
from penstock.loading.warehouse import open_warehouse, wait_until_writable
from penstock.products.sales.tables import AUDIT, KEYS, declared_columns, schema_of
from penstock.settings import Settings
from penstock.transforming.transform import build_environment

if TYPE_CHECKING:
    from penstock.transforming.dbt_run import NodeResult

_FOLDERS: Mapping[Layer, Sequence[str]] = {
    "silver": ("source:raw", "sales.audit", "sales.intermediate", "sales.silver"),
    "gold": ("sales.gold",),
}
_INDIRECT: Mapping[Layer, str] = {"silver": "cautious", "gold": "buildable"}
"""Tests between layers belong to the later one."""


class MissingColumnError(PenstockError):
    """A silver table that lacks what gold is built from."""


def build_layers(
    product: Product,
    settings: Settings,
    layers: Sequence[Layer],
    *,
    deliveries: Iterable[str],
    as_of: date,
    progress: Callable[[str], None],
) -> list["NodeResult"]:
    """Build silver, gold or both, whole, with every data test; the writer's lock is held.

    Raises: DbtError naming each model and test that failed; WriterBusyError.
    """
    # dbt takes three seconds to import: a run with nothing new does not pay for it.
    from penstock.transforming.dbt_run import run_dbt  # noqa: PLC0415

    wait_until_writable(product.warehouse(settings), wait_seconds=settings.lock_wait_seconds)
    chosen: list[str] = []
    if len(layers) == 1:
        chosen = ["--select", *_FOLDERS[layers[0]], "--indirect-selection", _INDIRECT[layers[0]]]
    return run_dbt(
        ["build", "--exclude-resource-type", "unit_test", *chosen],
        project=product.dbt_project,
        state_dir=product.engine_dir(settings) / "dbt",
        environment={
            **build_environment(product, settings, None),
            "PENSTOCK_RUN_DELIVERIES": "\n".join(sorted(deliveries)),
            "PENSTOCK_AS_OF": as_of.isoformat(),
        },
        target="prod",
        progress=progress,
    )


def export_layer(
    product: Product, settings: Settings, layer: Layer, folder: Path
) -> dict[str, int]:
    """Write a layer's tables to `folder`, one Parquet file each, in key order; their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_warehouse(
        product.warehouse(settings), wait_seconds=settings.lock_wait_seconds
    ) as connection:
        return {
            table: _export(connection, schema_of(layer, table), table, key, folder)
            for table, key in KEYS[layer].items()
        }


def restore_silver(product: Product, settings: Settings, folder: Path) -> None:
    """Put the silver tables that a run left in `folder` back into the warehouse.

    Raises: MissingColumnError naming every table and column that gold needs and a file lacks.
    """
    needed = declared_columns(product.dbt_project, "silver")
    needed |= declared_columns(product.dbt_project, "audit")
    files = {table: folder / f"{table}.parquet" for table in KEYS["silver"]}
    with duckdb.connect() as connection:
        problems = [
            problem
            for table, file in files.items()
            for problem in _lacking(connection, table, file, needed[table])
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
        for schema in ("silver", "audit"):
            connection.execute(f"create schema if not exists {schema}")
        for table, file in files.items():
            schema = "audit" if table in AUDIT else "silver"
            connection.execute(
                f"create or replace table {schema}.{table} as from read_parquet(?)", [str(file)]
            )
        connection.commit()


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


def _export(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, key: Sequence[str], folder: Path
) -> int:
    path = str(folder / f"{table}.parquet").replace("'", "''")
    connection.execute(
        f"copy (select * from {schema}.{table} order by {', '.join(key)})"
        f" to '{path}' (format parquet, compression zstd)"
    )
    counted = connection.execute(f"select count(*) from {schema}.{table}").fetchall()
    return int(counted[0][0])
