"""What published tables are made of and tested by, read from dbt's manifest."""

from typing import Any

import pytest

from penstock.transforming.manifest import ManifestError, checked_nodes, data_tests, lineage

pytestmark = pytest.mark.unit


def node(
    kind: str, name: str, *reads: str, attached: str | None = None, ref: object = None
) -> dict[str, Any]:
    return {
        "resource_type": kind, "name": name, "original_file_path": f"models/{name}.yml",
        "depends_on": {"nodes": list(reads)}, "attached_node": attached,
        "config": {} if ref is None else {"meta": {"dagster": {"ref": ref}}},
    }  # fmt: skip


def manifest(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "nodes": {f"{one['resource_type']}.p.{one['name']}": one for one in nodes},
        "sources": {RAW: {"name": "files"}},
    }


RAW = "source.p.raw.files"
CLEANED = node("model", "int_cleaned", RAW)
SILVER = node("model", "silver", "model.p.int_cleaned")
GOLD = node("model", "gold", "model.p.silver", "model.p.int_cleaned")


def test_what_lies_between_published_tables_is_left_out() -> None:
    found = lineage(manifest(GOLD, SILVER, CLEANED), {"gold", "silver"})

    assert found == {"silver": ("files",), "gold": ("files", "silver")}
    assert list(found) == ["silver", "gold"], "a table after those it is made of"


def test_a_test_belongs_to_what_it_is_declared_on_or_reads() -> None:
    tests = [
        node("test", "declared", "model.p.gold", "model.p.silver", attached="model.p.silver"),
        node("test", "reads", "model.p.gold"),
        node("test", "of_a_source", RAW),
    ]
    readers = node("model", "inputs", RAW)

    found = data_tests(
        manifest(GOLD, SILVER, CLEANED, readers, *tests), {"gold", "silver", "inputs"}
    )

    assert found == {"declared": "silver", "reads": "gold", "of_a_source": "inputs"}


def test_a_test_of_nothing_that_is_published_is_refused() -> None:
    with pytest.raises(ManifestError, match=r"models/lost\.yml: lost tests nothing"):
        data_tests(manifest(CLEANED, node("test", "lost", RAW)), {"gold"})


def test_a_test_checks_what_it_names_is_declared_on_or_alone_reads() -> None:
    both = ("model.p.gold", "model.p.silver")
    tests = [
        node("test", "names", *both, attached="model.p.gold", ref={"name": "silver"}),
        node("test", "declared", *both, attached="model.p.silver"),
        node("test", "reads", RAW),
    ]

    found = checked_nodes(manifest(GOLD, SILVER, CLEANED, *tests))

    assert {test["name"]: tested["name"] for test, tested in found} == {
        "names": "silver",
        "declared": "silver",
        "reads": "files",
    }


@pytest.mark.parametrize(
    ("ref", "told"),
    [
        (None, r"models/both\.yml: both reads 2 tables; expected .*'name': MODEL"),
        (
            {"name": "golf"},
            r"models/both\.yml: both: .*'golf'.* names no model; .* gold, int_cleaned, silver",
        ),
        ("gold", r"is gold, which names no model; expected \{'name': MODEL\}"),
    ],
)
def test_a_test_that_names_nothing_it_could_check_is_refused(ref: object, told: str) -> None:
    both = node("test", "both", "model.p.gold", "model.p.silver", ref=ref)

    with pytest.raises(ManifestError, match=told):
        list(checked_nodes(manifest(GOLD, SILVER, CLEANED, both)))
