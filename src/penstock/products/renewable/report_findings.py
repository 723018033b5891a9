"""The sections of the report that explain: waterfall, power curves, anomalies.

Belongs here: selecting and formatting. Does not belong here: computing (SQL), data quality
(`report_quality.py`), the other sections (`report_sections.py`, `report_tables.py`), marks
(`charts_findings.py`), the page (releasing).
"""

from datetime import date, timedelta
from decimal import Decimal

from penstock.products.renewable import charts, charts_findings, report_text
from penstock.products.renewable.report_sql import RECENT_DAYS
from penstock.products.renewable.report_sql_days import CHART_DAYS
from penstock.products.renewable.report_sql_findings import DAYS_AROUND
from penstock.products.renewable.report_tables import Names, Row, Rows, name_cell
from penstock.releasing import marks
from penstock.releasing.blocks import Block, Cell, Chart, Charts, Column, Prose, Section, Table
from penstock.releasing.figures import day, number, percent, span

MOST_CURVES = 8
MOST_EPISODES = 12
MOST_LISTED = 40

_LOSSES = (
    ("availability_loss_mwh", "Outages"),
    ("curtailment_loss_mwh", "Curtailment"),
    ("performance_loss_mwh", "Under-performance"),
    ("electrical_loss_mwh", "Cables and transformers"),
)


def waterfall_section(fleet: Rows, by_asset: Rows, assets: Rows, names: Names) -> Section:
    """From what the weather offered to what was metered: the fleet drawn, assets in a table."""
    label = "Waterfall"
    if not fleet:
        return Section("waterfall", label, "There is no expected energy yet to break down", ())
    drawn = tuple(_waterfall(row) for row in fleet)
    known = {row["asset_id"]: row for row in by_asset}
    columns = ("What the weather offered", *(name for _, name in _LOSSES), "Net energy")
    table = Table(
        f"MWh of the last {RECENT_DAYS} days of each asset; a negative loss is a gain",
        (Column("Asset", numeric=False), *map(Column, (*columns, "Weather without meter data"))),
        tuple(
            (name_cell(row, names), *_waterfall_cells(known[row["asset_id"]]))
            for row in assets
            if row["asset_id"] in known
        ),
    )
    lost = sum(row[column] or 0 for row in fleet for column, _ in _LOSSES)
    offered = sum(row["potential_mwh"] for row in fleet)
    return Section(
        "waterfall",
        label,
        f"{percent(lost / offered)} of what the weather offered never reached a meter",
        (Charts(drawn, charts_findings.WATERFALL_LEGEND), table),
        "Offered energy minus the losses is net energy, exactly. Intervals that could not be "
        "judged are left out; what the weather offered while the meter was silent stands in the "
        "last column.",
    )


def curve_section(points: Rows, curve: Rows, assets: Rows, names: Names) -> Section:
    """Hours of the last month against the asset's own curves, wind assets only."""
    label = "Power curves"
    learned = {row["asset_id"] for row in curve}
    drawn = {row["asset_id"] for row in points} & learned
    lowest = sorted(
        (row for row in assets if row["asset_id"] in drawn),
        key=lambda row: (row["achievement_ratio"] is None, row["achievement_ratio"]),
    )[:MOST_CURVES]
    if not lowest:
        text = "No wind asset has a power curve yet: it is drawn from the months before the current"
        return Section("curves", label, text, ())
    panels = tuple(_curve(row, points, curve, names) for row in lowest)
    has_baseline = any(row["reference"] == "baseline" for row in curve)
    legend = (*charts_findings.CURVE_LEGEND, *[charts_findings.BASELINE_ENTRY] * has_baseline)
    cut = f" The {MOST_CURVES} lowest." if len(drawn) > MOST_CURVES else ""
    return Section(
        "curves",
        label,
        "Where an hour lies below the line, the asset made less than its own past",
        (Charts(panels, legend),),
        "The line is made of the twelve months before the current one. "
        "Points that hang at one height are a limit; a cloud below the line is a derate, ice or a "
        f"sensor that reads high; points on the axis stood still.{cut}",
    )


