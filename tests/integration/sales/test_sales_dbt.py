"""The project of sales under dbt itself: its unit tests, and that a run tests what dbt would."""

import json
import re

import pytest

from penstock.products.sales.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.compiling import compiled_nodes
from penstock.transforming.dbt_run import run_dbt
from penstock.transforming.results import last_results
from penstock.transforming.shared_parse import parsed_manifest
from penstock.transforming.transform import build_environment

pytestmark = pytest.mark.integration


def test_every_rule_keeps_its_unit_test(built: Settings) -> None:
    ran = run_dbt(
        ["test", "--select", "test_type:unit"],
        project=PRODUCT.dbt_project,
        state_dir=PRODUCT.engine_dir(built) / "dbt",
        environment=build_environment(PRODUCT, built, None),
        target="prod",
        manifest=parsed_manifest(PRODUCT, built, run_id=""),
    )

    written = sum(
        len(re.findall(r"^  - name:", file.read_text(encoding="utf-8"), re.MULTILINE))
        for file in (PRODUCT.dbt_project / "models" / "unit_tests").glob("*.yml")
    )
    results = [one for one in ran if one.kind == "unit_test"]
    assert len(results) == written
    assert [one.name for one in results if not one.passed] == []


def test_a_run_builds_and_tests_every_node_that_dbt_knows(first_world: Settings) -> None:
    state = PRODUCT.engine_dir(first_world) / "dbt"
    nodes = json.loads((state / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    known = {(one["resource_type"], one["name"]) for one in nodes.values()}

    ran = [(one.kind, one.name) for one in last_results(state)]

    assert len(ran) == len(set(ran))
    assert set(ran) == {one for one in known if one[0] in ("model", "test")}


def test_models_are_compiled_once_and_again_when_they_change(built: Settings) -> None:
    variables = {"PENSTOCK_RUN_DELIVERIES": "run_deliveries", "PENSTOCK_AS_OF": "as_of"}
    file = PRODUCT.engine_dir(built) / "dbt" / "compiled.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    first = compiled_nodes(PRODUCT, built, variables=variables)

    kept["nodes"][0]["sql"] = "select 'as it was kept'"
    file.write_text(json.dumps(kept), encoding="utf-8")
    again = compiled_nodes(PRODUCT, built, variables=variables)
    assert again[0].sql == "select 'as it was kept'"
    assert again[1:] == first[1:]

    for what, other in (("models", "others"), ("dbt", ["0", "0"]), ("manifest", "another")):
        other_made_of = {**kept["made_of"], what: other}
        file.write_text(json.dumps({**kept, "made_of": other_made_of}), encoding="utf-8")
        assert compiled_nodes(PRODUCT, built, variables=variables) == first, what
