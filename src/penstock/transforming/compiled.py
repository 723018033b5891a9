"""A dbt project as the SQL it comes to, for whoever runs it without starting dbt.

Belongs here: what a compiled node is, making it of what dbt says, the order of nodes. Does not
belong here: compiling and keeping them (`compiling.py`), running them (`direct.py`); the rules
(dbt).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from penstock.errors import PenstockError

REBUILD_FROM = "rebuild_from"
"""Variable of the session: the first day that an increment builds again."""

_STRATEGY = "rebuild_from"
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
    `only_warns`: a test whose failure stops nothing. `replaced` is the condition on the rows that a
    build puts others in place of, empty where it makes the table anew.
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
    is_view: bool = False
    replaced: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """The models it reads, by unique id."""
        return tuple(one for one in self.depends_on if one.startswith("model."))


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
        is_view=is_model and facts["config"]["materialized"] == "view",
        replaced=_replaced(facts["config"]) if is_model else "",
    )


def _unusual(facts: Mapping[str, Any]) -> Iterator[str]:
    """What dbt would do about a node beyond running its SQL."""
    config = facts["config"]
    if facts["resource_type"] == "test":
        yield from (
            f"{name} {config[name]}" for name, usual in _USUAL_TEST.items() if config[name] != usual
        )
    elif facts["resource_type"] != "model":
        yield f"the kind {facts['resource_type']}"
    else:
        if not _is_usual(config):
            strategy = config.get("incremental_strategy") or ""
            yield f"materialized {config['materialized']} {strategy}".rstrip()
        yield from (f"a {hook}" for hook in ("pre-hook", "post-hook") if config[hook])


def _is_usual(config: Mapping[str, Any]) -> bool:
    """Whether a model is made in a way that is known here."""
    if config["materialized"] == "incremental":
        return config.get("incremental_strategy") == _STRATEGY and "day_column" in config["meta"]
    return config["materialized"] in ("table", "view")


def _replaced(config: Mapping[str, Any]) -> str:
    """What dbt's strategy of the project deletes before it inserts (`shared_dbt`, rebuild.sql)."""
    if config["materialized"] != "incremental":
        return ""
    first = f"getvariable('{REBUILD_FROM}')"
    if config["meta"].get("grain") == "month":
        first = f"date_trunc('month', {first})"
    return f"{config['meta']['day_column']} >= cast({first} as date)"


def _rules(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The constraints of a model as (kind, column, expression), its own without a column."""
    for column in facts["columns"].values():
        for one in column["constraints"]:
            yield one["type"], column["name"], one["expression"] or ""
    for one in facts["constraints"]:
        yield one["type"], "", one["expression"] or ""
