"""What dbt says of a model or test becomes a node, or is refused by name."""

from typing import Any

import pytest

from penstock.transforming.compiled import CompiledColumn, NotCompilableError, node_of

pytestmark = pytest.mark.unit


def facts(**config: Any) -> dict[str, Any]:
    return {
        "name": "a", "resource_type": "model", "original_file_path": "models/a.sql",
        "fqn": ["p", "made", "a"], "relation_name": '"made"."a"', "compiled_code": "select 1",
        "depends_on": {"nodes": []}, "contract": {"enforced": True}, "constraints": [],
        "columns": {"n": {"name": "n", "data_type": "bigint", "constraints": []}},
        "config": {"materialized": "table", "pre-hook": [], "post-hook": [], **config},
    }  # fmt: skip


def test_a_contract_is_read_with_its_rules() -> None:
    ruled = facts()
    ruled["columns"]["n"]["constraints"] = [
        {"type": "not_null", "expression": None}, {"type": "check", "expression": "n > 0"},
    ]  # fmt: skip
    ruled["constraints"] = [{"type": "check", "expression": "n < 9"}]
    found = node_of("model.p.a", ruled)

    assert found.columns == (CompiledColumn("n", "bigint", required=True),)
    assert found.checks == ("n > 0", "n < 9")


def test_what_is_replaced_starts_with_a_day_or_its_month() -> None:
    rebuilt = {"materialized": "incremental", "incremental_strategy": "rebuild_from"}
    by_day = node_of("model.p.a", facts(**rebuilt, meta={"day_column": "d"}))
    by_month = node_of("model.p.a", facts(**rebuilt, meta={"day_column": "m", "grain": "month"}))
    view = node_of("model.p.a", facts(materialized="view"))

    assert by_day.replaced == "d >= cast(getvariable('rebuild_from') as date)"
    assert (
        by_month.replaced == "m >= cast(date_trunc('month', getvariable('rebuild_from')) as date)"
    )
    assert (view.is_view, view.replaced, by_day.is_view) == (True, "", False)


def facts_of_test(**config: Any) -> dict[str, Any]:
    usual = {"fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0", "limit": None}
    return {
        "name": "t", "resource_type": "test", "original_file_path": "models/a.yml",
        "compiled_code": "select 1", "depends_on": {"nodes": ["model.p.a"]}, "columns": {},
        "config": {"severity": "ERROR", **usual, **config},
    }  # fmt: skip


def test_a_test_is_as_severe_as_it_says_and_counts_rows_only() -> None:
    assert not node_of("test.p.t", facts_of_test()).only_warns
    assert node_of("test.p.t", facts_of_test(severity="warn")).only_warns
    for unusual in (
        {"error_if": "> 10"},
        {"warn_if": "> 3"},
        {"limit": 5},
        {"fail_calc": "sum(n)"},
    ):
        (said,) = unusual
        with pytest.raises(NotCompilableError, match=rf"models/a\.yml: t has {said} "):
            node_of("test.p.t", facts_of_test(**unusual))


def test_what_needs_more_than_its_sql_is_refused_by_name() -> None:
    assert node_of("model.p.a", facts()).columns == (CompiledColumn("n", "bigint", required=False),)
    unusual: list[tuple[dict[str, Any], str]] = [
        ({"materialized": "ephemeral"}, "materialized ephemeral"),
        ({"materialized": "incremental"}, "materialized incremental"),
        (
            {"materialized": "incremental", "incremental_strategy": "append"},
            "materialized incremental append",
        ),
        (
            {"materialized": "incremental", "incremental_strategy": "rebuild_from", "meta": {}},
            "materialized incremental rebuild_from",
        ),
        ({"pre-hook": ["select 1"]}, "pre-hook"),
        ({"post-hook": ["select 1"]}, "post-hook"),
    ]
    for config, said in unusual:
        with pytest.raises(NotCompilableError, match=rf"models/a\.sql: a has .*{said}"):
            node_of("model.p.a", facts(**config))
    keyed = facts()
    keyed["constraints"] = [{"type": "primary_key", "expression": None}]
    with pytest.raises(NotCompilableError, match="primary_key"):
        node_of("model.p.a", keyed)
