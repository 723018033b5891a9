"""Every rule of silver and gold, end to end, on small files of our own."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from penstock.landing.files import sha256_of
from penstock.products.sales.product import PRODUCT
from penstock.products.sales.receipts import stored_file
from penstock.settings import Settings
from support.drops import FIXTURE, land, rows, run

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(first_world: Settings) -> Settings:
    """No test here changes it."""
    return first_world


def test_customers_are_one_per_id_with_the_latest_row(built: Settings) -> None:
    assert rows(built, "from dim_customers order by customer_id") == [
        (1, "AW00000001", "Jon", "Yang", "Germany", "Married", "Male", date(1971, 10, 6),
         date(2025, 10, 6)),
        (2, "AW00000002", "Zoë", "Müller", "United States", "Single", "Female", None,
         date(2025, 10, 8)),
        (3, "AW00000003", "Łukasz", "O'Neill", "United States", "n/a", "Male", date(1916, 2, 10),
         date(2025, 10, 8)),
        (4, "AW00000004", "María José", "Øster, Jr.", "n/a", "Single", "Female",
         date(2014, 1, 28), date(2025, 10, 9)),
        (5, "AW00000005", "Aiko", "Tanaka", "France", "n/a", "Female", None, None),
    ]  # fmt: skip


def test_products_are_their_current_versions(built: Settings) -> None:
    assert rows(built, "from dim_products order by product_id") == [
        (210, "FR-R92B-58", "HL Road Frame - Black- 58", "CO_RF", "Components", "Road Frames",
         "Yes", Decimal(0), "Road", date(2003, 7, 1)),
        (214, "HL-U509-R", "Sport-100 Helmet- Red", "AC_HE", "Accessories", "Helmets", "Yes",
         Decimal("13.50"), "Other Sales", date(2013, 7, 1)),
        (300, "BK-M82S-44", "Mountain-100 Silver- 44", "BI_MB", "Bikes", "Mountain Bikes", "Yes",
         Decimal(1912), "Mountain", date(2011, 7, 1)),
        (301, "PD-M282", "LL Mountain Pedal", "CO_PE", None, None, None, Decimal(18), "Touring",
         date(2013, 7, 1)),
        (302, "SO-B909", "Mountain Bike Socks", "CL_SO", "Clothing", "Socks", "No", Decimal(3),
         "n/a", date(2013, 7, 1)),
    ]  # fmt: skip


def test_a_version_ends_the_day_before_the_next(built: Settings) -> None:
    assert rows(
        built,
        "select product_id, valid_to from crm_products where valid_to is not null order by 1",
    ) == [(212, date(2012, 6, 30)), (213, date(2013, 6, 30))]


def test_order_lines_are_whole_and_their_amounts_agree(built: Settings) -> None:
    assert rows(
        built,
        "select order_number, product_number, customer_id, ordered_on, sales_amount, quantity,"
        " price from fct_sales order by 1, 2",
    ) == [
        ("SO1", "BK-M82S-44", 1, date(2012, 12, 29), Decimal(3400), 1, Decimal(3400)),
        ("SO1", "HL-U509-R", 1, date(2012, 12, 29), Decimal(70), 2, Decimal(35)),
        ("SO2", "BK-M82S-44", 1, date(2013, 12, 29), Decimal(3400), 1, Decimal(3400)),
        ("SO3", "HL-U509-R", 2, date(2013, 1, 15), Decimal(75), 3, Decimal(25)),
        ("SO4", "HL-U509-R", 2, None, Decimal(35), 1, Decimal(35)),
        ("SO5", "PD-M282", 3, None, Decimal(100), 10, Decimal(10)),
        ("SO6", "SO-B909", 3, None, Decimal(9), 1, Decimal(9)),
        ("SO7", "SO-B909", 4, date(2013, 2, 1), Decimal(9), 1, Decimal(9)),
        ("SO8", "FR-R92B-58", 4, date(2014, 2, 1), Decimal("1200.50"), 1, Decimal("1200.50")),
    ]


def test_marts_add_up_to_the_lines(built: Settings) -> None:
    assert rows(
        built,
        "select period, sales_amount, quantity, order_count, customer_count"
        " from mart_sales_monthly order by period",
    ) == [
        ("2012-12", Decimal(3470), 3, 1, 1),
        ("2013-01", Decimal(75), 3, 1, 1),
        ("2013-02", Decimal(9), 1, 1, 1),
        ("2013-12", Decimal(3400), 1, 1, 1),
        ("2014-02", Decimal("1200.50"), 1, 1, 1),
        ("undated", Decimal(144), 12, 3, 2),
    ]
    assert rows(
        built, "select country, sales_amount from mart_geo_performance order by country"
    ) == [
        ("France", Decimal(0)),
        ("Germany", Decimal(6870)),
        ("United States", Decimal(219)),
        ("n/a", Decimal("1209.50")),
    ]
    assert rows(
        built, "select customer_id, segment from mart_customer_segments order by customer_id"
    ) == [(1, "VIP"), (2, "New"), (3, "New"), (4, "Regular"), (5, "No orders")]
    assert rows(
        built,
        "select product_number, quantity, margin_amount from mart_product_performance"
        " where product_number = 'HL-U509-R'",
    ) == [("HL-U509-R", 6, Decimal("99.00"))]


def test_every_dropped_row_and_changed_value_is_told(built: Settings) -> None:
    told = rows(
        built,
        "select rule, row_key, column_name, value_before, value_after from row_changes"
        " where table_name in ('crm_customers', 'crm_sales')"
        " and rule not in ('marital_status_named', 'gender_named') order by all",
    )

    assert told == [
        ("date_unreadable", "5", "cst_create_date", "2025-02-30", None),
        ("date_unusable", "SO4/HL-U509-R", "sls_order_dt", "0", None),
        ("date_unusable", "SO5/PD-M282", "sls_order_dt", "5489", None),
        ("date_unusable", "SO6/SO-B909", "sls_order_dt", "20131340", None),
        ("missing_id", "x7", "cst_id", "x7", None),
        ("missing_id", None, "cst_id", None, None),
        ("missing_id", None, "cst_id", None, None),
        ("name_trimmed", "1", "cst_firstname", " Jon", "Jon"),
        ("name_trimmed", "1", "cst_lastname", "Yang  ", "Yang"),
        ("price_derived", "SO4/HL-U509-R", "sls_price", "-35", "35.0000"),
        ("price_derived", "SO5/PD-M282", "sls_price", None, "10.0000"),
        ("sales_recomputed", "SO1/HL-U509-R", "sls_sales", None, "70.0000"),
        ("sales_recomputed", "SO2/BK-M82S-44", "sls_sales", "-3400", "3400.0000"),
        ("sales_recomputed", "SO3/HL-U509-R", "sls_sales", "25", "75.0000"),
        ("sales_recomputed", "SO7/SO-B909", "sls_sales", "0", "9.0000"),
        ("superseded", "2", "cst_create_date", "2025-10-07", None),
        ("superseded", "4", "cst_create_date", "2025-10-09", None),
    ]


def test_the_account_goes_from_the_file_to_silver(built: Settings) -> None:
    account = rows(
        built,
        "select table_name, first(rows_in order by step), sum(rows_dropped)::int,"
        " last(rows_out order by step) from row_accounting group by 1 order by 1",
    )

    assert account == [
        ("crm_customers", 10, 5, 5),
        ("crm_products", 7, 0, 7),
        ("crm_sales", 9, 0, 9),
        ("erp_categories", 5, 0, 5),
        ("erp_customers", 5, 0, 5),
        ("erp_locations", 5, 0, 5),
    ]


def test_bronze_keeps_every_file_to_the_byte(built: Settings) -> None:
    for file in FIXTURE.rglob("*.csv"):
        kept = stored_file(PRODUCT, built, sha256_of(file))
        assert kept.read_bytes() == file.read_bytes()
        assert not kept.stat().st_mode & 0o222
    assert rows(
        built,
        "select cst_firstname, cst_lastname, _source_row from raw.crm_cust_info"
        " where cst_key = 'AW00000004' order by all",
    ) == [("María José", "Øster, Jr.", 6), ("first", "row", 5)]


def test_no_table_holds_a_double_or_a_clock(built: Settings) -> None:
    types = rows(
        built,
        "select distinct data_type from information_schema.columns"
        " where table_schema in ('silver', 'gold') order by 1",
    )

    assert {kind for (kind,) in types} == {
        "BIGINT", "BOOLEAN", "DATE", "DECIMAL(18,4)", "DECIMAL(18,9)", "VARCHAR",
    }  # fmt: skip


def test_the_logical_date_decides_what_is_future_and_recent(
    built: Settings, prepared: Callable[[Path], Settings], tmp_path: Path
) -> None:
    later = prepared(tmp_path / "data")
    land(later, FIXTURE)
    run(later, as_of=date(2060, 1, 1))
    births = "select birth_date from dim_customers where customer_id = 2"
    recency = "select recency_days from mart_customer_segments where customer_id = 1"

    assert rows(built, births) == [(None,)]
    assert rows(later, births) == [(date(2050, 7, 6),)]
    assert rows(built, recency) == [((date(2014, 1, 28) - date(2013, 12, 29)).days,)]
    assert rows(later, recency) == [((date(2060, 1, 1) - date(2013, 12, 29)).days,)]