def anomaly_section(episodes: Rows, days: Rows, names: Names, last: date) -> Section:
    """The costliest episodes drawn, all of them listed."""
    label = "Anomalies"
    if not episodes:
        text = f"No day of the last {CHART_DAYS} was anomalous"
        return Section("anomalies", label, text, ())
    costly = [row for row in episodes if (_lost(row) or 0) > 0]
    lost = sum(row["estimated_loss_mwh"] for row in costly)
    title = (
        f"{_episodes(len(costly))} cost about {number(lost, 0, 'MWh')} in {CHART_DAYS} days"
        if costly
        else f"Only data are suspect in the last {CHART_DAYS} days"
    )
    blocks: list[Block] = []
    panels = tuple(
        one
        for row in costly[:MOST_EPISODES]
        if (one := _episode(row, days, names, last)) is not None
    )
    if panels:
        blocks.append(Charts(panels, charts_findings.EPISODE_LEGEND))
    listed = sorted(episodes, key=lambda row: (row["ended_on"], row["started_on"]), reverse=True)
    blocks.append(
        Table(
            f"Episodes that ended in the last {CHART_DAYS} days, the latest first",
            (
                *(Column("Asset", numeric=False), Column("What", numeric=False)),
                *(Column("From"), Column("To"), Column("Estimated loss, MWh")),
            ),
            tuple(
                (
                    Cell(names[row["asset_id"]]),
                    Cell(report_text.ANOMALIES[row["anomaly_type"]]),
                    Cell(day(row["started_on"])),
                    Cell(day(row["ended_on"])),
                    Cell(number(_lost(row), 1)),
                )
                for row in listed[:MOST_LISTED]
            ),
        )
    )
    if len(listed) > MOST_LISTED:
        text = f"{len(listed) - MOST_LISTED} older episodes are in `mart_anomaly_episodes`."
        blocks.append(Prose((text,)))
    lead = (
        "Days that differ from the asset's own past by more than chance. A slow loss is found days "
        "after it began, so its cost is a lower bound. Suspect data are to be mended, not believed."
    )
    return Section("anomalies", label, title, tuple(blocks), lead)


def _waterfall(row: Row) -> Chart:
    technology = report_text.TECHNOLOGIES[row["technology"]]
    left, rows = row["potential_mwh"], []
    rows.append(_bar("Offered by the weather", "whole", left * 0, left, left))
    for column, name in _LOSSES:
        lost = row[column]
        if lost is None:
            continue
        kind = "loss" if lost >= 0 else "gain"
        rows.append(_bar(name, kind, left - lost, left, lost))
        left -= lost
    metered = row["net_generation_mwh"] is not None
    rows.append(_bar("Net energy" if metered else "Produced", "whole", left * 0, left, left))
    return Chart(
        title=f"{technology}: {percent(left / row['potential_mwh'])} of what was offered was "
        f"{'metered' if metered else 'produced'}",
        alt="; ".join(one["label"] for one in rows),
        spec=charts_findings.waterfall_chart(rows),
        height=marks.rows_height(len(rows)),
    )


def _bar(step: str, kind: str, low: object, high: object, mwh: object) -> Row:
    return {
        "label": f"{step}: {number(mwh, 0, 'MWh')}",  # type: ignore[arg-type]  # a DECIMAL
        "step": step,
        "kind": kind,
        "low": round(float(low), 3),  # type: ignore[arg-type]
        "high": round(float(high), 3),  # type: ignore[arg-type]
        "mwh": round(float(mwh), 3),  # type: ignore[arg-type]
    }


def _waterfall_cells(row: Row) -> tuple[Cell, ...]:
    columns = ("potential_mwh", *(column for column, _ in _LOSSES), "net_generation_mwh")
    return tuple(Cell(number(row[column], 1)) for column in (*columns, "data_gap_mwh"))


def _curve(row: Row, points: Rows, curve: Rows, names: Names) -> Chart:
    asset, name = row["asset_id"], names[row["asset_id"]]
    index = row["performance_index"]
    finding = f"performance index {number(index, 3)} in {RECENT_DAYS} days"
    return Chart(
        title=name,
        note=finding,
        alt=f"Power curve of {name}: {finding}",
        spec=charts_findings.curve_chart(
            _of(points, asset, "speed", "power", "is_excused"),
            _of(curve, asset, "speed", "power", "reference"),
            asset=name,
        ),
        height=charts_findings.CURVE_HEIGHT + 40,
    )


def _of(rows: Rows, asset: str, *columns: str) -> Rows:
    return [{key: row[key] for key in columns} for row in rows if row["asset_id"] == asset]


def _episodes(count: int) -> str:
    return f"{count} episode{'' if count == 1 else 's'}"


def _lost(row: Row) -> Decimal | None:
    """Energy an episode lost; what suspect data seem to say is no loss."""
    lost: Decimal | None = row["estimated_loss_mwh"]
    return None if row["anomaly_type"] == "data_suspect" else lost


def _episode(row: Row, days: Rows, names: Names, last: date) -> Chart | None:
    begin, end = row["started_on"], row["ended_on"]
    first, until = begin - timedelta(DAYS_AROUND), min(last, end + timedelta(DAYS_AROUND))
    shown = [
        {key: one[key] for key in ("day", "actual", "expected")}
        for one in days
        if one["asset_id"] == row["asset_id"] and first <= one["day"] <= until
    ]
    if not shown:
        return None
    first = max(first, min(one["day"] for one in shown))
    name = names[row["asset_id"]]
    finding = (
        f"{report_text.ANOMALIES[row['anomaly_type']]}, {span(begin, end)}: about "
        f"{number(row['estimated_loss_mwh'], 0, 'MWh')} lost"
    )
    return Chart(
        title=name,
        note=finding,
        alt=f"{name}: {finding}",
        spec=charts_findings.episode_chart(
            shown, asset=name, first=first, last=until, episode=(begin, end)
        ),
        height=charts.PANEL_HEIGHT + 20,
    )
