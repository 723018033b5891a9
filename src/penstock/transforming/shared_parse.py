"""One parse of a dbt project for all tenants of a product, wherever the data lie.

Belongs here: parsing it with a placeholder for the tenant, giving it one tenant's names. Does not
belong here: running it (`dbt_run.py`); which variable names the tenant (a product's environment).

The placeholder is no possible slug. A parse that is kept therefore bears nobody's names, and a name
that was forgotten could never be another tenant's. Nor does it name a place: dbt parses anew when
its profile has changed, as it would where a data directory was moved or DuckDB was given less.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from dbt.contracts.graph.manifest import Manifest

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.locking import writer_lock
from penstock.settings import Settings
from penstock.transforming.dbt_run import parse_dbt
from penstock.transforming.transform import build_environment

PLACEHOLDER = "{tenant}"
"""Stands for the tenant while the project is parsed."""

_NOWHERE = Path("/{parsed}")  # nothing is opened while a project is parsed
_LIMITS = ("PENSTOCK_DUCKDB_MEMORY_LIMIT", "PENSTOCK_DUCKDB_THREADS")
_WAIT_SECONDS = 300.0
"""A parse takes seconds, and somebody else's is worth waiting for: it need not be made again."""
_NAMES = ("schema", "alias", "identifier", "relation_name")


def parsed_manifest(product: Product, settings: Settings, *, run_id: str) -> Manifest:
    """The manifest, for dbt to run, with the names of its tenant; `run_id` is written into it.

    Raises: DbtError when the project cannot be parsed; PenstockError when no variable of a
    tenant's environment names it; WriterBusyError while somebody else parses for too long.
    """
    stands_for = {
        name: PLACEHOLDER
        for name, value in product.environment.items()
        if product.tenant and value == product.tenant
    }
    if product.tenant and not stands_for:
        message = f"{product.series}: no variable of its environment is the tenant's name"
        raise PenstockError(message)
    kept_in = product.parse_dir(settings)
    with writer_lock(kept_in / "parse.lock", holder="parse", wait_seconds=_WAIT_SECONDS):
        manifest = parse_dbt(
            project=product.dbt_project,
            state_dir=kept_in,
            environment={
                **build_environment(product, settings, None),
                "PENSTOCK_BUILD_WAREHOUSE": str(_NOWHERE / product.warehouse(settings).name),
                "PENSTOCK_WAREHOUSE_DIR": str(_NOWHERE),
                "PENSTOCK_DUCKDB_TEMP_DIRECTORY": str(_NOWHERE / "tmp"),
                **dict.fromkeys(_LIMITS, ""),
                **stands_for,
            },
            target="prod",
        )
    if product.tenant:
        for one in (*manifest.nodes.values(), *manifest.sources.values()):
            _name(one, product.tenant)
    env = {"PENSTOCK_RUN_ID": run_id} if run_id else {}
    manifest.metadata = replace(manifest.metadata, env=env)
    return manifest


def _name(node: Any, tenant: str) -> None:
    """Put the tenant's name where the placeholder stands in the names of a relation."""
    for field in _NAMES:
        name = getattr(node, field, None)
        if isinstance(name, str) and PLACEHOLDER in name:
            setattr(node, field, name.replace(PLACEHOLDER, tenant))
