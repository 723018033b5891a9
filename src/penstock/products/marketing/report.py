"""The HTML report of one tenant: spend, orders, sessions, funnel, campaigns.

Belongs here: asking the tenant's star schema once, the order of the sections. Does not belong
here: the page (releasing). No wall clock: the same tables give the same file.
"""

from pathlib import Path

from penstock.contracts.product import MOCK, Product
from penstock.ledger import Ledger
from penstock.products.marketing.tables import section
from penstock.releasing.blocks import KeyFigure, KeyFigures, Report, Section
from penstock.releasing.figures import number, span
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

_HEADER = """
    select
        (select min(report_date) from fct_{t}__ad_performance) as first_day,
        (select max(report_date) from fct_{t}__ad_performance) as last_day,
        (select count(*) from fct_{t}__orders) as orders,
        (select count(*) from fct_{t}__sessions) as sessions,
        (select count(*) from fct_{t}__sessions where is_conversion_session) as conversions,
        (select count(*) from dim_{t}__users) as users
"""
_SPEND = """
    select
        source_platform as platform, currency, sum(spend) as spend, sum(impressions) as impressions,
        sum(clicks) as clicks, sum(conversions) as conversions
    from fct_{t}__ad_performance
    group by all
    order by all
"""
_ORDERS = """
    select
        strftime(order_date, '%Y-%m') as month, source_platform as platform, currency,
        count(*) as orders, sum(total_price) as amount
    from fct_{t}__orders
    group by all
    order by all
"""
_FUNNEL = """
    select
        source_platform as platform, funnel_steps_reached as steps, count(*) as sessions,
        sum(session_revenue) as revenue
    from fct_{t}__sessions
    group by all
    order by all
"""
_CHANNELS = """
    select
        coalesce(source, '(unknown)') as source, coalesce(medium, '(unknown)') as medium,
        count(*) as sessions, count(*) filter (where is_conversion_session) as conversions,
        sum(session_revenue) as revenue
    from fct_{t}__sessions
    group by all
    order by sessions desc, source, medium
"""
_CAMPAIGNS = """
    select
        ads.source_platform as platform,
        coalesce(campaigns.campaign_name, ads.campaign_id) as campaign,
        ads.currency, sum(ads.spend) as spend, sum(ads.clicks) as clicks,
        sum(ads.conversions) as conversions
    from fct_{t}__ad_performance as ads
    left join dim_{t}__campaigns as campaigns
        on ads.source_platform = campaigns.source_platform
        and ads.campaign_id = campaigns.campaign_id
    group by all
    order by spend desc, platform, campaign
    limit 40
"""
_TABLES = (
    ("spend", "Spend", "What every platform cost and brought", _SPEND),
    ("orders", "Orders", "What the shops sold, by month", _ORDERS),
    ("sessions", "Sessions", "What brought the visits, and what they left", _CHANNELS),
    ("funnel", "Funnel", "How many of the funnel's steps visits took", _FUNNEL),
    ("campaigns", "Campaigns", "Campaigns by spend, forty at most", _CAMPAIGNS),
)


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/marketing_<tenant>.html` from the star schema and return its path.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    tenant = product.tenant
    with reading(product, settings) as ask:
        header = ask(_HEADER.format(t=tenant))
        first, last, orders, sessions, conversions, users = header.rows[0]
        sections = tuple(
            section(
                name,
                title,
                lead,
                ask(text.format(t=tenant)),
                otherwise=f"{title}: none of the tenant's sources.",
            )
            for name, title, lead, text in _TABLES
        )
    report = Report(
        title=f"Marketing: {tenant}",
        lead="What was spent, what was sold, who came, and what brought them.",
        facts=(
            ("Days", span(first, last)),
            ("Orders", number(orders)),
            ("Sessions", number(sessions)),
            ("Source", _source(product, settings)),
        ),
        sections=(
            Section(
                "overview",
                "Overview",
                "The tenant in four numbers",
                (
                    KeyFigures(
                        "Overview",
                        tuple(
                            KeyFigure(label, number(value))
                            for label, value in (
                                ("orders", orders),
                                ("sessions", sessions),
                                ("sessions with a conversion", conversions),
                                ("visitors and customers", users),
                            )
                        ),
                    ),
                ),
            ),
            *sections,
        ),
    )
    return write_page(report, settings.reports_dir / f"{product.name}_{tenant}.html")


def _source(product: Product, settings: Settings) -> str:
    with Ledger(product.ledger(settings)) as ledger:
        found = ledger.sources()
    return "mock data (generated)" if found == {MOCK} else ", ".join(sorted(found))
