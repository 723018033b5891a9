"""The HTML report of the platform: who is served and how, what the master models hold.

Belongs here: asking the platform's tables once, the order of the sections. Does not belong here:
the page (releasing). No wall clock: the same tables give the same file.
"""

from pathlib import Path

from penstock.contracts.product import Product
from penstock.products.marketing.tables import section
from penstock.releasing.blocks import Report
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

_TENANTS = """
    select
        tenant_slug as tenant, source_platform as connector, count(*) as keys,
        min(first_seen_at) as first_seen, max(last_seen_at) as last_seen
    from hub_key_registry
    group by all
    order by all
"""
_MASTER_MODELS = """
    select
        master_model_id as master_model, object_name as object, source_platforms as connectors,
        tenant_count as tenants, key_count as keys, version_count as versions
    from platform_ops__master_model_registry
    order by all
"""
_CONFIGURATIONS = """
    select
        tenant_slug as tenant, version_number as version, status, valid_from, valid_to
    from platform_sat__tenant_config_history
    order by all
"""
_SCHEMAS = """
    select
        raw_table as table, outcome as route, contract, extra_columns, missing_columns, valid_from,
        valid_to
    from platform_sat__source_schema_history
    where outcome <> 'exact'
    order by all
"""
_TABLES = (
    ("tenants", "Tenants", "Whose records there are, by connector", _TENANTS),
    ("master-models", "Master models", "What lands into each, and what is in it", _MASTER_MODELS),
    (
        "configurations",
        "Configurations",
        "What each tenant's entry was, from when to when",
        _CONFIGURATIONS,
    ),
    ("schemas", "Schemas that are no contract's own", "Routed all the same", _SCHEMAS),
)


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/marketing_platform.html` and return its path.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    with reading(product, settings) as ask:
        sections = tuple(
            section(name, title, lead, ask(sql), otherwise=f"{title}: none.")
            for name, title, lead, sql in _TABLES
        )
    report = Report(
        title="Marketing: the platform",
        lead="What is kept over all tenants: their records and configurations, models and schemas.",
        facts=(),
        sections=sections,
    )
    return write_page(report, settings.reports_dir / f"{product.name}_{product.tenant}.html")
