"""A dbt project as the SQL it comes to, for whoever runs it without starting dbt.

Belongs here: compiling a project once per state of its models, what a compiled node is, keeping and
reading them. Does not belong here: running them (`direct.py`); the rules (dbt).

Importing dbt and parsing a project take ten times as long as the statements of a small one. The
statements only change with the models, so dbt writes them down once and they are read from then on.
What differs from run to run is not in them: it is bound when they run, as variables of the session.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import sha256_of, write_atomically
from penstock.settings import Settings
from penstock.transforming.transform import build_environment, models_hash

_KEPT = "compiled.json"
_MANIFEST = "target/manifest.json"
_RULES = frozenset({"not_null", "check"})
_USUAL_TEST = {"fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0", "limit": None}


class NotCompilableError(PenstockError):
    """A model or test that needs more of dbt than its SQL."""


@dataclass(frozen=True)
class CompiledColumn:
    """A column of an enforced contract."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True)
class CompiledNode:
    """A model or data test, as SQL.

    `relation` is the quoted name of the table a model makes, empty for a test; `columns` are those
    its contract enforces, none without one. `depends_on` and `models` are unique ids: what a node
    reads, and those of them that are models. `checks` are conditions that every row keeps.
    `only_warns`: a test whose failure stops nothing.
    """

    unique_id: str
    name: str
    kind: str
    folder: str
    relation: str
    sql: str
    depends_on: tuple[str, ...]
    columns: tuple[CompiledColumn, ...] = ()
    checks: tuple[str, ...] = ()
    only_warns: bool = False

    @property
    def models(self) -> tuple[str, ...]:
        """The models it reads, by unique id."""
        return tuple(one for one in self.depends_on if one.startswith("model."))


def compiled_nodes(
    product: Product, settings: Settings, *, variables: Mapping[str, str]
) -> list[CompiledNode]:
    """Models and data tests of a product, every node after what it reads; compiled if need be.

    `variables` are environment variables of the project and the session's variables they are bound
    to: `{"PENSTOCK_AS_OF": "as_of"}`.

    Raises: DbtError when the project does not compile; NotCompilableError.
    """
    state = product.engine_dir(settings) / "dbt"
    path = state / _KEPT
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.get("made_of") == _made_of(product, state, variables):
            return [_node_from(one) for one in kept["nodes"]]
    nodes = list(_compile(product, settings, variables))
    made_of = _made_of(product, state, variables)
    facts = {"made_of": made_of, "nodes": [asdict(one) for one in nodes]}
    write_atomically(path, lambda temporary: _write(temporary, json.dumps(facts)))
    return nodes


def _made_of(product: Product, state: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """Whatever would make other nodes of them, and the manifest that a release lays beside them."""
    manifest = state / _MANIFEST
    return {
        "models": models_hash(product.dbt_project),
        "dbt": [version("dbt-core"), version("dbt-duckdb")],
        "variables": dict(variables),
        "fields": [one.name for kind in (CompiledNode, CompiledColumn) for one in fields(kind)],
        "manifest": sha256_of(manifest) if manifest.exists() else None,
    }


def _compile(
    product: Product, settings: Settings, variables: Mapping[str, str]
) -> Iterator[CompiledNode]:
    # dbt takes three seconds to import: whoever finds the project compiled does not pay for it.
    from penstock.transforming.dbt_run import run_dbt  # noqa: PLC0415

    state = product.engine_dir(settings) / "dbt"
    state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state, prefix=".compile-") as scratch:
        # dbt looks into a warehouse of this name; the working one may have readers.
        nowhere = Path(scratch) / product.warehouse(settings).name
        run_dbt(
            ["compile", "--exclude", "test_type:unit"],
            project=product.dbt_project,
            state_dir=state,
            environment={
                **build_environment(product, settings, None),
                "PENSTOCK_BUILD_WAREHOUSE": str(nowhere),
                **{name: f":{variable}" for name, variable in variables.items()},
            },
            target="prod",
        )
    manifest = json.loads((state / _MANIFEST).read_text(encoding="utf-8"))
    yield from in_order(
        [
            node_of(unique_id, facts)
            for unique_id, facts in sorted(manifest["nodes"].items())
            if facts["resource_type"] in ("model", "test")
        ]
    )


def in_order(nodes: Sequence[CompiledNode]) -> list[CompiledNode]:
    """The nodes, each as early as what it reads allows, tests before the models that follow.

    A test stands directly behind the last model it reads.
    """
    left = {one.unique_id: one for one in nodes}
    done: list[CompiledNode] = []
    while left:
        ready = [one for one in left.values() if not left.keys() & set(one.models)]
        if not ready:
            message = f"models that read each other: {', '.join(sorted(left))}"
            raise NotCompilableError(message)
        tests = [one for one in ready if one.kind == "test"]
        done.extend(left.pop(one.unique_id) for one in tests or ready[:1])
    return done


def node_of(unique_id: str, facts: Mapping[str, Any]) -> CompiledNode:
    """A model or data test of a dbt manifest.

    Raises: NotCompilableError naming what needs more than running its SQL.
    """
    is_model = facts["resource_type"] == "model"
    is_enforced = is_model and facts["contract"]["enforced"]
    rules = list(_rules(facts)) if is_enforced else []
    unusual = [*_unusual(facts), *(kind for kind, _, _ in rules if kind not in _RULES)]
    if unusual:
        message = (
            f"{facts['original_file_path']}: {facts['name']} has {', '.join(map(str, unusual))}; "
            "expected a plain table or test, since this project runs as compiled SQL"
        )
        raise NotCompilableError(message)
    required = {column for kind, column, _ in rules if kind == "not_null"}
    return CompiledNode(
        unique_id=unique_id,
        name=facts["name"],
        kind=facts["resource_type"],
        folder=facts["fqn"][1] if is_model else "",
        relation=facts["relation_name"] if is_model else "",
        sql=facts["compiled_code"].strip(),
        depends_on=tuple(facts["depends_on"]["nodes"]),
        columns=tuple(
            CompiledColumn(one["name"], one["data_type"], one["name"] in required)
            for one in facts["columns"].values()
            if is_enforced
        ),
        checks=tuple(expression for kind, _, expression in rules if kind == "check"),
        only_warns=str(facts["config"].get("severity", "")).lower() == "warn",
    )


def _unusual(facts: Mapping[str, Any]) -> Iterator[str]:
    """What dbt would do about a node beyond running its SQL."""
    config = facts["config"]
    if facts["resource_type"] == "test":
        yield from (
            f"{name} {config[name]}" for name, usual in _USUAL_TEST.items() if config[name] != usual
        )
    elif config["materialized"] != "table":
        yield f"materialized {config['materialized']}"
    else:
        yield from (f"a {hook}" for hook in ("pre-hook", "post-hook") if config[hook])


def _rules(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The constraints of a model as (kind, column, expression), its own without a column."""
    for column in facts["columns"].values():
        for one in column["constraints"]:
            yield one["type"], column["name"], one["expression"] or ""
    for one in facts["constraints"]:
        yield one["type"], "", one["expression"] or ""


def _node_from(kept: Mapping[str, Any]) -> CompiledNode:
    columns = tuple(CompiledColumn(**one) for one in kept["columns"])
    texts = {name: tuple(kept[name]) for name in ("depends_on", "checks")}
    return CompiledNode(**{**kept, **texts, "columns": columns})


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
