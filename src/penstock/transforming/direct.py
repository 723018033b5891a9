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
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from penstock.transforming.compiled import CompiledNode
from penstock.transforming.results import FAILED, DbtError, NodeResult

_BUILT, _SKIPPED = "success", "skipped"
_FEW_COLUMNS = 3
_AGAIN_SECONDS = 0.05


def build_nodes(
    sessions: Sequence[duckdb.DuckDBPyConnection],
    nodes: Sequence[CompiledNode],
    *,
    everything: Sequence[CompiledNode],
    progress: Callable[[str], None] = lambda _: None,
) -> list[NodeResult]:
    """Build `nodes`, in their order, and what became of each.

    As many at a time as there are `sessions` of the warehouse. A node waits for those before it
    that it reads or that may stop it: what becomes of it does not depend on how many sessions there
    are. `everything` is the whole project: who reads whom.

    Raises: DbtError naming every model and test that failed; its results are those of all nodes.
    """
    state = _State({one.unique_id: one.depends_on for one in everything})
    waits_for = {one.unique_id: state.before(one, nodes[:at]) for at, one in enumerate(nodes)}
    _make_schemas(sessions[0], nodes)
    ended: dict[str, NodeResult] = {}
    waiting, free = list(nodes), list(sessions)
    running: dict[Future[NodeResult], tuple[CompiledNode, duckdb.DuckDBPyConnection]] = {}
    with ThreadPoolExecutor(len(sessions)) as pool, _given_up(running):
        while waiting or running:
            ready = [one for one in waiting if waits_for[one.unique_id] <= ended.keys()]
            for one in ready:
                if state.stops(one):
                    ended[one.unique_id] = _skipped(one)
                    state.note(one, _SKIPPED)
                elif free:
                    progress(f"{one.kind} {one.name}")
                    session = free.pop()
                    running[pool.submit(_build, session, one)] = (one, session)
                else:
                    continue
                waiting.remove(one)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                one, session = running.pop(done)
                ended[one.unique_id] = done.result()
                state.note(one, done.result().status)
                free.append(session)
    results = [ended[one.unique_id] for one in nodes]
    failed = [one for one in results if one.status in FAILED]
    if failed:
        lines = [f"  {one.kind} {one.name}: {one.message.strip()}" for one in failed]
        message = "\n".join(
            ["the build did not pass; what was built before stays to be built again:", *lines]
        )
        raise DbtError(message, results)
    return results


@contextmanager
def _given_up(
    running: Mapping[Future[NodeResult], tuple[CompiledNode, duckdb.DuckDBPyConnection]],
) -> Iterator[None]:
    """When an error leaves the block, nobody waits for what still runs: it is interrupted."""
    try:
        yield
    except BaseException:
        # An interruption that comes before its statement is lost.
        while left := wait(running, timeout=_AGAIN_SECONDS).not_done:
            for one in left:
                running[one][1].interrupt()
        raise


def _make_schemas(connection: duckdb.DuckDBPyConnection, nodes: Sequence[CompiledNode]) -> None:
    """Make the schemas of all models: two sessions that make one at a time would clash."""
    for schema in dict.fromkeys(one.relation.rsplit(".", 1)[0] for one in nodes if one.relation):
        connection.execute(f"create schema if not exists {schema}")


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

    def before(self, node: CompiledNode, others: Sequence[CompiledNode]) -> set[str]:
        """Which of the others have to end before it is known whether `node` is to be built."""
        behind = self._behind(node) if node.kind == "model" else set[str]()
        return {
            one.unique_id
            for one in others
            if one.unique_id in node.depends_on
            or (one.kind == "test" and behind.issuperset(one.depends_on))
        }

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


def _skipped(node: CompiledNode) -> NodeResult:
    return NodeResult(node.name, node.kind, _SKIPPED, 0.0, "reads what failed")


def _build(connection: duckdb.DuckDBPyConnection, node: CompiledNode) -> NodeResult:
    started = time.perf_counter()
    try:
        status, message, failures = _run(connection, node)
    except duckdb.Error as error:
        status, message, failures = "error", str(error), None
    seconds = time.perf_counter() - started
    return NodeResult(node.name, node.kind, status, seconds, message, failures)


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
