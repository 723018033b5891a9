"""dbt's manifest, made ahead for whoever has to know the models without running dbt.

Belongs here: making it, knowing whether it still fits the models, what published tables are made of
and tested by. Does not belong here: how either is shown.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_atomically, write_text_atomically
from penstock.settings import Settings
from penstock.transforming.transform import built_models, models_hash


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
        write_atomically(path, lambda temporary: _write(temporary, made))
    else:
        # dbt takes seconds to import: a manifest that still fits does not pay for it.
        from penstock.transforming.shared_parse import parsed_manifest  # noqa: PLC0415

        parsed = parsed_manifest(product, settings, run_id="").writable_manifest()
        write_atomically(path, lambda temporary: parsed.write(str(temporary)))
    write_text_atomically(made_from, models)
    return path


def lineage(manifest: Mapping[str, Any], tables: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What each of `tables` is made of: others of them and sources, whatever lies between.

    A table comes after those it is made of.
    """
    nodes = manifest["nodes"]

    def behind(node: Mapping[str, Any]) -> Iterator[str]:
        for one in node["depends_on"]["nodes"]:
            if one not in nodes or nodes[one]["name"] in tables:
                yield one.rsplit(".", 1)[-1]
            else:
                yield from behind(nodes[one])

    made_of = {
        one["name"]: tuple(sorted(set(behind(one))))
        for one in nodes.values()
        if one["resource_type"] == "model" and one["name"] in tables
    }
    ordered: dict[str, tuple[str, ...]] = {}

    def place(name: str) -> None:
        if name in made_of and name not in ordered:
            for one in made_of[name]:
                place(one)
            ordered[name] = made_of[name]

    for name in made_of:
        place(name)
    return ordered


def data_tests(manifest: Mapping[str, Any], tables: Collection[str]) -> dict[str, str]:
    """Every data test, and which of `tables` answers for it.

    It is the one the test is declared on, else the first that the test reads, else the first that
    is made of what the test reads (a source).

    Raises: ManifestError for a test of something that no table is made of.
    """
    nodes = manifest["nodes"]
    models = {
        unique_id: one
        for unique_id, one in sorted(nodes.items())
        if one["resource_type"] == "model" and one["name"] in tables
    }
    found: dict[str, str] = {}
    for test in nodes.values():
        if test["resource_type"] != "test":
            continue
        read = [test.get("attached_node"), *test["depends_on"]["nodes"]]
        themselves = [models[one]["name"] for one in read if one in models]
        readers = [
            one["name"] for one in models.values() if set(read) & set(one["depends_on"]["nodes"])
        ]
        if not themselves + readers:
            message = (
                f"{test['original_file_path']}: {test['name']} tests nothing that is published"
            )
            raise ManifestError(message)
        found[test["name"]] = (themselves + readers)[0]
    return found


def checked_nodes(
    manifest: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every data test, and the model or source it checks.

    It is the one that the test names (`meta.dagster.ref`), else the one it is declared on, else the
    only one that it reads.

    Raises: ManifestError for a test that reads several and names none, or one that is no model.
    """
    everything = {**manifest["nodes"], **manifest["sources"]}
    nodes = manifest["nodes"].values()
    models = {one["name"]: one for one in nodes if one["resource_type"] == "model"}
    for test in nodes:
        if test["resource_type"] != "test":
            continue
        ref = test["config"].get("meta", {}).get("dagster", {}).get("ref")
        named = ref.get("name") if isinstance(ref, Mapping) else None
        declared_on, read = test.get("attached_node"), test["depends_on"]["nodes"]
        where = f"{test['original_file_path']}: {test['name']}"
        if ref is not None and named not in models:
            message = (
                f"{where}: meta.dagster.ref is {ref}, which names no model; expected "
                f"{{'name': MODEL}} with one of {', '.join(sorted(models))}"
            )
            raise ManifestError(message)
        if ref is None and declared_on is None and len(read) != 1:
            message = (
                f"{where} reads {len(read)} tables; expected "
                "config(meta={'dagster': {'ref': {'name': MODEL}}}) to name the one it checks"
            )
            raise ManifestError(message)
        yield test, everything[declared_on or read[0]] if named is None else models[named]


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _path(product: Product, settings: Settings) -> Path:
    return product.engine_dir(settings) / "manifest" / "manifest.json"
