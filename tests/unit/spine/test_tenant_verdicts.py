"""What is said of a tenant's landing: where its files went, whether anything came."""

from datetime import date

import pytest

from penstock.contracts.routes import RefusedTable, Routes
from penstock.loading.tenant_verdicts import CHECKS, judge_routes

pytestmark = pytest.mark.unit

DAY = date(2026, 11, 23)


def test_files_are_counted_by_outcome_and_a_refused_one_is_named_with_its_reason() -> None:
    refused = RefusedTable("shopify/a.csv", "changed_type", "order_id is a string")
    routing, _ = judge_routes(Routes({"exact": 3, "superset": 1}, (refused,)), day=DAY)

    assert not routing.passed
    assert routing.is_error
    assert routing.message.splitlines() == [
        "routed by this run: 3 exact, 1 superset",
        "shopify/a.csv: changed_type: order_id is a string",
    ]
    assert routing.figures == {
        "files_routed": 4,
        "files_refused": 1,
        "routed: exact": 3,
        "routed: superset": 1,
        "refused: changed_type": 1,
    }


def test_many_refused_files_are_counted_and_the_first_named() -> None:
    refused = tuple(RefusedTable(f"{at}.csv", "unknown", "nothing") for at in range(8))
    routing, _ = judge_routes(Routes({}, refused), day=DAY)

    assert routing.message.splitlines()[0] == "routed by this run: no file"
    assert routing.message.splitlines()[-1] == "... and 3 more"
    assert len(routing.message.splitlines()) == 7


@pytest.mark.parametrize(
    ("newest", "passed"),
    [("2026-11-22T23:59:59", False), ("2026-11-23T00:00:00", True), ("", False)],
)
def test_a_day_without_a_delivery_on_it_or_later_is_told(newest: str, *, passed: bool) -> None:
    _, landed = judge_routes(Routes({}, (), newest), day=DAY)

    assert landed.passed is passed
    assert not landed.is_error, "a late delivery is no broken one"
    assert ("expected one on 2026-11-23 or later" in landed.message) is not passed


def test_every_check_is_told() -> None:
    assert [one.check for one in judge_routes(Routes({}, ()), day=DAY)] == list(CHECKS)
