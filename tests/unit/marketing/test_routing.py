"""Routing by columns and types alone: every outcome, and what a refusal says."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from pydantic import create_model

from penstock.contracts.contract import ColumnType
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.landing_contract import LandingContract, source_schema_hash
from penstock.products.marketing.physical_table import (
    UnreadableTableError,
    read_physical,
    typed,
    unfit,
)
from penstock.products.marketing.routing import Refusal, Route, route
from penstock.settings import REPOSITORY_ROOT

pytestmark = pytest.mark.unit

SNAPSHOT = REPOSITORY_ROOT / "tests" / "fixtures" / "marketing" / "contracts.json"
CONTRACTS = landing_contracts()


def _contract(master_model: str, name: str) -> LandingContract:
    (found,) = [o for o in CONTRACTS if (o.master_model, o.object_name) == (master_model, name)]
    return found


INSIGHTS = _contract("facebook_ads_api_v1", "insights")
CAMPAIGNS = _contract("facebook_ads_api_v1", "campaigns")


def _types(contract: LandingContract) -> dict[str, ColumnType | None]:
    return dict(contract.columns)


def _routed(types: dict[str, ColumnType | None]) -> Route:
    found = route(types, CONTRACTS)
    assert isinstance(found, Route)
    return found


def _refused(types: dict[str, ColumnType | None]) -> Refusal:
    found = route(types, CONTRACTS)
    assert isinstance(found, Refusal)
    return found


def test_published_contracts_are_frozen() -> None:
    published = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    now = {one.label: one.columns for one in CONTRACTS}
    assert {label: now.get(label) for label in published} == published, (
        "a published contract has changed; expected additive revisions only: write a contract "
        "with the next revision beside it"
    )
    assert now.keys() == published.keys(), "publish new contracts in the snapshot"


def test_every_blueprint_is_another() -> None:
    assert len({one.hash for one in CONTRACTS}) == len(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.label)
def test_an_equal_table_is_routed_whatever_the_order(contract: LandingContract) -> None:
    found = _routed(dict(reversed(_types(contract).items())))
    assert (found.outcome, found.contract) == ("exact", contract)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.label)
def test_a_column_without_values_changes_no_route(contract: LandingContract) -> None:
    for column in contract.columns:
        found = _routed({**_types(contract), column: None})
        assert (found.outcome, found.contract) == ("exact", contract)


def test_new_columns_are_a_superset() -> None:
    found = _routed({**_types(INSIGHTS), "quality_ranking": "string"})
    assert (found.outcome, found.contract, found.extra) == (
        "superset",
        INSIGHTS,
        ("quality_ranking",),
    )


def test_missing_columns_are_a_subset() -> None:
    types = _types(INSIGHTS)
    del types["reach"]
    found = _routed(types)
    assert (found.outcome, found.contract, found.missing) == ("subset", INSIGHTS, ("reach",))


def test_metadata_columns_do_not_count() -> None:
    plain = source_schema_hash(CAMPAIGNS.columns)
    assert source_schema_hash({**CAMPAIGNS.columns, "_fivetran_synced": "timestamp"}) == plain


def test_what_fits_two_contracts_is_ambiguous() -> None:
    refusal = _refused({"id": "string", "name": "string", "updated_time": "timestamp"})
    assert refusal.outcome == "ambiguous"
    assert {one.object_name for one in refusal.candidates} == {"campaigns", "ad_sets", "ads"}


def test_a_changed_type_is_named_with_the_nearest_blueprint() -> None:
    refusal = _refused({**_types(INSIGHTS), "spend": "float"})
    assert (refusal.outcome, refusal.nearest) == ("changed_type", INSIGHTS)
    assert "facebook_ads_api_v1 insights; spend is float, expected string" in refusal.message


def test_an_unknown_shape_names_the_nearest_blueprint_and_the_columns() -> None:
    refusal = _refused({"ad_id": "string", "clicks": "integer", "colour": "string"})
    assert refusal.outcome == "unknown"
    assert "has colour besides" in refusal.message
    assert _refused({"a": "string"}).nearest is None


def test_without_the_key_no_part_is_enough() -> None:
    types = _types(INSIGHTS)
    del types["ad_id"]
    assert _refused(types).outcome == "unknown"


def test_a_new_revision_routes_what_was_refused() -> None:
    fields = {
        name: (field.annotation, None) for name, field in INSIGHTS.schema.model_fields.items()
    }
    fields["spend"] = (float | None, None)
    changed = create_model("Insight2", **fields)  # type: ignore[call-overload]  # built from data
    second = replace(INSIGHTS, schema=changed, revision=2)
    types = {**_types(INSIGHTS), "spend": "float"}
    found = route(types, [*CONTRACTS, second])
    assert isinstance(found, Route)
    assert found.contract is second
    assert found.contract.table("a", "facebook_ads") == "a_facebook_ads__insights__r2"


def test_without_the_cursor_no_part_is_enough() -> None:
    assert CAMPAIGNS.cursor is not None
    types = _types(CAMPAIGNS)
    del types[CAMPAIGNS.cursor]
    assert _refused(types).outcome == "unknown"


def _revised(contract: LandingContract, column: str) -> LandingContract:
    """Its second revision, with a column more."""
    fields = {
        name: (field.annotation, None) for name, field in contract.schema.model_fields.items()
    }
    fields[column] = (str | None, None)
    schema = create_model("Second", **fields)  # type: ignore[call-overload]  # built from data
    return replace(contract, schema=schema, revision=2)


def test_of_two_revisions_that_fit_the_last_is_meant() -> None:
    second = _revised(INSIGHTS, "quality_ranking")
    types = {**_types(second), "more": "string"}
    for contracts in ([INSIGHTS, second], [second, INSIGHTS]):
        found = route(types, contracts)
        assert isinstance(found, Route)
        assert (found.outcome, found.contract) == ("superset", second)


def test_of_contracts_within_each_other_the_one_that_holds_the_others_is_meant() -> None:
    wider = replace(_revised(INSIGHTS, "quality_ranking"), object_name="wide", revision=1)
    types = {**_types(wider), "more": "string"}
    found = route(types, [INSIGHTS, wider])
    assert isinstance(found, Route)
    assert (found.outcome, found.contract) == ("superset", wider)


def test_a_header_counts_while_a_declared_one_is_the_greater_part_of_it() -> None:
    contract, variant = next((one, v) for one in CONTRACTS for v in one.variants)
    header: dict[str, ColumnType | None] = dict.fromkeys(variant.columns)
    found = route({**header, "more": None}, [contract])
    assert isinstance(found, Route)
    assert (found.outcome, found.extra[-1]) == ("variant", "more")
    doubled = {**header, **{f"more_{at}": None for at in range(len(header))}}
    refusal = route(doubled, [replace(contract, key=("nowhere",))])
    assert isinstance(refusal, Refusal)


def test_a_header_that_says_a_column_twice_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("id,name,id\n1,a,2\n", encoding="utf-8")
    with pytest.raises(UnreadableTableError, match="has the column id twice"):
        read_physical(file)


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        ("integer", ["12", "-", "--", ""], [12, None, None, None]),
        ("boolean", ["TRUE", "false", "-", "1"], [True, False, None, True]),
        (
            "timestamp",
            ["2021-01-02T03:04:05-04:00", "2021-01-02 03:04:05.5", "2021-01-02", "--"],
            ["2021-01-02 07:04:05", "2021-01-02 03:04:05.500", "2021-01-02 00:00:00", None],
        ),
    ],
)
def test_text_becomes_what_the_contract_says(
    kind: ColumnType, texts: list[str], expected: list[object]
) -> None:
    column = pl.Series("x", texts)
    result = typed(column, kind)
    assert unfit(column, result) is None
    wanted = pl.Series(expected)
    if kind == "timestamp":
        wanted = wanted.str.to_datetime(time_unit="us", strict=False, format="%Y-%m-%d %H:%M:%S%.f")
    assert result.to_list() == wanted.to_list()


def test_a_value_of_another_type_is_named() -> None:
    column = pl.Series("x", ["1", "one"])
    assert unfit(column, typed(column, "integer")) == "one"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty; expected a header"),
        # Far behind the header, where a reader that looks at the beginning only would not see it.
        (
            b"id,name\n" + b"1,a\n" * 9_000 + b"2,M\xfcller\n",
            "is not UTF-8: line 9002 has the byte 0xfc after '2,M'",
        ),
        (b'id,name,cost\n1,"a\nb",12\n2,c,34\n3,d', "line 4 has 2 fields; expected 3|line 5 has 2"),
    ],
)
def test_a_csv_that_cannot_be_read_says_what_is_wrong(
    tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableTableError, match=told):
        read_physical(file)


def test_text_in_utf8_is_kept_with_a_byte_order_mark_and_without(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + "id,name\n1,Müller\n".encode())
        assert read_physical(file).rows.rows() == [("1", "Müller")]
        assert read_physical(file).rows.columns == ["id", "name"]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(b"id,name")
    assert read_physical(file).rows.height == 0


def test_what_is_like_nothing_says_where_to_look() -> None:
    refusal = route({"foo": "integer"}, landing_contracts())
    assert isinstance(refusal, Refusal)
    assert "has no column of any contract; `penstock connectors list`" in refusal.message
