"""Sections of a tenant's report: cents, currencies, shares, and why one is empty."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from penstock.products.marketing.report_sections import (
    campaigns_section,
    overview_section,
    spend_section,
)
from penstock.products.marketing.tenants import Levers, Logic, Tenant
from penstock.releasing.blocks import KeyFigures, Prose, Table
from penstock.releasing.figures import MISSING

pytestmark = pytest.mark.unit

TENANT = Tenant(
    slug="acme",
    business_name="Acme",
    status="active",
    sources=("google_ads",),
    currency="EUR",
    generator=Levers(seed=1),
    logic=Logic(monthly_spend_target=Decimal(200)),
)


def _spent(currency: str) -> dict[str, Any]:
    return {
        "platform": "google_ads",
        "currency": currency,
        "spend": Decimal("100.05"),
        "impressions": 1000,
        "clicks": 0,
        "conversions": Decimal("1.5"),
        "conversion_value": None,
    }


def test_money_of_two_currencies_is_never_one_number() -> None:
    header = {"orders": 1, "sessions": 0, "conversions": 0, "users": 1}
    money: list[dict[str, Any]] = [
        {"currency": "EUR", "spend": Decimal("100.05"), "amount": None},
        {"currency": "USD", "spend": None, "amount": Decimal(7)},
    ]
    blocks = [one for one in overview_section(header, money).blocks if isinstance(one, KeyFigures)]
    assert [(one.title, [figure.value for figure in one.figures]) for one in blocks] == [
        ("Money, EUR", ["100.05", MISSING, MISSING]),
        ("Money, USD", [MISSING, "7.00", MISSING]),
        ("Orders and visits", ["1", "0", "0", "1"]),
    ]


def test_cents_and_parts_of_conversions_are_shown_and_nothing_is_divided_by_zero() -> None:
    months = [{"month": "2026-03", "currency": one, "spend": Decimal(50)} for one in ("EUR", "USD")]
    days = [{"day": date(2026, 3, 1), "currency": "EUR", "spend": Decimal("100.05")}]
    section = spend_section([_spent("EUR")], months, days, TENANT, "")
    spend, by_month = (one for one in section.blocks if isinstance(one, Table))
    shown = dict(
        zip([one.name for one in spend.columns], [one.text for one in spend.rows[0]], strict=True)
    )
    assert (shown["spend"], shown["conversions"]) == ("100.05", "1.50")
    assert (shown["cost per click"], shown["return"]) == (MISSING, MISSING)
    # The target is in the tenant's currency: spend in another has none.
    assert [[cell.text[:4] for cell in row[2:]] for row in by_month.rows] == [
        ["50.0", "200.", "25.0"],
        ["50.0", MISSING, MISSING],
    ]


def test_an_empty_section_says_why() -> None:
    told = "No ad platform is among the tenant's sources."
    assert campaigns_section([], 40, told).blocks == (Prose((told,)),)
