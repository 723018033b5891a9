"""The public CRM and ERP files: what must come out of them, and what another system loses.

The other system that does this job fails three of its eight marts on these very files, gives one
month instead of 38 and one country instead of seven, and loses 60 % of the birth dates.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from penstock.products.sales.product import PRODUCT
from penstock.settings import Settings
from support.drops import land, rows, run

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(
    shared_data: Path,
    prepared: Callable[[Path], Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    settings = prepared(tmp_path_factory.mktemp("real") / "data")
    land(settings, shared_data / "sales")
    run(settings, as_of=date(2026, 1, 31))
    return settings


def test_every_line_joins_its_product_and_its_customer(built: Settings) -> None:
    assert rows(
        built,
        "select (select count(*) from dim_customers), (select count(*) from dim_products),"
        " count(*), count(customer_number), count(product_name) from mart_sales_enriched",
    ) == [(18_484, 295, 60_398, 60_398, 60_398)]


def test_no_mart_fails_or_is_empty(built: Settings) -> None:
    marts = [one.name for one in PRODUCT.published if one.layer == "gold"]

    assert len(marts) == 9
    assert all(rows(built, f"select count(*) from {mart}")[0][0] > 0 for mart in marts)


def test_there_are_38_months_and_19_undated_lines(built: Settings) -> None:
    assert rows(
        built,
        "select count(sales_month), min(sales_month), max(sales_month),"
        " sum(case when sales_month is null then line_count end)::int from mart_sales_monthly",
    ) == [(38, date(2010, 12, 1), date(2014, 1, 1), 19)]


def test_there_are_seven_countries_one_of_them_unknown(built: Settings) -> None:
    assert rows(
        built, "select country, known_customer_count from mart_geo_performance order by country"
    ) == [
        ("Australia", 3591),
        ("Canada", 1571),
        ("France", 1810),
        ("Germany", 1780),
        ("United Kingdom", 1913),
        ("United States", 7482),
        ("n/a", 337),
    ]


def test_only_the_16_future_birth_dates_are_lost(built: Settings) -> None:
    assert rows(
        built, "select count(*), count(birth_date), max(birth_date) from dim_customers"
    ) == [(18_484, 18_468, date(1986, 6, 25))]


def test_the_measured_dirt_is_found(built: Settings) -> None:
    found = {
        (table, rule): count
        for table, rule, count in rows(
            built,
            "select table_name, rule, rows_dropped + values_changed from row_accounting",
        )
    }

    assert found[("crm_customers", "missing_id")] == 4
    assert found[("crm_customers", "superseded")] == 6
    assert found[("crm_products", "cost_defaulted")] == 2
    assert found[("crm_products", "end_date_derived")] == 200
    assert found[("crm_sales", "date_unusable")] == 19
    assert found[("crm_sales", "sales_recomputed")] == 23
    assert found[("crm_sales", "price_derived")] == 12
    assert found[("erp_customers", "prefix_stripped")] == 11_042
    assert found[("erp_customers", "birth_in_future")] == 16


def test_the_totals_are_those_of_the_files(built: Settings) -> None:
    assert rows(
        built,
        "select sum(sales_amount), sum(quantity)::int, count(distinct order_number) from fct_sales",
    ) == [(Decimal(29_356_250), 60_423, 27_659)]
