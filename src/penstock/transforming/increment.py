"""Building the stale days of a product from what dbt has compiled, without starting dbt.

Belongs here: whether that is possible, the session it runs in. Does not belong here: which days are
stale (`transform.py`), what running a node means (`direct.py`).

Starting dbt and what it does around each node take four times as long as the statements of a day.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import date

import duckdb

from penstock.contracts.product import Product
from penstock.loading.warehouse import open_warehouse
from penstock.settings import Settings
from penstock.transforming.compiled import REBUILD_FROM, CompiledNode, NotCompilableError
from penstock.transforming.compiling import compile_nodes, keep_nodes, kept_nodes
from penstock.transforming.direct import build_nodes
from penstock.transforming.results import DbtError, NodeResult, keep_results

_log = logging.getLogger(__name__)
_VARIABLES = {"PENSTOCK_REBUILD_FROM": REBUILD_FROM}


def build_increment(
    product: Product,
    settings: Settings,
    first: date,
    *,
    test: bool,
    progress: Callable[[str], None],
) -> list[NodeResult] | None:
    """Build the days from `first` on, with every data test if `test`; the lock is held.

    None, and nothing is built, where dbt has to: a table is not there whose days could be replaced,
    or a model needs more of dbt than its SQL.

    Raises: DbtError naming each model and test that failed; WriterBusyError.
    """
    nodes = kept_nodes(product, settings, "increment", variables=_VARIABLES)
    is_kept = nodes is not None
    if nodes is None:
        try:
            nodes = compile_nodes(product, settings, "increment", variables=_VARIABLES)
        except NotCompilableError as error:
            _log.warning("each build of %s starts dbt, which takes longer: %s", product.name, error)
            return None
    with open_warehouse(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        if not _are_there(connection, nodes):
            return None
        if not is_kept:
            # Compiled without its table, a model would be written down as one that is made anew.
            keep_nodes(product, settings, "increment", nodes, variables=_VARIABLES)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set variable {REBUILD_FROM} = date '{first}'")
        chosen = [one for one in nodes if test or one.kind == "model"]
        try:
            results = build_nodes([connection], chosen, everything=nodes, progress=progress)
        except DbtError as error:
            _keep(product, settings, error.results)
            raise
    _keep(product, settings, results)
    return results


def _are_there(connection: duckdb.DuckDBPyConnection, nodes: Sequence[CompiledNode]) -> bool:
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables()"
        " where database_name = current_database()"
    ).fetchall()
    there = {row[0] for row in found}
    needed = {one.relation.replace('"', "").split(".", 1)[1] for one in nodes if one.replaced}
    return needed <= there


def _keep(product: Product, settings: Settings, results: Sequence[NodeResult]) -> None:
    keep_results(results, product.engine_dir(settings) / "dbt")
