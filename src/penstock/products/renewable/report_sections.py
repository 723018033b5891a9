"""The sections of the report that are drawn: fleet, actual against expected, calendar, worst.

Belongs here: selecting and formatting. Does not belong here: computing (SQL), tables of assets and
months (`report_tables.py`), marks (`charts.py`), wording (`report_text.py`), the page (releasing).
"""

from datetime import date, timedelta

from penstock.products.renewable import charts, report_text
from penstock.products.renewable.report_sql import RECENT_DAYS
from penstock.products.renewable.report_sql_days import CALENDAR_DAYS, CHART_DAYS
from penstock.products.renewable.report_tables import LEVELS, Names, Row, Rows
from penstock.releasing import marks
from penstock.releasing.blocks import (
    Badge,
    Block,
    Card,
    Cards,
    Chart,
    Charts,
    Definitions,
    KeyFigure,
    KeyFigures,
    Section,
)
from penstock.releasing.figures import number, percent, span

MOST_PANELS = 30


def fleet_section(fleet: Rows, losses: Rows) -> Section:
    """Key figures per technology, and where energy was lost."""
    blocks: list[Block] = [_fleet_figures(row) for row in fleet]
    drawn = [_losses(row["technology"], losses) for row in fleet]
    if any(drawn):
        blocks.append(Charts(tuple(one for one in drawn if one)))
    scores = [
        f"{row['technology']} {number(row['score'], 1)}"
        for row in fleet
        if row["score"] is not None
    ]
    title = (
        f"Of 100 MWh the weather allowed, the fleet produced: {', '.join(scores)}"
        if scores
        else "There is no expected energy yet to judge the fleet by"
    )
    return Section("fleet", "Fleet", title, tuple(blocks))


def expected_section(assets: Rows, days: Rows, names: Names, last: date) -> Section:
    """Small multiples of daily energy against expectation."""
    label = "Actual against expected"
    if not days:
        text = "Expected energy is learned from the asset's own history; there is too little yet."
        return Section("expected", label, text, ())
    shown = _most_in_need(assets, {row["asset_id"] for row in days})
    first = max(min(row["day"] for row in days), last - timedelta(days=CHART_DAYS - 1))
    panels = tuple(
        _panel(row, [one for one in days if one["asset_id"] == row["asset_id"]], names, first, last)
        for row in shown
    )
    below = sum((row["performance_gap_frac"] or 0) < 0 for row in assets if not row["is_plant"])
    units = sum(row["performance_gap_frac"] is not None for row in assets if not row["is_plant"])
    cut = f" The {MOST_PANELS} lowest of the last {RECENT_DAYS} days." if len(shown) < units else ""
    return Section(
        "expected",
        label,
        f"{below} of {units} assets produced less than expected in the last {RECENT_DAYS} days"
        if units
        else "What each day produced and what its weather let expect",
        (Charts(panels, charts.EXPECTED_LEGEND),),
        "Gross energy of each day, MWh, against what the asset should have produced in that day's "
        f"weather, outages and curtailment excused, {span(first, last)}.{cut}",
    )


def calendar_section(assets: Rows, days: Rows, names: Names, last: date) -> Section:
    """Heat map of daily scores."""
    order = {row["asset_id"]: position for position, row in enumerate(assets)}
    rows = [
        {
            "label": names[row["asset_id"]],
            "day": row["day"],
            "score": row["score"],
            "verdict": report_text.NO_DAY_SCORE[row["missing_because"]]
            if row["score"] is None
            else number(row["score"], 1),
            "completeness": percent(row["completeness_frac"]),
        }
        for row in sorted(days, key=lambda row: order[row["asset_id"]])
    ]
    label = "Score calendar"
    if not rows:
        return Section("calendar", label, "No day could be judged yet", ())
    first = max(min(row["day"] for row in rows), last - timedelta(days=CALENDAR_DAYS - 1))
    scored = [row for row in rows if row["score"] is not None]
    bad = sum(row["score"] < charts.RATING_FLOORS[-1] for row in scored)
    title = (
        f"{number(bad)} of {number(len(scored))} judged days fell below a score of 80"
        if scored
        else "No day could be judged yet"
    )
    chart = Chart(
        title="",
        alt=f"{title}, {span(first, last)}. One row per asset, one cell per day.",
        spec=charts.calendar_chart(rows, first=first, last=last),
        height=marks.rows_height(len({row["label"] for row in rows})),
    )
    lead = f"One row per asset, one cell per day, {span(first, last)}. Red is where to look."
    return Section(
        "calendar", label, title, (Charts((chart,), charts.CALENDAR_LEGEND, wide=True),), lead
    )


