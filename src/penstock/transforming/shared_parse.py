"""One parse of a dbt project for all tenants of a product.

Belongs here: parsing it with a placeholder for the tenant, giving it one tenant's names. Does not
belong here: running it (`dbt_run.py`); which variable names the tenant (a product's environment).

The placeholder is no possible slug. A parse that is kept therefore bears nobody's names, and a name
that was forgotten could never be another tenant's.
"""

from dataclasses import replace
from typing import Any

from dbt.contracts.graph.manifest import Manifest

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.settings import Settings
from penstock.transforming.dbt_run import parse_dbt
from penstock.transforming.transform import build_environment

PLACEHOLDER = "{tenant}"
"""Stands for the tenant while the project is parsed."""

_FOLDER = "{parsed}"  # beside the tenants' own folders, and no slug either
_NAMES = ("schema", "alias", "identifier", "relation_name")


def manifest_of_tenant(product: Product, settings: Settings, *, run_id: str) -> Manifest:
    """The manifest, for dbt to run, with the names of one tenant; `run_id` is written into it.

    Raises: DbtError when the project cannot be parsed; PenstockError when a variable of the
    tenant's environment does not name it.
    """
    stands_for = {
        name: PLACEHOLDER for name, value in product.environment.items() if value == product.tenant
    }
    if not stands_for:
        message = f"{product.series}: no variable of its environment is the tenant's name"
        raise PenstockError(message)
    manifest = parse_dbt(
        project=product.dbt_project,
        state_dir=product.engine_dir(settings).parent / _FOLDER,
        environment={**build_environment(product, settings, None), **stands_for},
        target="prod",
    )
    for one in (*manifest.nodes.values(), *manifest.sources.values()):
        _name(one, product.tenant)
    manifest.metadata = replace(manifest.metadata, env={"PENSTOCK_RUN_ID": run_id})
    return manifest


def _name(node: Any, tenant: str) -> None:
    """Put the tenant's name where the placeholder stands in the names of a relation."""
    for field in _NAMES:
        name = getattr(node, field, None)
        if isinstance(name, str) and PLACEHOLDER in name:
            setattr(node, field, name.replace(PLACEHOLDER, tenant))
