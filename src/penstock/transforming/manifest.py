"""dbt's manifest, made ahead for whoever has to know the models without running dbt.

Belongs here: making it, and knowing whether it still fits the models. Does not belong here: what
is read from it.
"""

import json
from pathlib import Path
from typing import Any

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_atomically
from penstock.settings import Settings
from penstock.transforming.transform import build_environment, built_models, models_hash


class ManifestError(PenstockError):
    """There is no manifest yet."""


def read_manifest(product: Product, settings: Settings) -> dict[str, Any]:
    """The manifest as it was made last.

    Raises: ManifestError naming the command that makes it.
    """
    path = _path(product, settings)
    if not path.exists():
        message = f"{path}: is missing; expected dbt's manifest: `penstock manifest {product.name}`"
        raise ManifestError(message)
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def write_manifest(product: Product, settings: Settings) -> Path:
    """Make the manifest if the models have changed since it was made; returns its path.

    Raises: DbtError when the project cannot be parsed.
    """
    path = _path(product, settings)
    made_from = path.with_suffix(".models")
    models = models_hash(product.dbt_project)
    if path.exists() and made_from.exists() and made_from.read_text() == models:
        return path
    built = product.engine_dir(settings) / "dbt" / "target" / "manifest.json"
    if built_models(product, settings) == models and built.exists():
        made = built.read_bytes()  # the last build has parsed these very models
    else:
        made = _parse(product, settings).read_bytes()
    write_atomically(path, lambda temporary: _write(temporary, made))
    write_atomically(made_from, lambda temporary: _write(temporary, models.encode()))
    return path


def _parse(product: Product, settings: Settings) -> Path:
    # dbt takes seconds to import: a manifest that still fits does not pay for it.
    from penstock.transforming.dbt_run import run_dbt  # noqa: PLC0415

    state = product.engine_dir(settings) / "manifest"
    run_dbt(
        ["parse"],
        project=product.dbt_project,
        state_dir=state,
        environment=build_environment(product, settings, None),
        target="prod",
    )
    return state / "target" / "manifest.json"


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _path(product: Product, settings: Settings) -> Path:
    return product.engine_dir(settings) / "manifest" / "manifest.json"
