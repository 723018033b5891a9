"""The sections of the report that are tables: every asset, every month.

Belongs here: selecting and formatting. Does not belong here: computing (SQL), charts
(`report_sections.py`), the page (releasing).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from penstock.products.renewable import report_text
from penstock.products.renewable.report_sql import RECENT_DAYS
from penstock.releasing.blocks import Badge, Block, Cell, Column, Level, Prose, Section, Table
from penstock.releasing.figures import number, percent

Row = dict[str, Any]
Rows = list[Row]
Names = Mapping[str, str]

LEVELS: dict[str, Level] = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5}
_MONTH_COLUMNS = (
    *("Month", "Net, MWh", "Capacity factor", "Weather allowed", "Availability (energy)"),
    *("Curtailed", "Performance index", "Score", "Data complete"),
)


def assets_section(assets: Rows, names: Names) -> Section:
    """The last 30 days of every asset."""
    rated = [row for row in assets if row["score"] is not None]
    good = sum(row["rating"] in "AB" for row in rated)
    title = (
        f"{good} of {len(rated)} rated assets are rated A or B"
        if rated
        else "No asset has a 30-day score yet"
    )
    columns = (
        *(Column("Asset", numeric=False), Column("Technology", numeric=False)),
        *(
            Column("Capacity factor"),
            Column("Score 30\N{NO-BREAK SPACE}d"),
            Column("Correlation 30\N{NO-BREAK SPACE}d"),
        ),
        *(Column("Data complete"), Column("Performance index"), Column("Lost to performance, MWh")),
    )
    table = Table(
        f"The last {RECENT_DAYS} days of each asset, up to its own last day",
        columns,
        tuple(_asset_row(row, names) for row in assets),
    )
    missing = tuple(
        report_text.no_score(names[row["asset_id"]], row) for row in assets if row["score"] is None
    )
    blocks: tuple[Block, ...] = (table, *([Prose(missing, remark=True)] if missing else []))
    return Section("assets", "Assets", title, blocks)


def monthly_section(months: Rows, assets: Rows, names: Names) -> Section:
    """Scores of all months at a glance, and every measure in a folded table per asset."""
    label, days = "Months", sorted({row["month"] for row in months})
    by_asset = {
        row["asset_id"]: {one["month"]: one for one in months if one["asset_id"] == row["asset_id"]}
        for row in assets
    }
    overview = Table(
        "Score of each month; a dash where a month has too little data, or for a plant",
        (Column("Asset", numeric=False), *(Column(f"{day:%b %Y}") for day in days)),
        tuple(
            (
                name_cell(row, names),
                *(_month_score(by_asset[row["asset_id"]], day) for day in days),
            )
            for row in assets
        ),
    )
    tables = tuple(
        Table(
            names[row["asset_id"]],
            tuple(Column(name, numeric=name != "Month") for name in _MONTH_COLUMNS),
            tuple(_month(one) for one in by_asset[row["asset_id"]].values()),
            folded=True,
        )
        for row in assets
    )
    span_of = "month" if len(days) == 1 else f"{len(days)} months"
    return Section("months", label, f"The last {span_of} of each asset", (overview, *tables))


def _score_cell(score: Any, rating: str | None) -> Cell:
    badge = Badge(rating, LEVELS[rating]) if rating in LEVELS else None
    return Cell(number(score, 1), badge)


def _asset_row(row: Row, names: Names) -> tuple[Cell, ...]:
    kind = f"{row['technology']} plant" if row["is_plant"] else row["technology"]
    return (
        name_cell(row, names),
        Cell(kind),
        Cell(percent(row["capacity_factor"])),
        _score_cell(row["score"], row["rating"]),
        Cell(number(row["correlation"], 2)),
        Cell(percent(row["completeness_frac"])),
        Cell(number(row["performance_index"], 3)),
        Cell(number(row["performance_loss_mwh"], 1)),
    )


def name_cell(row: Row, names: Names) -> Cell:
    """The asset's name; a unit is set in below its plant."""
    return Cell(names[row["asset_id"]], inset=row["parent_asset_id"] is not None)


def _month_score(months: Mapping[date, Row], day: date) -> Cell:
    return _score_cell(months[day]["score"], months[day]["rating"]) if day in months else Cell("")


def _month(row: Row) -> tuple[Cell, ...]:
    return (
        Cell(f"{row['month']:%B %Y}"),
        Cell(number(row["net_generation_mwh"], 0)),
        Cell(percent(row["capacity_factor"])),
        Cell(percent(row["weather_adjusted_capacity_factor"])),
        Cell(percent(row["production_based_availability_frac"])),
        Cell(percent(row["curtailment_rate_frac"])),
        Cell(number(row["performance_index"], 3)),
        _score_cell(row["score"], row["rating"]),
        Cell(percent(row["completeness_frac"])),
    )
