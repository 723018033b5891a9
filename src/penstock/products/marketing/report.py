"""The HTML report of one tenant: spend, orders, sessions, funnel, campaigns.

Belongs here: asking the tenant's star schema once, the order of the sections. Does not belong
here: what a section says (`report_sections.py`), the page (releasing). No wall clock: the same
tables give the same file.
"""

from pathlib import Path
from typing import Any

from penstock.contracts.product import MOCK, Product
from penstock.ledger import Ledger
from penstock.products.marketing import report_sections as sections
from penstock.products.marketing.catalogue import read_catalogue
from penstock.products.marketing.tenants import Tenant, read_tenants
from penstock.releasing.blocks import Report
from penstock.releasing.figures import number, span
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

CAMPAIGNS = 40
"""Campaigns, and channels, that have a row of their own."""

_HEADER = """
    select
        least(
            (select min(report_date) from fct_{t}__ad_performance),
            (select cast(min(order_date) as date) from fct_{t}__orders),
            (select cast(min(event_at) as date) from fct_{t}__events)
        ) as first_day,
        greatest(
            (select max(report_date) from fct_{t}__ad_performance),
            (select cast(max(order_date) as date) from fct_{t}__orders),
            (select cast(max(event_at) as date) from fct_{t}__events)
        ) as last_day,
        (select count(*) from fct_{t}__orders) as orders,
        (select count(*) from fct_{t}__sessions) as sessions,
        (select count(*) from fct_{t}__sessions where is_conversion_session) as conversions,
        (select count(*) from dim_{t}__users) as users
"""
_MONEY = """
    select currency, spend, amount
    from (select currency, sum(spend) as spend from fct_{t}__ad_performance group by all)
    full join (select currency, sum(total_price) as amount from fct_{t}__orders group by all)
        using (currency)
    order by currency
"""
_SPEND = """
    select
        coalesce(source_platform, '{all}') as platform, currency, sum(spend) as spend,
        sum(impressions) as impressions, sum(clicks) as clicks, sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from fct_{t}__ad_performance
    group by grouping sets ((source_platform, currency), (currency))
    having grouping(source_platform) = 0 or count(distinct source_platform) > 1
    order by currency, grouping(source_platform), source_platform
"""
_SPEND_MONTHS = """
    select strftime(report_date, '%Y-%m') as month, currency, sum(spend) as spend
    from fct_{t}__ad_performance
    group by all
    order by all
"""
_SPEND_DAYS = """
    select report_date as day, currency, sum(spend) as spend
    from fct_{t}__ad_performance
    where
        currency = (
            select currency
            from fct_{t}__ad_performance
            group by currency
            order by sum(spend) desc nulls last, currency
            limit 1
        )
    group by all
    having sum(spend) is not null
    order by all
"""
_ORDERS = """
    select
        coalesce(month, '{all}') as month, coalesce(source_platform, '{all}') as platform, currency,
        count(*) as orders, sum(total_price) as amount
    from (select *, coalesce(strftime(order_date, '%Y-%m'), '?') as month from fct_{t}__orders)
    group by grouping sets ((month, source_platform, currency), (currency))
    having grouping(month) = 0 or count(distinct month || source_platform) > 1
    order by currency, grouping(month), month, platform
"""
_STATUSES = """
    select
        source_platform as platform, coalesce(financial_status, '(unknown)') as status, currency,
        count(*) as orders, sum(total_price) as amount
    from fct_{t}__orders
    group by all
    order by platform, currency, orders desc, status
"""
_CHANNELS = """
    with channels as (
        select
            source_platform as platform, coalesce(source, '(unknown)') as source,
            coalesce(medium, '(unknown)') as medium, is_conversion_session, session_revenue,
            currency
        from fct_{t}__sessions
    ),

    ranked as (
        select
            platform, source, medium,
            row_number() over (
                partition by platform order by count(*) desc, source, medium
            ) <= {most} as is_named
        from channels
        group by platform, source, medium
    ),

    named as (
        select
            channels.* exclude (source, medium),
            case when is_named then source else '(all others)' end as source,
            case when is_named then medium else '(all others)' end as medium
        from channels
        inner join ranked using (platform, source, medium)
    ),

    counted as (
        select
            platform, source, medium, count(*) as sessions,
            count(*) filter (where is_conversion_session) as conversions
        from named
        group by all
    ),

    earned as (
        select
            platform, source, medium, currency, sum(session_revenue) as revenue,
            row_number() over (partition by platform, source, medium order by currency) as place
        from named
        where session_revenue <> 0
        group by platform, source, medium, currency
    )

    select
        platform, source, medium,
        case when coalesce(place, 1) = 1 then sessions end as sessions,
        case when coalesce(place, 1) = 1 then conversions end as conversions,
        revenue, case when revenue is not null then coalesce(currency, '(several)') end as currency
    from counted
    left join earned using (platform, source, medium)
    order by platform, counted.sessions desc, source, medium, place
"""
_FUNNEL = """
    select
        source_platform as platform, step,
        count(*) filter (where funnel_steps_reached >= step) as sessions, count(*) as visits
    from fct_{t}__sessions
    cross join range(1, {steps} + 1) as steps(step)
    group by all
    order by all
"""
_CAMPAIGNS = """
    with campaigns as (
        select
            ads.campaign_skey, ads.source_platform as platform,
            coalesce(campaigns.campaign_name, ads.campaign_id, '(not reported)') as campaign,
            ads.currency, sum(ads.spend) as spend, sum(ads.clicks) as clicks,
            sum(ads.conversions) as conversions, sum(ads.conversion_value) as conversion_value
        from fct_{t}__ad_performance as ads
        left join dim_{t}__campaigns as campaigns on ads.campaign_skey = campaigns.tenant_skey
        group by all
    ),

    ranked as (
        select
            *,
            least(
                row_number() over (
                    order by spend desc nulls last, platform, campaign, campaign_skey
                ),
                {most} + 1
            ) as place
        from campaigns
    )

    select
        case when place <= {most} then platform else '{all}' end as platform,
        case when place <= {most} then campaign else '(all others)' end as campaign,
        currency, sum(spend) as spend, sum(clicks) as clicks, sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from ranked
    group by 1, 2, 3, place
    order by place, currency
"""


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/marketing_<tenant>.html` from the star schema and return its path.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    tenant = read_tenants(settings).tenant(product.tenant)
    steps = len(tenant.logic.funnel_steps)
    with reading(product, settings) as ask:

        def rows(text: str) -> list[dict[str, Any]]:
            sql = text.format(t=tenant.slug, all=sections.ALL, most=CAMPAIGNS, steps=steps)
            answer = ask(sql)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

        (header,) = rows(_HEADER)
        no_ads = _without(tenant, settings, "paid_ads", "ad platform")
        no_shop = _without(tenant, settings, "ecommerce", "shop")
        no_events = _without(tenant, settings, "analytics", "analytics platform")
        parts = (
            sections.overview_section(header, rows(_MONEY)),
            sections.spend_section(
                rows(_SPEND), rows(_SPEND_MONTHS), rows(_SPEND_DAYS), tenant, no_ads
            ),
            sections.orders_section(rows(_ORDERS), rows(_STATUSES), no_shop),
            sections.sessions_section(rows(_CHANNELS), tenant, no_events),
            sections.funnel_section(rows(_FUNNEL), tenant, no_events),
            sections.campaigns_section(rows(_CAMPAIGNS), CAMPAIGNS, no_ads),
        )
    report = Report(
        title=f"Marketing: {tenant.business_name}",
        lead="What was spent, what was sold, who came, and what brought them.",
        facts=(
            ("Days", span(header["first_day"], header["last_day"])),
            ("Orders", number(header["orders"])),
            ("Sessions", number(header["sessions"])),
            ("Tenant", tenant.slug),
            ("Source", _source(product, settings)),
        ),
        sections=parts,
    )
    return write_page(report, settings.reports_dir / f"{product.name}_{tenant.slug}.html")


def _without(tenant: Tenant, settings: Settings, domain: str, what: str) -> str:
    """Why a section has no rows."""
    catalogue = read_catalogue(settings)
    mine = [one for one in tenant.sources if catalogue.connector(one).domain == domain]
    if not mine:
        return f"No {what} is among the tenant's sources."
    return f"Nothing of {', '.join(mine)} has landed yet."


def _source(product: Product, settings: Settings) -> str:
    with Ledger(product.ledger(settings)) as ledger:
        found = ledger.sources()
    return "mock data (generated)" if found == {MOCK} else ", ".join(sorted(found))
