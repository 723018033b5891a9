"""Compiling a dbt project once per state of its models, keeping and reading what came of it.

Belongs here: when what is kept still fits, asking dbt for it. Does not belong here: what a compiled
node is (`compiled.py`), running it (`direct.py`).

Importing dbt and parsing a project take ten times as long as the statements of a small one. The
statements only change with the models, so dbt writes them down once and they are read from then on.
What differs from run to run is not in them: it is bound when they run, as variables of the session.

A project is compiled `whole` (every table anew) or as an `increment` (what takes the place of the
days that are stale): dbt then looks into the working warehouse, where every table has to be.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from penstock.contracts.product import Product
from penstock.landing.files import sha256_of, write_text_atomically
from penstock.settings import Settings
from penstock.transforming.compiled import CompiledColumn, CompiledNode, in_order, node_of
from penstock.transforming.transform import build_environment, models_of

Extent = Literal["whole", "increment"]

_KEPT: Mapping[Extent, str] = {"whole": "compiled.json", "increment": "compiled_increment.json"}
_MANIFEST = "target/manifest.json"


def compiled_nodes(
    product: Product, settings: Settings, *, variables: Mapping[str, str]
) -> list[CompiledNode]:
    """The whole of a product, every node after what it reads; compiled if need be.

    `variables` are environment variables of the project and the session's variables they are bound
    to: `{"PENSTOCK_AS_OF": "as_of"}`.

    Raises: DbtError when the project does not compile; NotCompilableError.
    """
    kept = kept_nodes(product, settings, "whole", variables=variables)
    if kept is not None:
        return kept
    nodes = compile_nodes(product, settings, "whole", variables=variables)
    keep_nodes(product, settings, "whole", nodes, variables=variables)
    return nodes


def kept_nodes(
    product: Product, settings: Settings, extent: Extent, *, variables: Mapping[str, str]
) -> list[CompiledNode] | None:
    """What is kept, as long as compiling again would come to the same; else None."""
    path = _state(product, settings) / _KEPT[extent]
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept.get("made_of") != _made_of(product, settings, extent, variables):
        return None
    return [_node_from(one) for one in kept["nodes"]]


def compile_nodes(
    product: Product, settings: Settings, extent: Extent, *, variables: Mapping[str, str]
) -> list[CompiledNode]:
    """Let dbt compile a product; nothing is kept. Raises: as `compiled_nodes`."""
    # dbt takes three seconds to import: whoever finds the project compiled does not pay for it.
    from penstock.transforming.dbt_run import compile_dbt  # noqa: PLC0415
    from penstock.transforming.shared_parse import parsed_manifest  # noqa: PLC0415

    state = _state(product, settings)
    state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state, prefix=".compile-") as scratch:
        warehouse = product.warehouse(settings)
        # dbt looks into a warehouse of this name; the working one may have readers.
        nowhere = Path(scratch) / warehouse.name
        compiled = compile_dbt(
            project=product.dbt_project,
            state_dir=state,
            environment={
                **build_environment(product, settings, None),
                **product.environment,
                "PENSTOCK_BUILD_WAREHOUSE": str(nowhere if extent == "whole" else warehouse),
                **{name: f":{variable}" for name, variable in variables.items()},
            },
            target="prod",
            manifest=parsed_manifest(product, settings, run_id=""),
            # The manifest that is kept tells of the last whole build.
            keep=extent == "whole",
        )
    return in_order(
        [
            node_of(facts["unique_id"], facts)
            for facts in sorted(compiled, key=lambda one: str(one["unique_id"]))
            if _is_run(facts)
        ]
    )


def _is_run(facts: Mapping[str, Any]) -> bool:
    """Whether a build has to do with it: not with an analysis, nor a hook that came to nothing."""
    if facts["resource_type"] == "operation":
        return bool((facts["compiled_code"] or "").strip())
    return bool(facts["resource_type"] != "analysis")


def keep_nodes(
    product: Product,
    settings: Settings,
    extent: Extent,
    nodes: Sequence[CompiledNode],
    *,
    variables: Mapping[str, str],
) -> None:
    """Keep what was compiled for `kept_nodes`."""
    made_of = _made_of(product, settings, extent, variables)
    facts = json.dumps({"made_of": made_of, "nodes": [asdict(one) for one in nodes]})

    write_text_atomically(_state(product, settings) / _KEPT[extent], facts)


def _state(product: Product, settings: Settings) -> Path:
    return product.engine_dir(settings) / "dbt"


def _made_of(
    product: Product, settings: Settings, extent: Extent, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Whatever would make other nodes of them, and the manifest that a release lays beside them."""
    manifest = _state(product, settings) / _MANIFEST
    is_made_too = extent == "whole" and manifest.exists()
    return {
        "models": models_of(product),
        "dbt": [version("dbt-core"), version("dbt-duckdb")],
        "variables": dict(variables),
        "fields": [one.name for kind in (CompiledNode, CompiledColumn) for one in fields(kind)],
        "manifest": sha256_of(manifest) if is_made_too else None,
    }


def _node_from(kept: Mapping[str, Any]) -> CompiledNode:
    columns = tuple(CompiledColumn(**one) for one in kept["columns"])
    texts = {name: tuple(kept[name]) for name in ("depends_on", "checks")}
    return CompiledNode(**{**kept, **texts, "columns": columns})
