"""The HTML report of the product `sales`.

Belongs here: asking gold once, the order of the sections, the file. Does not belong here: what a
section says (`report_sections.py`), the page (releasing).

No wall clock: the same tables give the same file.
"""

from pathlib import Path
from typing import Any

from penstock.contracts.product import MOCK, Product
from penstock.ledger import Ledger
from penstock.products.sales import report_sections as sections
from penstock.releasing.blocks import Report
from penstock.releasing.figures import day, number, span
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

_HEADER = """
    select
        min(ordered_on) as first_day, max(ordered_on) as last_day, sum(sales_amount) as sales,
        count(*) as lines, count(distinct order_number) as orders,
        count(distinct customer_id) as customers, sum(margin_amount) as margin,
        count(*) filter (where ordered_on is null) as undated,
        (select max(as_of_date) from run_inputs) as as_of
    from mart_sales_enriched
"""
_MONTHS = "from mart_sales_monthly order by sales_month nulls last"
_COUNTRIES = "from mart_geo_performance order by sales_amount desc, country"
_CATEGORIES = """
    select
        coalesce(category, 'n/a') as category, sum(sales_amount) as sales_amount,
        sum(quantity) as quantity, count(*) as product_count,
        count(*) filter (where order_count > 0) as sold_count,
        sum(margin_amount) as margin_amount,
        sum(margin_amount) / nullif(sum(sales_amount), 0) as margin_frac
    from mart_product_performance
    group by all
    order by sales_amount desc, category
"""
_SEGMENTS = """
    select
        segment, count(*) as customer_count, sum(sales_amount) as sales_amount,
        sum(order_count) as order_count, median(recency_days) as recency_days,
        median(lifespan_months) as lifespan_months
    from mart_customer_segments
    group by all
    order by sales_amount desc, segment
"""
_RULES = """
    select table_name, rule, rows_in, rows_dropped, values_changed
    from row_accounting
    order by table_name, step
"""


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/<product>.html` from gold and return its path.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    with reading(product, settings) as ask:

        def rows(text: str) -> list[dict[str, Any]]:
            answer = ask(text)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

        (header,) = rows(_HEADER)
        parts = (
            sections.total_section(header),
            sections.months_section(rows(_MONTHS)),
            sections.countries_section(rows(_COUNTRIES)),
            sections.categories_section(rows(_CATEGORIES)),
            sections.segments_section(rows(_SEGMENTS)),
            sections.cleaning_section(rows(_RULES)),
            sections.reading_section(),
        )
    report = Report(
        title="Sales",
        lead="What was sold, to whom, where, and what it left.",
        facts=(
            ("Orders from", span(header["first_day"], header["last_day"])),
            ("As of", day(header["as_of"])),
            ("Order lines", number(header["lines"])),
            ("Source", _source(product, settings)),
        ),
        sections=parts,
    )
    return write_page(report, settings.reports_dir / f"{product.name}.html")


def _source(product: Product, settings: Settings) -> str:
    with Ledger(product.ledger(settings)) as ledger:
        found = ledger.sources()
    return "mock data (generated)" if found == {MOCK} else ", ".join(sorted(found)).upper()
