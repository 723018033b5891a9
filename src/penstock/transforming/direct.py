"""Running a compiled project on an open warehouse: the tables, their contracts, their tests.

Belongs here: what dbt's `build` does with tables, views and data tests, without dbt. Does not
belong here: compiling (`compiling.py`); when to build, the writer's lock.

As dbt does it: a table, or the days of it that are built again, is replaced whole or stays as it
was; a contract refuses other columns than it names; a test that fails keeps the models from being
built that read everything it read. A table whose days are replaced takes no other columns than it
has, and keeps the constraints it was made with.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from penstock.transforming.compiled import CompiledNode
from penstock.transforming.results import FAILED, DbtError, NodeResult

_BUILT, _SKIPPED = "success", "skipped"
_FEW_COLUMNS = 3


def build_nodes(
    connection: duckdb.DuckDBPyConnection,
    nodes: Sequence[CompiledNode],
    *,
    everything: Sequence[CompiledNode],
    progress: Callable[[str], None] = lambda _: None,
) -> list[NodeResult]:
    """Build `nodes`, in their order, and what became of each.

    `everything` is the whole project: who reads whom.

    Raises: DbtError naming every model and test that failed; its results are those of all nodes.
    """
    state = _State({one.unique_id: one.depends_on for one in everything})
    results: list[NodeResult] = []
    for one in nodes:
        started = time.perf_counter()
        if state.stops(one):
            status, message, failures = _SKIPPED, "reads what failed", None
        else:
            progress(f"{one.kind} {one.name}")
            try:
                status, message, failures = _run(connection, one)
            except duckdb.Error as error:
                status, message, failures = "error", str(error), None
        state.note(one, status)
        seconds = time.perf_counter() - started
        results.append(NodeResult(one.name, one.kind, status, seconds, message, failures))
    failed = [one for one in results if one.status in FAILED]
    if failed:
        lines = [f"  {one.kind} {one.name}: {one.message.strip()}" for one in failed]
        message = "\n".join(
            ["the build did not pass; what was built before stays to be built again:", *lines]
        )
        raise DbtError(message, results)
    return results


@dataclass
class _State:
    """What has failed so far, and whom that stops."""

    reads: Mapping[str, tuple[str, ...]]
    unbuilt: set[str] = field(default_factory=set)
    doubted: list[frozenset[str]] = field(default_factory=list)

    def note(self, node: CompiledNode, status: str) -> None:
        if node.kind == "model" and status != _BUILT:
            self.unbuilt.add(node.unique_id)
        elif status in FAILED:
            self.doubted.append(frozenset(node.depends_on))

    def stops(self, node: CompiledNode) -> bool:
        if self.unbuilt & set(node.depends_on):
            return True
        return node.kind == "model" and any(one <= self._behind(node) for one in self.doubted)

    def _behind(self, node: CompiledNode) -> set[str]:
        """Everything a node reads, itself or through others."""
        found: set[str] = set()
        waiting = list(node.depends_on)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.reads.get(name, ())
        return found


def _run(connection: duckdb.DuckDBPyConnection, node: CompiledNode) -> tuple[str, str, int | None]:
    if node.kind == "test":
        rows = connection.execute(f"select count(*) from (\n{node.sql}\n)").fetchall()
        failures = int(rows[0][0])
        if not failures:
            return "pass", "", 0
        status = "warn" if node.only_warns else "fail"
        found = f"{failures} result{'' if failures == 1 else 's'}"
        told = f"Got {found}, configured to {status} if != 0{_first_failure(connection, node)}"
        return status, told, failures
    problems = list(_broken_contract(connection, node))
    if problems:
        return "error", f"breaks its contract: {'; '.join(problems)}", None
    problems = list(_other_columns(connection, node)) if node.replaced else []
    if problems:
        told = "; ".join(problems)
        return "error", f"does not fit its table: {told}: build it anew with --full-refresh", None
    schema = node.relation.rsplit(".", 1)[0]
    connection.execute(f"create schema if not exists {schema}")
    connection.begin()
    try:
        for statement in _statements(node):
            connection.execute(statement)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return _BUILT, "OK", None


def _first_failure(connection: duckdb.DuckDBPyConnection, node: CompiledNode) -> str:
    """What the first failing row says, where a test returns values and not whole rows."""
    found = connection.execute(f"select * from (\n{node.sql}\n) order by all limit 1")
    names = [str(one[0]) for one in found.description or ()]
    if len(names) > _FEW_COLUMNS:
        return ""
    values = (f"{name} {value!r}" for name, value in zip(names, found.fetchall()[0], strict=True))
    return f"; the first: {', '.join(values)}"


def _statements(node: CompiledNode) -> Iterator[str]:
    if node.is_view:
        yield f"create or replace view {node.relation} as\n{node.sql}"
        return
    if node.replaced:
        yield f"delete from {node.relation} where {node.replaced}"
        yield f"insert into {node.relation} by name (\n{node.sql}\n)"
        return
    if not node.columns:
        yield f"create or replace table {node.relation} as\n{node.sql}"
        return
    declared = [
        f'"{one.name}" {one.type}{" not null" if one.required else ""}' for one in node.columns
    ]
    declared += [f"check ({one})" for one in node.checks]
    yield f"create or replace table {node.relation} ({', '.join(declared)})"
    names = ", ".join(f'"{one.name}"' for one in node.columns)
    yield f"insert into {node.relation} select {names} from (\n{node.sql}\n)"


def _broken_contract(connection: duckdb.DuckDBPyConnection, node: CompiledNode) -> Iterator[str]:
    """Every column that the contract names otherwise than the SQL makes it."""
    if node.columns:
        nulls = ", ".join(f'cast(null as {one.type}) as "{one.name}"' for one in node.columns)
        yield from _differing(connection, node, expected=f"select {nulls}", by="the contract")


def _other_columns(connection: duckdb.DuckDBPyConnection, node: CompiledNode) -> Iterator[str]:
    """Every column that the table has otherwise than the SQL makes it."""
    if not node.columns:  # with a contract both are as it says
        expected = f"select * from {node.relation}"
        yield from _differing(connection, node, expected=expected, by="the table")


def _differing(
    connection: duckdb.DuckDBPyConnection, node: CompiledNode, *, expected: str, by: str
) -> Iterator[str]:
    wanted, found = _described(connection, expected), _described(connection, node.sql)
    for name, kind in wanted.items():
        if name not in found:
            yield f"has no column {name}; expected {kind}"
        elif found[name] != kind:
            yield f"{name} is {found[name]}; expected {kind}"
    for name in found.keys() - wanted.keys():
        yield f"{name} is not in {by}"


def _described(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    rows = connection.execute(f"describe {sql}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}
