"""The sections of the sales report.

Belongs here: selecting, formatting, wording. Does not belong here: computing (gold), marks
(`charts.py`), the page (releasing).
"""

from typing import Any

from penstock.products.sales import charts
from penstock.releasing import marks
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
    Section,
    Table,
)
from penstock.releasing.figures import number, percent

Row = dict[str, Any]
Rows = list[Row]

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


def total_section(header: Row) -> Section:
    """Key figures of everything that was ordered."""
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


def months_section(months: Rows) -> Section:
    """Sales by month, drawn and as a table."""
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


def countries_section(countries: Rows) -> Section:
    """Sales by the customers' country."""
    total = sum(row["sales_amount"] for row in countries)
    title = (
        f"{countries[0]['country']}: {percent(countries[0]['sales_amount'] / total)} of sales"
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


def categories_section(categories: Rows) -> Section:
    """Sales and margin by category."""
    sold = [row for row in categories if row["sales_amount"]]
    total = sum(row["sales_amount"] for row in sold)
    title = (
        f"{sold[0]['category']}: {percent(sold[0]['sales_amount'] / total)} of sales"
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


def segments_section(segments: Rows) -> Section:
    """Customers by segment: how many they are and what they bring."""
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
        marks.rows_height(len(segments)),
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


def cleaning_section(rules: Rows) -> Section:
    """What the rules of silver dropped and changed."""
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


def reading_section() -> Section:
    """What the words of the page mean."""
    return Section("reading", "How to read it", "What the words mean", (Definitions(_MEANINGS),))


def _bars(column: str, rows: Rows, finding: str) -> Charts:
    drawn = [{"name": row[column], "sales": float(row["sales_amount"])} for row in rows]
    return Charts(
        (
            Chart(
                f"Sales by {column}",
                finding,
                charts.bar_chart(drawn),
                marks.rows_height(len(drawn)),
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
