"""The HTML report of the product `sales`.

Belongs here: which figures it shows, in which order. Does not belong here: computing (gold),
marks (`charts.py`), the page (releasing).

No wall clock: the same tables give the same file.
"""

from pathlib import Path
from typing import Any

from penstock.contracts.product import MOCK, Product
from penstock.ledger import Ledger
from penstock.products.sales import charts
from penstock.releasing.blocks import (
    Cell,
    Chart,
    Charts,
    Column,
    Definition,
    Definitions,
    KeyFigure,
    KeyFigures,
    LegendEntry,
    Paint,
    Report,
    Section,
    Table,
)
from penstock.releasing.figures import day, number, percent, span
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

Row = dict[str, Any]
Rows = list[Row]

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
_MEANINGS = (
    Definition(
        "Sales",
        "Sum of the lines' amounts, in the currency of the source; an amount that "
        "is missing or contradicts quantity and price is computed again from these.",
    ),
    Definition("Margin", "Sales minus pieces times the present cost of the product."),
    Definition("Order value", "Sales per order.", "sum(sales) / orders"),
    Definition(
        "VIP, Regular, New",
        "Twelve months between first and last order and more than "
        "5,000 of sales; twelve months and less; a shorter time.",
    ),
    Definition("Recency", "Days from a customer's last dated order to the logical date."),
    Definition(
        "Undated",
        "Lines whose order date cannot be read: they count in every total but belong to no month.",
    ),
)


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/<product>.html` from gold and return its path.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    with reading(product, settings) as ask:

        def rows(text: str) -> Rows:
            answer = ask(text)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

        (header,) = rows(_HEADER)
        sections = (
            _total(header),
            _months(rows(_MONTHS)),
            _countries(rows(_COUNTRIES)),
            _categories(rows(_CATEGORIES)),
            _segments(rows(_SEGMENTS)),
            _cleaning(rows(_RULES)),
            Section("reading", "How to read it", "What the words mean", (Definitions(_MEANINGS),)),
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
        sections=sections,
    )
    return write_page(report, settings.reports_dir / f"{product.name}.html")


def _source(product: Product, settings: Settings) -> str:
    with Ledger(product.ledger(settings)) as ledger:
        found = ledger.sources()
    return "mock data (generated)" if found == {MOCK} else ", ".join(sorted(found)).upper()


def _total(header: Row) -> Section:
    sales, orders = header["sales"] or 0, header["orders"]
    figures = (
        KeyFigure("Sales", number(sales)),
        KeyFigure("Orders", number(orders)),
        KeyFigure("Customers", number(header["customers"])),
        KeyFigure("Order value", number(sales / orders if orders else None, 2)),
        KeyFigure("Margin", percent(header["margin"] / sales if sales else None)),
        KeyFigure("Undated lines", number(header["undated"]), "in the totals, in no month"),
    )
    return Section(
        "total",
        "Total",
        f"{number(header['customers'])} customers ordered for {number(sales)}",
        (KeyFigures("All orders", figures),),
    )


def _months(months: Rows) -> Section:
    dated = [row for row in months if row["sales_month"] is not None]
    if not dated:
        return Section("months", "Months", "No order has a date", ())
    best = max(dated, key=lambda row: row["sales_amount"])
    title = f"{best['sales_month']:%B %Y} was the best of {len(dated)} months"
    drawn = [
        {
            "month": row["sales_month"],
            "sales": float(row["sales_amount"]),
            "orders": row["order_count"],
        }
        for row in dated
    ]
    chart = Chart(
        "Sales by month",
        f"{title}, with {number(best['sales_amount'])} of sales.",
        charts.month_chart(drawn),
        charts.MONTH_HEIGHT,
    )
    columns = (
        "Month",
        "Sales",
        "Orders",
        "Customers",
        "Pieces",
        "Price",
        "Order value",
        "Per customer",
    )
    table = _table(
        "Every month, and the lines without an order date",
        columns,
        [
            (
                row["period"],
                number(row["sales_amount"]),
                number(row["order_count"]),
                number(row["customer_count"]),
                number(row["quantity"]),
                number(row["average_price"], 2),
                number(row["average_order_value"], 2),
                number(row["sales_per_customer"], 2),
            )
            for row in months
        ],
        folded=True,
    )
    return Section("months", "Months", title, (Charts((chart,), wide=True), table))


def _countries(countries: Rows) -> Section:
    total = sum(row["sales_amount"] for row in countries)
    title = (
        f"{countries[0]['country']} brings {percent(countries[0]['sales_amount'] / total)} of sales"
        if total
        else "Nothing was sold"
    )
    table = _table(
        "Sales by the customers' country",
        ("Country", "Sales", "Share", "Orders", "Customers", "Order value", "Per customer"),
        [
            (
                row["country"],
                number(row["sales_amount"]),
                percent(row["sales_amount"] / total if total else None),
                number(row["order_count"]),
                number(row["customer_count"]),
                number(row["average_order_value"], 2),
                number(row["sales_per_customer"], 2),
            )
            for row in countries
        ],
    )
    return Section("countries", "Countries", title, (_bars("country", countries, title), table))


def _categories(categories: Rows) -> Section:
    sold = [row for row in categories if row["sales_amount"]]
    total = sum(row["sales_amount"] for row in sold)
    title = (
        f"{sold[0]['category']} are {percent(sold[0]['sales_amount'] / total)} of sales"
        if total
        else "Nothing was sold"
    )
    table = _table(
        "Sales and margin by category; n/a: the ERP has no category of that id",
        ("Category", "Sales", "Margin", "Margin, share", "Pieces", "Products", "Of these sold"),
        [
            (
                row["category"],
                number(row["sales_amount"]),
                number(row["margin_amount"]),
                percent(row["margin_frac"]),
                number(row["quantity"]),
                number(row["product_count"]),
                number(row["sold_count"]),
            )
            for row in categories
        ],
    )
    return Section("categories", "Categories", title, (_bars("category", sold, title), table))


def _segments(segments: Rows) -> Section:
    customers = sum(row["customer_count"] for row in segments)
    sales = sum(row["sales_amount"] for row in segments)
    lead = segments[0] if sales else None
    title = (
        f"{lead['segment']}: {percent(lead['customer_count'] / customers)} of customers, "
        f"{percent(lead['sales_amount'] / sales)} of sales"
        if lead
        else "No customer has ordered"
    )
    drawn = [
        {"segment": row["segment"], "of": of, "share": float(row[key] / total if total else 0)}
        for row in segments
        for of, key, total in (
            ("customers", "customer_count", customers),
            ("sales", "sales_amount", sales),
        )
    ]
    chart = Chart(
        "Share of customers and of sales",
        title,
        charts.share_chart(drawn),
        charts.rows_height(len(segments)),
    )
    legend = (LegendEntry("of customers", Paint.SECOND), LegendEntry("of sales", Paint.FIRST))
    table = _table(
        "Customers by segment; medians",
        ("Segment", "Customers", "Sales", "Orders", "Recency, days", "Lifespan, months"),
        [
            (
                row["segment"],
                number(row["customer_count"]),
                number(row["sales_amount"]),
                number(row["order_count"]),
                number(row["recency_days"]),
                number(row["lifespan_months"]),
            )
            for row in segments
        ],
    )
    return Section("segments", "Segments", title, (Charts((chart,), legend), table))


def _cleaning(rules: Rows) -> Section:
    dropped = sum(row["rows_dropped"] for row in rules)
    changed = sum(row["values_changed"] for row in rules)
    table = _table(
        "What each rule did; row by row in the table row_changes",
        ("Table", "Rule", "Rows in", "Rows dropped", "Values changed"),
        [
            (
                row["table_name"],
                row["rule"].replace("_", " "),
                number(row["rows_in"]),
                number(row["rows_dropped"]),
                number(row["values_changed"]),
            )
            for row in rules
        ],
        names=2,
        folded=True,
    )
    title = f"Cleaning dropped {number(dropped)} rows and changed {number(changed)} values"
    return Section("cleaning", "Cleaning", title, (table,))


def _bars(column: str, rows: Rows, finding: str) -> Charts:
    drawn = [{"name": row[column], "sales": float(row["sales_amount"])} for row in rows]
    return Charts(
        (
            Chart(
                f"Sales by {column}",
                finding,
                charts.bar_chart(drawn),
                charts.rows_height(len(drawn)),
            ),
        )
    )


def _table(
    caption: str,
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
    *,
    names: int = 1,
    folded: bool = False,
) -> Table:
    """A table whose first columns are names and whose others are numbers."""
    heads = tuple(Column(name, numeric=place >= names) for place, name in enumerate(columns))
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return Table(caption, heads, cells, folded)
