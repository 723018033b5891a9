"""The HTML report of the product `renewable`.

Belongs here: asking the working warehouse once, the order of the sections, the file. Does not
belong here: what a section says (`report_sections.py`), the page (releasing).

No wall clock: the same marts give the same file.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from penstock.contracts.product import MOCK, Product
from penstock.landing.land_files import ATTRIBUTION
from penstock.ledger import Ledger
from penstock.products.renewable import report_findings as findings
from penstock.products.renewable import report_quality as quality
from penstock.products.renewable import report_sections as sections
from penstock.products.renewable import report_sql as sql
from penstock.products.renewable import report_sql_days as sql_days
from penstock.products.renewable import report_sql_findings as sql_findings
from penstock.products.renewable import report_tables as tables
from penstock.releasing.blocks import Prose, Report, Section
from penstock.releasing.figures import day, number, span
from penstock.releasing.report import write_page
from penstock.settings import Settings
from penstock.transforming.query import reading

Row = dict[str, Any]


def write_report(product: Product, settings: Settings) -> Path:
    """Write `<data>/reports/<product>.html` from the marts and return its path.

    Whom a landed source's licence asks to name is named at the end of the page.

    Raises: QueryError if there is no warehouse, or a writer holds it.
    """
    with reading(product, settings) as ask:

        def rows(text: str) -> list[Row]:
            answer = ask(text)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

        (header,) = rows(sql.HEADER_SQL)
        parts = _sections(header, rows) if header["assets"] else (_nothing(product),)
    report = Report(
        title="Weather-adjusted performance",
        lead="What each asset delivered of what its weather allowed.",
        facts=_facts(header, _sources(product, settings)),
        sections=parts,
        credits=tuple(_credits(product, settings)),
    )
    return write_page(report, settings.reports_dir / f"{product.name}.html")


def _sections(header: Row, rows: Any) -> tuple[Section, ...]:
    assets, last = rows(sql.ASSETS_SQL), header["last_day"]
    names = _unique_names(assets)
    return (
        sections.fleet_section(rows(sql.FLEET_SQL), rows(sql.LOSSES_SQL)),
        tables.assets_section(assets, names),
        sections.expected_section(assets, rows(sql_days.EXPECTED_SQL), names, last),
        sections.calendar_section(assets, rows(sql_days.CALENDAR_SQL), names, last),
        sections.worst_section(rows(sql_days.WORST_SQL), names),
        findings.waterfall_section(
            rows(sql_findings.FLEET_WATERFALL_SQL),
            rows(sql_findings.ASSET_WATERFALL_SQL),
            assets,
            names,
        ),
        findings.anomaly_section(
            rows(sql_findings.EPISODES_SQL), rows(sql_findings.EPISODE_DAYS_SQL), names, last
        ),
        findings.curve_section(
            rows(sql_findings.CURVE_POINTS_SQL), rows(sql_findings.CURVE_SQL), assets, names
        ),
        quality.quality_section(rows(sql_findings.QUALITY_SQL), assets, names),
        tables.monthly_section(rows(sql_days.MONTHLY_SQL), assets, names),
        sections.reading_section(),
    )


def _nothing(product: Product) -> Section:
    text = f"Land some days, then run `penstock run {product.name}`."
    return Section("nothing", "Nothing yet", "The marts are empty", (Prose((text,), remark=True),))


def _facts(header: Row, sources: Sequence[str]) -> tuple[tuple[str, str], ...]:
    units, plants = header["units"], header["plants"]
    whole = f", and {plants} plant{'s' if plants != 1 else ''} made of units" if plants else ""
    return (
        ("Period (UTC days)", span(header["first_day"], header["last_day"])),
        ("Assets", f"{units}{whole}"),
        ("Intervals", number(header["intervals"])),
        ("Source", ", ".join(sources) or "unknown"),
        ("Data up to", day(header["last_day"])),
    )


def _sources(product: Product, settings: Settings) -> list[str]:
    if not product.ledger(settings).exists():
        return []
    with Ledger(product.ledger(settings)) as ledger:
        found = sorted(ledger.sources())
    return ["mock data (generated, not measured)" if one == MOCK else one for one in found]


def _credits(product: Product, settings: Settings) -> list[str]:
    if not product.ledger(settings).exists():
        return []
    with Ledger(product.ledger(settings)) as ledger:
        texts = [ledger.fact(f"{ATTRIBUTION}{source}") for source in sorted(ledger.sources())]
    return [text for text in texts if text]


def _unique_names(assets: Sequence[Row]) -> dict[str, str]:
    """Name per asset; assets that share a name carry their id as well."""
    shared = Counter(row["name"] for row in assets)
    return {
        row["asset_id"]: row["name"]
        if shared[row["name"]] == 1
        else f"{row['name']} ({row['asset_id']})"
        for row in assets
    }
