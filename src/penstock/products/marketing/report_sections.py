"""What each section of a tenant's report says.

Belongs here: rows as tables, figures and sentences of a page. Does not belong here: asking for rows
(`report.py`), the page (releasing).

Money is shown with its cents and its currency, and no total is over two currencies.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from penstock.products.marketing.charts import DAY_HEIGHT, day_chart
from penstock.products.marketing.tables import Columns, Rows, table
from penstock.products.marketing.tenants import Tenant
from penstock.releasing.blocks import (
    Block,
    Chart,
    Charts,
    KeyFigure,
    KeyFigures,
    Prose,
    Section,
)
from penstock.releasing.figures import number, percent

ALL = "all"
"""Names the total over platforms or months, of one currency."""


def overview_section(header: Mapping[str, Any], money: Rows) -> Section:
    """Spend and sales by currency, and how many came and bought."""
    sessions, converted = header["sessions"], header["conversions"]
    rate = f"{percent(_ratio(converted, sessions))} of sessions" if sessions else ""
    visits = (
        KeyFigure("orders", number(header["orders"])),
        KeyFigure("sessions", number(sessions)),
        KeyFigure("sessions with a conversion", number(converted), rate),
        KeyFigure("visitors and customers", number(header["users"])),
    )
    blocks = (*(_in_currency(row) for row in money), KeyFigures("Orders and visits", visits))
    return Section("overview", "Overview", "The tenant at a glance", blocks)


def spend_section(spend: Rows, months: Rows, days: Rows, tenant: Tenant, without: str) -> Section:
    """By platform, by month (against the tenant's target, in its currency) and by day."""
    title = "What every platform cost and brought"
    if not spend:
        return Section("spend", "Spend", title, (Prose((without,)),))
    target = tenant.logic.monthly_spend_target
    by_month = [
        {
            **row,
            "target": target if row["currency"] == tenant.currency else None,
            "of_target": _ratio(row["spend"], target if row["currency"] == tenant.currency else 0),
        }
        for row in months
    ]
    columns: dict[str, Callable[[Any], str]] = {"month": str, "currency": str, "spend": _money}
    if target is not None:
        columns |= {"target": _money, "of_target": percent}
    blocks: list[Block] = [
        table(
            "Spend by platform, as the platforms count",
            {
                "platform": str,
                "currency": str,
                "spend": _money,
                "impressions": number,
                "clicks": number,
                "click_rate": _percent_2,
                "cost_per_click": _money,
                "conversions": _count,
                "conversion_value": _money,
                "return": _money,
            },
            [
                {
                    **row,
                    "click_rate": _ratio(row["clicks"], row["impressions"]),
                    "cost_per_click": _ratio(row["spend"], row["clicks"]),
                    "return": _ratio(row["conversion_value"], row["spend"]),
                }
                for row in spend
            ],
        ),
        table("Spend by month", columns, by_month),
    ]
    if days:
        currency = days[0]["currency"]
        drawn = [{"day": row["day"], "spend": float(row["spend"])} for row in days]
        most = max(days, key=lambda row: row["spend"])
        alt = f"{len(days)} days, at most {number(most['spend'], 2, currency)} on {most['day']}."
        chart = Chart("Spend by day", alt, day_chart(drawn, currency), DAY_HEIGHT)
        blocks.insert(0, Charts((chart,), wide=True))
    return Section("spend", "Spend", title, tuple(blocks))


def orders_section(months: Rows, statuses: Rows, without: str) -> Section:
    """By month and shop, and by the state of the payment: refunded and open orders are in both."""
    title = "What the shops sold"
    if not months:
        return Section("orders", "Orders", title, (Prose((without,)),))
    amounts: Columns = {"currency": str, "orders": number, "amount": _money, "per_order": _money}
    return Section(
        "orders",
        "Orders",
        title,
        (
            table(
                "Orders by month", {"month": str, "platform": str, **amounts}, _per_order(months)
            ),
            table(
                "Orders by state of the payment, as the shops call it",
                {"platform": str, "status": str, **amounts},
                _per_order(statuses),
            ),
        ),
    )


def sessions_section(channels: Rows, tenant: Tenant, without: str) -> Section:
    """By what brought them: first touch within the visit."""
    title = "What brought the visits, and what they left"
    if not channels:
        return Section("sessions", "Sessions", title, (Prose((without,)),))
    events = ", ".join(tenant.logic.conversion_events)
    told = f"A conversion is a session with {events}." if events else "No event is a conversion."
    return Section(
        "sessions",
        "Sessions",
        title,
        (
            table(
                "Sessions by source and medium",
                {
                    "platform": str,
                    "source": str,
                    "medium": str,
                    "sessions": number,
                    "conversions": number,
                    "conversion_rate": _percent_2,
                    "revenue": _money,
                    "currency": str,
                },
                [
                    {**row, "conversion_rate": _ratio(row["conversions"], row["sessions"])}
                    for row in channels
                ],
            ),
        ),
        lead=told,
    )


def funnel_section(reached: Rows, tenant: Tenant, without: str) -> Section:
    """`reached`: platform, step (from 1), sessions that reached it, visits in all."""
    steps = tenant.logic.funnel_steps
    title = "How far visits came"
    if not steps:
        told = "The tenant has no funnel_steps in tenants.yaml."
        return Section("funnel", "Funnel", title, (Prose((told,)),))
    if not reached:
        return Section("funnel", "Funnel", title, (Prose((without,)),))
    rows: list[dict[str, Any]] = []
    for row in reached:
        is_first = row["step"] == 1
        before = row["visits"] if is_first else rows[-1]["sessions"]
        rows.append(
            {
                **row,
                "step": f"{row['step']}. {steps[row['step'] - 1]}",
                "of_visits": _ratio(row["sessions"], row["visits"]),
                "of_step_before": _ratio(row["sessions"], before),
            }
        )
    columns: Columns = {
        "platform": str,
        "step": str,
        "sessions": number,
        "of_visits": percent,
        "of_step_before": percent,
    }
    return Section(
        "funnel",
        "Funnel",
        title,
        (table("Sessions that took a step and all before it", columns, rows),),
    )


def campaigns_section(campaigns: Rows, most: int, without: str) -> Section:
    """The `most` dearest campaigns by name, the others as one row per currency."""
    title = f"The {number(most)} dearest" if len(campaigns) > most else "Campaigns by spend"
    if not campaigns:
        return Section("campaigns", "Campaigns", title, (Prose((without,)),))
    columns: Columns = {
        "platform": str,
        "campaign": str,
        "currency": str,
        "spend": _money,
        "clicks": number,
        "conversions": _count,
        "conversion_value": _money,
        "return": _money,
    }
    rows = [{**row, "return": _ratio(row["conversion_value"], row["spend"])} for row in campaigns]
    return Section("campaigns", "Campaigns", title, (table("Campaigns", columns, rows),))


def _in_currency(row: Mapping[str, Any]) -> KeyFigures:
    figures = (
        KeyFigure("ad spend", number(row["spend"], 2)),
        KeyFigure("sales", number(row["amount"], 2), "orders of every state of payment"),
        KeyFigure("sales per ad spend", number(_ratio(row["amount"], row["spend"]), 2)),
    )
    return KeyFigures(f"Money, {row['currency'] or 'of no named currency'}", figures)


def _per_order(rows: Rows) -> list[dict[str, Any]]:
    return [{**row, "per_order": _ratio(row["amount"], row["orders"])} for row in rows]


def _ratio(above: Any, below: Any) -> Decimal | None:
    if above is None or not below:
        return None
    return Decimal(above) / Decimal(below)


def _money(value: Decimal) -> str:
    return number(value, 2)


def _count(value: Decimal) -> str:
    """Platforms share conversions out: a third of one is no zero."""
    return number(value, 0 if value == value.to_integral_value() else 2)


def _percent_2(value: Decimal) -> str:
    return percent(value, 2)
