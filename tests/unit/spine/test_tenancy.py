"""One tenant's failure stops no other, and nobody is left untold."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.products.marketing.product import PRODUCT as MARKETING
from penstock.products.sales.product import PRODUCT as SALES
from penstock.settings import Settings
from penstock.tenancy import each_tenant, one_tenant

pytestmark = pytest.mark.unit

WHOLE = replace(
    MARKETING,
    tenants=lambda _: ["first", "second", "third"],
    of_tenant=lambda product, _, slug: replace(product, tenant=slug),
)


def failing(slug: str, error: Exception, seen: list[str]) -> Callable[[Product], None]:
    def do(one: Product) -> None:
        seen.append(one.tenant)
        if one.tenant == slug:
            raise error

    return do


@pytest.mark.parametrize("error", [PenstockError("no such file"), ValueError("no such file")])
def test_the_others_go_on_and_the_failure_is_told(error: Exception) -> None:
    seen: list[str] = []
    told: list[str] = []

    with pytest.raises(PenstockError, match=r"1 of 3 tenants failed \(second\)"):
        each_tenant(WHOLE, Settings(), None, failing("second", error, seen), tell=told.append)
    assert seen == ["first", "second", "third", "platform"]
    [line] = told
    assert line.startswith("second: ")
    assert "no such file" in line


def test_the_platform_comes_last_and_may_fail_by_itself() -> None:
    seen: list[str] = []
    told: list[str] = []
    error = PenstockError("no such table")

    with pytest.raises(PenstockError, match=r"^the platform failed; the others are done"):
        each_tenant(WHOLE, Settings(), None, failing("platform", error, seen), tell=told.append)
    assert seen == ["first", "second", "third", "platform"]
    assert told == ["platform: no such table"]
    each_tenant(
        WHOLE, Settings(), None, lambda one: seen.append(one.tenant), tell=print, only_tenants=True
    )
    assert len(seen) == 7


def test_a_tenant_asked_for_is_the_only_one() -> None:
    seen: list[str] = []

    each_tenant(WHOLE, Settings(), "third", lambda one: seen.append(one.tenant), tell=print)
    assert seen == ["third"]


def test_whose_is_asked_where_one_is_needed() -> None:
    with pytest.raises(PenstockError, match="--tenant SLUG, one of first, second, third"):
        one_tenant(WHOLE, Settings(), None)


def test_a_product_without_tenants_has_none() -> None:
    with pytest.raises(PenstockError, match="sales has no tenants"):
        each_tenant(SALES, Settings(), "first", lambda _: None, tell=print)
