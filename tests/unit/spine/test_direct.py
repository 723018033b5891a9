"""A compiled project runs as dbt would run it: contracts, tests, what a failure stops."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier
from typing import Any

import duckdb
import pytest

from penstock.transforming.compiled import (
    CompiledColumn,
    CompiledNode,
    NotCompilableError,
    in_order,
)
from penstock.transforming.direct import build_nodes
from penstock.transforming.results import DbtError, NodeResult

pytestmark = pytest.mark.unit


def model(name: str, sql: str, *reads: str, **more: Any) -> CompiledNode:
    return CompiledNode(
        f"model.p.{name}", name, "model", "made", f'"made"."{name}"', sql,
        tuple(f"model.p.{one}" for one in reads), **more,
    )  # fmt: skip


def check(name: str, sql: str, *reads: str, **more: Any) -> CompiledNode:
    on = tuple(f"model.p.{one}" for one in reads)
    return CompiledNode(f"test.p.{name}", name, "test", "", "", sql, on, **more)


A = model("a", "select 1 as n")
B = model("b", "select n + 1 as n from made.a", "a")
C = model("c", "select 7 as n")
D = model("d", "select a.n from made.a as a, made.c as c", "a", "c")


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def built(
    warehouse: duckdb.DuckDBPyConnection, *nodes: CompiledNode, at_once: int = 1
) -> list[NodeResult]:
    ordered = in_order(nodes)
    sessions = [warehouse, *(warehouse.cursor() for _ in range(1, at_once))]
    return build_nodes(sessions, ordered, everything=ordered)


def statuses(warehouse: duckdb.DuckDBPyConnection, *nodes: CompiledNode) -> dict[str, str]:
    """How each node of a build that fails ended, one or several at a time."""
    ended = []
    for at_once in (1, 3):
        with pytest.raises(DbtError) as raised:
            built(warehouse, *nodes, at_once=at_once)
        ended.append({one.name: one.status for one in raised.value.results})
    assert ended[0] == ended[1]
    return ended[0]


def test_every_node_comes_after_what_it_reads_and_tests_before_who_follows() -> None:
    order = [one.name for one in in_order([D, B, check("t", "", "a"), C, A])]

    assert order.index("a") + 1 == order.index("t")
    assert order.index("t") < order.index("b")
    assert order.index("d") > max(order.index("a"), order.index("c"))


def test_models_that_read_each_other_are_refused() -> None:
    with pytest.raises(NotCompilableError, match=r"model\.p\.a, model\.p\.b"):
        in_order([model("a", "", "b"), B])


def test_nodes_that_do_not_wait_for_each_other_run_at_once(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    both = Barrier(2, timeout=20)  # breaks, and fails the first, when nobody comes to meet it
    warehouse.create_function("meet", lambda n: both.wait() * 0 + n, ["BIGINT"], "BIGINT")
    first, second = (model(name, "select meet(n) as n from range(1) t(n)") for name in "ab")

    results = built(warehouse, first, second, at_once=2)

    assert [one.message for one in results] == ["OK", "OK"]


@pytest.mark.timeout(60)
def test_who_gives_up_does_not_wait_for_the_statement_that_runs(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    endless = model("a", "select count(*) as n from range(1_000_000_000_000) where range % 7 = 3")

    def give_up(text: str) -> None:
        if text == "model c":
            raise KeyboardInterrupt

    sessions = [warehouse, warehouse.cursor()]
    with pytest.raises(KeyboardInterrupt):
        build_nodes(sessions, [endless, C], everything=[endless, C], progress=give_up)
    assert warehouse.execute("select 1").fetchall() == [(1,)]


def test_tables_are_replaced_and_tests_counted(warehouse: duckdb.DuckDBPyConnection) -> None:
    good = check("good", "select * from made.b where n <> 2", "b")
    warns = check("warns", "select * from made.b", "b", only_warns=True)
    for _ in range(2):
        results = {
            one.name: (one.status, one.failures) for one in built(warehouse, A, B, good, warns)
        }

    assert results["good"] == ("pass", 0)
    assert results["warns"] == ("warn", 1)
    assert warehouse.execute("from made.b").fetchall() == [(2,)]


def test_a_failed_test_stops_who_reads_all_it_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    of_both = check("of_both", "select 1", "a", "c")

    assert statuses(warehouse, A, B, C, D, of_both) == {
        "a": "success", "b": "success", "c": "success", "of_both": "fail", "d": "skipped",
    }  # fmt: skip


def test_what_was_read_through_another_counts_as_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    of_both = check("of_both", "select 1", "a", "b")
    last = model("last", "from made.b", "b")

    assert statuses(warehouse, A, B, last, of_both)["last"] == "skipped"


def test_a_test_that_cannot_be_run_stops_as_one_that_fails(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert statuses(warehouse, A, B, check("t", "select nobody", "a")) == {
        "a": "success", "t": "error", "b": "skipped",
    }  # fmt: skip


def test_a_failed_test_leaves_alone_who_reads_part_of_what_it_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    of_both = check("of_both", "select 1", "a", "c")
    later = replace(B, depends_on=("model.p.a", "model.p.z"))

    with pytest.raises(DbtError) as raised:
        build_nodes([warehouse], [A, C, of_both, later], everything=[A, C, later])
    assert {one.name: one.status for one in raised.value.results}["b"] == "success"


def test_a_layer_built_alone_knows_what_the_layer_below_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    of_both = check("of_both", "select 1", "a", "c")
    both = model("both", "from made.b, made.c", "b", "c")
    everything = in_order([A, B, C, of_both, both])
    build_nodes([warehouse], [A, B], everything=everything)

    with pytest.raises(DbtError) as raised:
        build_nodes([warehouse], [C, of_both, both], everything=everything)
    assert [one.status for one in raised.value.results] == ["success", "fail", "skipped"]


def test_a_failed_model_stops_who_reads_it_and_its_tests(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    broken = replace(A, sql="select nobody from nowhere")
    after = model("after", "from made.b", "b")

    assert statuses(warehouse, broken, B, after, C, check("t", "select 1", "b")) == {
        "a": "error", "b": "skipped", "after": "skipped", "c": "success", "t": "skipped",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 1::bigint as m", "has no column n; expected BIGINT; m is not in the contract"),
        ("select 'x' as n", "n is VARCHAR; expected BIGINT"),
        ("select null::bigint as n", "NOT NULL constraint failed"),
        ("select -1::bigint as n", "CHECK constraint failed"),
    ],
)
def test_what_breaks_its_contract_leaves_the_table_as_it_was(
    warehouse: duckdb.DuckDBPyConnection, sql: str, said: str
) -> None:
    column = CompiledColumn("n", "bigint", required=True)
    node = model("kept", "select 5::bigint as n", columns=(column,), checks=("n > 0",))
    built(warehouse, node)

    with pytest.raises(DbtError, match=said):
        built(warehouse, replace(node, sql=sql))

    assert warehouse.execute("from made.kept").fetchall() == [(5,)]


def test_the_days_that_are_built_again_are_replaced_or_stay(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    column = CompiledColumn("n", "bigint", required=True)
    node = model(
        "kept", "select date '2026-03-01' + n::int as d, n from (values (0::bigint), (1)) as v(n)",
        columns=(CompiledColumn("d", "date", required=True), column), checks=("n < 9",),
    )  # fmt: skip
    view = model("seen", "select sum(n) as n from made.kept", "kept", is_view=True)
    built(warehouse, node, view)
    warehouse.execute("set variable rebuild_from = date '2026-03-02'")
    days = replace(node, replaced="d >= cast(getvariable('rebuild_from') as date)")

    built(warehouse, replace(days, sql="select 5::bigint as n, date '2026-03-03' as d"), view)
    for wrong in ("9::bigint as n", "null::bigint as n", "1 as n, 1 as more"):
        with pytest.raises(DbtError, match=r"constraint failed|more"):
            built(warehouse, replace(days, sql=f"select {wrong}, date '2026-03-03' as d"))

    assert warehouse.execute("select n from made.kept order by d").fetchall() == [(0,), (5,)]
    assert warehouse.execute("from made.seen").fetchall() == [(5,)]


@pytest.mark.parametrize("columns", [(), (CompiledColumn("n", "bigint", required=False),)])
@pytest.mark.parametrize("made", ["5::double as n", "5::bigint as m", "5::bigint as n, 1 as more"])
def test_days_of_other_columns_than_the_table_has_are_refused(
    warehouse: duckdb.DuckDBPyConnection, columns: tuple[CompiledColumn, ...], made: str
) -> None:
    node = model("kept", "select 5::bigint as n", columns=columns)
    built(warehouse, node)

    with pytest.raises(DbtError, match=r"does not fit its table|breaks its contract"):
        built(warehouse, replace(node, sql=f"select {made}", replaced="true"))

    assert warehouse.execute("from made.kept").fetchall() == [(5,)]


def test_a_test_that_fails_tells_its_first_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    few = check("t", "select 'XX-' || n as from_field from (values (2), (1)) as rows (n)", "a")
    wide = check("u", "select n, n, n, n from made.a", "a")
    with pytest.raises(DbtError) as raised:
        built(warehouse, A, few, wide)

    told = {one.name: one.message for one in raised.value.results}
    assert told["t"] == "Got 2 results, configured to fail if != 0; the first: from_field 'XX-1'"
    assert told["u"] == "Got 1 result, configured to fail if != 0"
