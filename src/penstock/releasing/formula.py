"""How a published column is computed: its expression, model by model, down to the raw columns.

Belongs here: following a column through the models' SQL (sqlglot reads it). Does not belong here:
rows (`explain.py`, `unsealed.py`).

Followed is where a value comes from. What only chooses rows (conditions, joins, groups) is in the
model's own SQL.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from penstock.releasing.record import Model

_DIALECT = "duckdb"
Place = tuple[str, str]
"""A table and one of its columns."""


@dataclass(frozen=True)
class Step:
    """How one column of a model is computed.

    `expressions`: what is done to it in this model, outermost first; none if it is taken as it is.
    `sources`: the columns of other tables that it is made of. `problem` says why the SQL could not
    be followed.
    """

    table: str
    column: str
    expressions: tuple[str, ...]
    sources: tuple[Place, ...]
    problem: str = ""


def steps_of(
    models: Mapping[str, Model], columns: Mapping[str, Sequence[str]], table: str, column: str
) -> list[Step]:
    """Every step from a column down, nearest first. `columns`: those of each raw table."""
    known = {name: list(one.columns) for name, one in models.items()}
    known |= {name: list(names) for name, names in columns.items()}
    readers: dict[str, _Reader] = {}
    steps: list[Step] = []
    waiting: list[Place] = [(table, column)]
    seen = {*waiting}
    while waiting:
        place = waiting.pop(0)
        if place[0] not in models:
            continue
        if place[0] not in readers:
            readers[place[0]] = _Reader(models[place[0]], known)
        step = readers[place[0]].step(place[1])
        steps.append(step)
        following = [one for one in step.sources if one not in seen]
        waiting += following
        seen.update(following)
    return steps


def lines_of(models: Mapping[str, Model], steps: Sequence[Step]) -> Iterator[str]:
    """The steps in words, one line per expression."""
    for one in steps:
        where = f"{models[one.table].path}: {one.column}"
        if one.problem:
            yield f"{where}: cannot be followed ({one.problem}); it is named in"
            yield from _naming(models[one.table], one.column)
        elif one.expressions:
            yield f"{where} = {one.expressions[0]}"
            yield from (f"    where {expression}" for expression in one.expressions[1:])
        elif one.sources:
            yield f"{where} = {' or '.join('.'.join(source) for source in one.sources)}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _naming(model: Model, column: str) -> Iterator[str]:
    word = re.compile(rf"\b{re.escape(column)}\b")
    for number, line in enumerate(model.code.splitlines(), start=1):
        if word.search(line):
            yield f"    line {number}: {line.strip()}"


class _Reader:
    """The SQL of one model, read once for all its columns."""

    def __init__(self, model: Model, columns: Mapping[str, Sequence[str]]) -> None:
        self._model = model
        self._columns = columns

    def step(self, column: str) -> Step:
        try:
            scope = self._scope
            root = lineage(column, scope.expression, {}, dialect=_DIALECT, scope=scope)
        except (SqlglotError, ValueError) as error:
            problem = "it is not compiled" if "{{" in self._model.code else _first_line(error)
            return Step(self._model.name, column, (), (), problem)
        nodes = list(_walk(root, set()))
        return Step(
            table=self._model.name,
            column=column,
            expressions=tuple(dict.fromkeys(_expressions(nodes, column))),
            sources=tuple(dict.fromkeys(_sources(nodes))),
        )

    @cached_property
    def _scope(self) -> Scope:
        """Every name of the SQL with its table before it.

        Raises: SqlglotError; ValueError when it is no query.
        """
        query = parse_one(self._model.code, dialect=_DIALECT)
        schema: dict[str, object] = {}
        for table in query.find_all(exp.Table):
            names = self._columns.get(table.name, ())
            path = [one.name for one in table.parts]
            if not names or len(path) == 1:  # a step of the query itself
                continue
            within = schema
            for name in path[:-1]:
                within = within.setdefault(name, {})  # type: ignore[assignment]  # as deep as names are
            within[path[-1]] = dict.fromkeys(names, "unknown")
        qualified = qualify(
            query, schema=schema, dialect=_DIALECT, validate_qualify_columns=False, identify=False
        )
        scope = build_scope(qualified)
        if scope is None:
            raise ValueError("it is no query")
        return scope


def _walk(node: Node, seen: set[int]) -> Iterator[Node]:
    """Every node once, outermost first, in an order that does not change."""
    seen.add(id(node))
    yield node
    for one in sorted(node.downstream, key=lambda one: one.name):
        if id(one) not in seen:
            yield from _walk(one, seen)


def _expressions(nodes: Sequence[Node], column: str) -> Iterator[str]:
    for node in nodes:
        found = node.expression
        if isinstance(found, exp.Table | exp.Query):
            continue
        inner = found.unalias()
        if isinstance(inner, exp.Column):
            continue
        text = inner.sql(dialect=_DIALECT, normalize_functions="lower").replace('"', "")
        name = found.alias_or_name
        yield text if name == column else f"{name} = {text}"


def _sources(nodes: Sequence[Node]) -> Iterator[Place]:
    for node in nodes:
        if isinstance(node.source, exp.Table) and isinstance(node.expression, exp.Table):
            yield node.source.name, node.name.rpartition(".")[2].strip('"')