def worst_section(worst: Rows, names: Names) -> Section:
    """The lowest 30-day achievements, and why."""
    label = "Worst assets"
    if not worst:
        text = "No asset has a 30-day score yet, so none can be called the worst"
        return Section("worst", label, text, ())
    rows: Rows = [
        {
            "label": f"{names[row['asset_id']]}: {number(row['below_mwh'], 1, 'MWh')}",
            "asset": names[row["asset_id"]],
            "part": part,
            "mwh": float(round(row[column], 1)),
        }
        for row in worst
        for part, column in (("stood still", "outages_mwh"), ("ran", "performance_mwh"))
    ]
    lowest = worst[0]
    if lowest["rating"] == "A":
        title = "No rated asset is below A"
    else:
        title = (
            f"{names[lowest['asset_id']]} produced {percent(lowest['achievement_ratio'])} of what "
            "its weather allowed"
        )
    chart = Chart(
        title="Energy below expectation",
        alt="; ".join(dict.fromkeys(row["label"] for row in rows)),
        spec=charts.worst_chart(rows),
        height=marks.rows_height(len(worst)),
    )
    return Section(
        "worst",
        label,
        title,
        (
            Cards(tuple(_card(row, names) for row in worst)),
            Charts((chart,), charts.WORST_LEGEND, wide=True),
        ),
        f"The lowest of the last {RECENT_DAYS} days: is it the weather, or is it the machine?",
    )


def reading_section() -> Section:
    """What the measures mean."""
    return Section(
        "reading",
        "How to read this",
        "What the figures mean",
        (Definitions(report_text.GLOSSARY),),
    )


def _fleet_figures(row: Row) -> KeyFigures:
    assets, rated = row["assets"] or 0, row["rated"] or 0
    return KeyFigures(
        report_text.TECHNOLOGIES[row["technology"]],
        (
            KeyFigure("Net energy", number(row["net_mwh"], 0, "MWh")),
            KeyFigure("Capacity factor", percent(row["capacity_factor"])),
            KeyFigure("Score 30 d", number(row["score"], 1), "of 100, energy-weighted"),
            KeyFigure("Performance index", number(row["performance_index"], 3), "1 = as its past"),
            KeyFigure("Completeness", percent(row["completeness_frac"])),
        ),
        f"{assets} asset{'s' if assets != 1 else ''}, {rated} rated; "
        f"{span(row['first_day'], row['last_day'])}",
    )


def _losses(technology: str, losses: Rows) -> Chart | None:
    causes = [row for row in losses if row["technology"] == technology]
    if not causes:
        return None
    resource = "wind" if technology == "wind" else "sun"
    rows = [
        {
            "cause": report_text.CAUSES[row["cause"]],
            "lost_mwh": row["lost_mwh"],
            "share": percent(row["lost_frac"]),
            "label": f"{report_text.CAUSES[row['cause']]}: {number(row['lost_mwh'], 0, 'MWh')}, "
            f"{percent(row['lost_frac'])}",
        }
        for row in causes
    ]
    title = (
        f"{percent(causes[0]['total_lost_frac'])} of what the {resource} offered was lost, "
        f"most to {rows[0]['cause'].lower()}"
    )
    return Chart(
        title,
        alt="; ".join(str(row["label"]) for row in rows),
        spec=charts.losses_chart(rows),
        height=marks.rows_height(len(rows)),
    )


def _most_in_need(assets: Rows, drawable: set[str]) -> Rows:
    shown = [row for row in assets if row["asset_id"] in drawable]
    if len(shown) <= MOST_PANELS:
        return shown
    units = [row for row in shown if not row["is_plant"]]
    return sorted(
        units, key=lambda row: (row["achievement_ratio"] is None, row["achievement_ratio"])
    )[:MOST_PANELS]


def _panel(row: Row, days: Rows, names: Names, first: date, last: date) -> Chart:
    name, gap = names[row["asset_id"]], row["performance_gap_frac"]
    if gap is None:
        finding = "no finding for 30 days"
    else:
        side = "below" if gap < 0 else "above"
        finding = f"{percent(abs(gap))} {side} expectation in {RECENT_DAYS} days"
    return Chart(
        title=name,
        note=finding,
        alt=f"{name}: {finding}",
        spec=charts.expected_chart(
            [{key: one[key] for key in ("day", "actual", "expected")} for one in days],
            asset=name,
            first=first,
            last=last,
        ),
        height=charts.PANEL_HEIGHT + 20,
    )


def _card(row: Row, names: Names) -> Card:
    rating = row["rating"]
    texts = (report_text.diagnosis(row), report_text.weather(row))
    return Card(
        title=names[row["asset_id"]],
        badge=Badge(f"{rating} {number(row['score'], 1)}", LEVELS[rating]),
        figure=number(row["distance_mwh"], 1, "MWh"),
        figure_note="below expectation" if row["below_mwh"] >= 0 else "above expectation",
        paragraphs=tuple(text for text in texts if text),
    )
