"""The section of the report about its data: what can be used, and what was wrong.

Belongs here: selecting and formatting the counts of `mart_data_quality_daily`. Does not belong
here: flags and counts (dbt), marks (`charts_findings.py`).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from penstock.products.renewable import charts_findings
from penstock.products.renewable.report_sql import RECENT_DAYS
from penstock.products.renewable.report_sql_days import CALENDAR_DAYS
from penstock.products.renewable.report_tables import Names, Row, Rows
from penstock.releasing import marks
from penstock.releasing.blocks import Cell, Chart, Charts, Column, Section, Table
from penstock.releasing.figures import number, span

_FLAGS = {
    "missing": ("missing_slots",),
    "in conflict": ("duplicate_slots",),
    "out of range": ("range_slots",),
    "frozen": (
        *("frozen_wind_slots", "frozen_ghi_slots", "frozen_temperature_slots"),
        *("frozen_pressure_slots", "frozen_power_slots"),
    ),
    "implausible": (
        *("ghi_physical_slots", "ghi_night_slots", "jump_slots", "power_night_slots"),
        *("power_no_wind_slots", "energy_balance_slots", "capacity_slots"),
    ),
    "on a wrong clock": ("clock_slots",),
    "late": ("late_rows",),
    "corrected": ("corrected_rows",),
}
"""What is said of a flag, and the counts of `mart_data_quality_daily` behind it."""


def quality_section(quality: Rows, assets: Rows, names: Names) -> Section:
    """A calendar of usable data, and what was wrong with it lately."""
    label = "Data quality"
    if not quality:
        return Section("quality", label, "Nothing has arrived yet", ())
    order = {row["asset_id"]: position for position, row in enumerate(assets)}
    by_day: dict[tuple[str, date], dict[str, Row]] = {}
    for row in sorted(quality, key=lambda row: order.get(row["asset_id"], len(order))):
        by_day.setdefault((row["asset_id"], row["performance_date"]), {})[row["source"]] = row
    cells = [
        _quality_cell(asset, when, sources, names) for (asset, when), sources in by_day.items()
    ]
    last = max(when for _, when in by_day)
    first = max(min(when for _, when in by_day), last - timedelta(days=CALENDAR_DAYS - 1))
    bad = sum(one["usable"] < charts_findings.QUALITY_FLOORS[1] for one in cells)
    title = f"{number(bad)} of {number(len(cells))} days had too little usable data to be judged"
    chart = Chart(
        title="",
        alt=f"{title}, {span(first, last)}. One row per asset, one cell per day.",
        spec=charts_findings.quality_chart(cells, first=first, last=last),
        height=marks.rows_height(len({one["label"] for one in cells})),
    )
    recent = [row for row in quality if row["performance_date"] > last - timedelta(RECENT_DAYS)]
    table = Table(
        f"Intervals and rows flagged in the last {RECENT_DAYS} days, weather and generation",
        (Column("Asset", numeric=False), *(Column(name.capitalize()) for name in _FLAGS)),
        tuple(
            (
                Cell(names[asset]),
                *(
                    Cell(number(_flagged([r for r in recent if r["asset_id"] == asset], columns)))
                    for columns in _FLAGS.values()
                ),
            )
            for asset in dict.fromkeys(asset for asset, _ in by_day)
        ),
    )
    return Section(
        "quality",
        label,
        title,
        (Charts((chart,), charts_findings.QUALITY_LEGEND, wide=True), table),
        f"The usable share of each day, of weather or generation, whichever is lower, "
        f"{span(first, last)}. Flagged rows are kept; what cannot be trusted judges nothing.",
    )


def _quality_cell(asset: str, when: date, sources: dict[str, Row], names: Names) -> Row:
    shares = [row["valid_frac"] for row in sources.values() if row["valid_frac"] is not None]
    return {
        "label": names[asset],
        "day": when,
        "usable": float(min(shares, default=0)),
        **{
            source: _quality_text(sources[source]) if source in sources else "nothing expected"
            for source in ("weather", "generation")
        },
    }


def _quality_text(row: Row) -> str:
    found = [
        f"{number(count)} {name}"
        for name, columns in _FLAGS.items()
        if (count := _flagged([row], columns))
    ]
    usable = f"{row['valid_slots']} of {row['expected_slots']} usable"
    return ": ".join([usable, ", ".join(found)]) if found else usable


def _flagged(rows: Rows, columns: Sequence[str]) -> int:
    return sum(row.get(column) or 0 for row in rows for column in columns)
