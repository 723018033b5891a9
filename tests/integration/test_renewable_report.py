"""The report of `renewable`: every figure shown is the mart's, and gaps say why."""
# long because: the literal marts stand beside the figures they must become.

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from penstock.landing.land_files import ATTRIBUTION
from penstock.ledger import Ledger
from penstock.products.renewable.product import PRODUCT
from penstock.products.renewable.report import write_report
from penstock.products.renewable.report_sql import SUMMARY_SQL
from penstock.transforming.query import query_warehouse
from support.literal_marts import Row, daily, days, write_marts
from support.pages import Page
from support.worlds import settings_for, ship_assets

pytestmark = pytest.mark.integration

THIN, DASH, MINUS = "\u202f", "\u2013", "\u2212"
ASSETS = "The last 30 days of each asset, up to its own last day"


def asset(asset_id: str, name: str, parent: str | None = None) -> Row:
    return {
        "asset_id": asset_id,
        "name": name,
        "parent_asset_id": parent,
        "valid_from": date(2020, 1, 1),
    }


def judged(asset_id: str, count: int = 60, **values: Any) -> list[Row]:
    """Days with 10 MWh of potential, 8 produced: 1 lost standing still, 1 while running."""
    return daily(
        asset_id,
        days(count),
        **{
            "gross_generation_mwh": 8,
            "potential_mwh": 10,
            "availability_loss_mwh": 1,
            "performance_loss_mwh": 1,
            "judged_capacity_mwh": 24,
            "expected_available_uncurtailed_mwh": 9,
            "judged_slots": 24,
            "judged_frac": 1,
            "performance_index_30d": 0.888888889,
            "achievement_ratio_30d": 0.8,
            "performance_score_1d": 80,
            "performance_score_30d": 80,
            "rating_30d": "D",
            "correlation_30d": 0.91,
            **values,
        },
    )


def measured(asset_id: str, count: int = 60, **values: Any) -> list[Row]:
    slots = {"valid_slots": 24, "expected_slots": 24, "completeness_frac": 1}
    energy = {"valid_net_generation_mwh": 7.5, "valid_capacity_mwh": 24}
    return daily(asset_id, days(count), **{**slots, **energy, **values})


def fleet(count: int = 60) -> list[Row]:
    values = {
        "potential_mwh": 10,
        "availability_loss_mwh": 1,
        "curtailment_loss_mwh": 0,
        "performance_loss_mwh": 1,
        "electrical_loss_mwh": 0.5,
        "net_generation_mwh": 7.5,
        "valid_net_generation_mwh": 7.5,
        "valid_capacity_mwh": 24,
    }
    keys = {"technology": "wind", "period_grain": "day"}
    month: Row = {**keys, "period_grain": "month", "period_start": date(2026, 6, 1), **values}
    return [*({**keys, "period_start": day, **values} for day in days(count)), month]


def month(asset_id: str, start: date, **values: Any) -> Row:
    return {"asset_id": asset_id, "performance_month": start, "rating": "not_rated", **values}


def report_of(data_dir: Path, rows: dict[str, Any]) -> Page:
    settings = settings_for(data_dir)
    write_marts(settings, rows)
    path = write_report(PRODUCT, settings)
    assert path == data_dir / "reports" / "renewable.html"
    return Page.parse(path.read_text(encoding="utf-8"))


def test_the_figures_of_the_assets_are_those_of_the_marts(data_dir: Path) -> None:
    half = days(15)
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("plant", "Plant"), asset("unit", "Unit", "plant")],
            "mart_asset_performance_daily": [
                *measured("plant", is_plant=True),
                # The half with less wind has fewer valid slots: an average of ratios would differ.
                *[
                    {
                        **row,
                        "valid_net_generation_mwh": 20 if row["performance_date"] in half else 1,
                        "valid_capacity_mwh": 24 if row["performance_date"] in half else 6,
                    }
                    for row in measured("unit")
                ],
            ],
            "mart_weather_adjusted_performance": [
                *judged("plant", is_plant=True, performance_score_30d=None, rating_30d="not_rated"),
                *judged("unit", performance_loss_mwh=-0.25),
            ],
            "mart_fleet_summary": fleet(),
        },
    )

    assert page.tables[ASSETS][1:] == [
        [
            *("Plant", "wind plant", f"31.2{THIN}%", DASH, "0.91", f"100.0{THIN}%", "0.889"),
            "30.0",
        ],
        ["Unit", "wind", f"70.0{THIN}%", "80.0D", "0.91", f"100.0{THIN}%", "0.889", f"{MINUS}7.5"],
    ]
    assert "Plant has no score: a plant is rated through its units." in page.all_text()


def test_the_figures_of_the_fleet_are_ratios_of_sums_of_the_last_30_days(data_dir: Path) -> None:
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("unit", "Unit")],
            "mart_asset_performance_daily": measured("unit", valid_slots=18),
            "mart_weather_adjusted_performance": judged("unit"),
            "mart_fleet_summary": fleet(),
        },
    )

    text = page.all_text()
    assert "1 asset, 1 rated; 1 June to 30 June 2026" in text
    for label, value in (
        ("Net energy", f"225{THIN}MWh"),
        ("Capacity factor", f"31.2{THIN}%"),
        ("Score 30 d", "80.0"),
        ("Performance index", "0.889"),
        ("Completeness", f"75.0{THIN}%"),
    ):
        assert f"{label} {value}" in text
    assert f"25.0{THIN}% of what the wind offered was lost, most to outages" in text


def test_the_worst_asset_comes_first_with_what_it_lost_and_why(data_dir: Path) -> None:
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("fine", "Fine"), asset("ill", "Ill")],
            "mart_asset_performance_daily": [*measured("fine"), *measured("ill")],
            "mart_weather_adjusted_performance": [
                *judged("fine", achievement_ratio_30d=0.99, performance_score_30d=99)[:-30],
                *judged(
                    "fine", 30, achievement_ratio_30d=0.99, performance_score_30d=99, rating_30d="A"
                ),
                *judged("ill", performance_loss_mwh=3),
            ],
            "mart_fleet_summary": fleet(),
        },
    )

    text = page.all_text()
    assert f"Ill produced 80.0{THIN}% of what its weather allowed" in text
    assert f"120.0{THIN}MWh below expectation" in text
    assert f"It under-performs: 90.0{THIN}MWh missing while it ran" in text
    assert (
        f"The wind was much the same: the weather allowed a capacity factor of 41.7{THIN}%" in text
    )
    assert text.index("It under-performs") < text.index("Nothing to worry about")


def test_months_are_shown_as_the_mart_has_them(data_dir: Path) -> None:
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("unit", "Unit")],
            "mart_asset_performance_daily": measured("unit"),
            "mart_weather_adjusted_performance": judged("unit"),
            "mart_fleet_summary": fleet(),
            "mart_monthly_kpis": [
                month(
                    "unit",
                    date(2026, 6, 1),
                    net_generation_mwh=1225.4,
                    capacity_factor=0.3125,
                    weather_adjusted_capacity_factor=0.4,
                    production_based_availability_frac=0.9,
                    curtailment_rate_frac=0.01,
                    performance_index=0.95,
                    performance_score=95.04,
                    rating="B",
                    completeness_frac=0.999,
                ),
                month("unit", date(2026, 5, 1), net_generation_mwh=-3),
                month("unit", date(2025, 6, 1), net_generation_mwh=9),
            ],
        },
    )

    assert page.tables["Unit"][1:] == [
        [
            *("June 2026", "1,225", f"31.2{THIN}%", f"40.0{THIN}%", f"90.0{THIN}%"),
            *(f"1.0{THIN}%", "0.950", "95.0B", f"99.9{THIN}%"),
        ],
        ["May 2026", f"{MINUS}3", *[DASH] * 7],
    ]
    overview = next(rows for name, rows in page.tables.items() if name.startswith("Score of each"))
    assert overview == [["Asset", "May 2026", "Jun 2026"], ["Unit", DASH, "95.0B"]]


def test_the_calendar_tells_a_missing_score_from_a_low_one(data_dir: Path) -> None:
    *before, last = judged("unit", 3, performance_score_1d=0)
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("unit", "Unit")],
            "mart_asset_performance_daily": [
                *measured("unit", 2),
                *measured("unit", 3, completeness_frac=0.4)[:1],
            ],
            "mart_weather_adjusted_performance": [
                {**before[0], "performance_score_1d": None},
                before[1],
                {**last, "performance_score_1d": None},
            ],
            "mart_fleet_summary": fleet(),
        },
    )

    cells = page.rows_with("verdict")
    assert [(one["score"], one["verdict"].split(":")[-1]) for one in cells] == [
        (None, f" less than 80{THIN}% of the day's data can be used"),
        (0.0, "0.0"),
        (None, " too little wind or sun to judge the day"),
    ]
    assert "1 of 1 judged days fell below a score of 80" in page.all_text()


def test_a_warehouse_of_three_days_says_why_scores_are_missing(data_dir: Path) -> None:
    empty = dict.fromkeys(
        (
            *("gross_generation_mwh", "potential_mwh", "expected_available_uncurtailed_mwh"),
            *("availability_loss_mwh", "performance_loss_mwh", "judged_capacity_mwh"),
            *("performance_index_30d", "achievement_ratio_30d", "performance_score_1d"),
            *("performance_score_30d", "correlation_30d"),
        )
    )
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("unit", "Unit")],
            "mart_asset_performance_daily": measured("unit", 3),
            "mart_weather_adjusted_performance": judged(
                "unit", 3, **{**empty, "rating_30d": "not_rated", "judged_slots": 0}
            ),
            "mart_fleet_summary": [
                {
                    "technology": "wind",
                    "period_grain": "day",
                    "period_start": day,
                    "net_generation_mwh": 7.5,
                }
                for day in days(3)
            ],
        },
    )

    text = page.all_text()
    assert "No asset has a 30-day score yet" in text
    assert f"Unit has no score: 3 of 30 days have data, a score needs 80{THIN}% of them." in text
    assert "there is too little yet" in text
    assert f"Net energy 22{THIN}MWh" in text or f"Net energy 23{THIN}MWh" in text
    assert "None" not in text
    assert "nan" not in text.split()


def test_empty_marts_give_a_page_that_says_what_to_do(data_dir: Path) -> None:
    page = report_of(data_dir, {})

    assert "The marts are empty" in page.all_text()
    assert "penstock run renewable" in page.all_text()


def test_assets_of_one_name_are_told_apart(data_dir: Path) -> None:
    page = report_of(
        data_dir,
        {
            "dim_asset": [asset("a", "Twin"), asset("b", "Twin")],
            "mart_asset_performance_daily": [*measured("a"), *measured("b")],
            "mart_weather_adjusted_performance": [*judged("a"), *judged("b")],
            "mart_fleet_summary": fleet(),
        },
    )

    assert [row[0] for row in page.tables[ASSETS]] == ["Asset", "Twin (a)", "Twin (b)"]


def test_the_owner_of_the_data_is_named(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    write_marts(settings, {})
    landed = ship_assets(settings).deliveries
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        ledger.put_deliveries(landed)
        ledger.put_facts({f"{ATTRIBUTION}{landed[0].source}": "ENGIE, Open Licence 2.0"})

    path = write_report(PRODUCT, settings)

    assert "ENGIE, Open Licence 2.0" in Page.parse(path.read_text(encoding="utf-8")).all_text()


def test_the_same_marts_give_the_same_file(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    write_marts(
        settings,
        {
            "dim_asset": [asset("unit", "Unit")],
            "mart_asset_performance_daily": measured("unit"),
            "mart_weather_adjusted_performance": judged("unit"),
            "mart_fleet_summary": fleet(),
        },
    )

    assert (
        write_report(PRODUCT, settings).read_bytes() == write_report(PRODUCT, settings).read_bytes()
    )


def test_the_summary_of_a_run_goes_up_to_each_assets_own_last_day(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    write_marts(
        settings,
        {
            "mart_asset_performance_daily": [
                *measured("late", valid_slots=12),
                *measured("early", 60)[:40],
            ],
            "mart_weather_adjusted_performance": [
                *judged("late", performance_score_30d=None, rating_30d="not_rated"),
                *judged("early", 60)[:40],
            ],
        },
    )

    answer = query_warehouse(PRODUCT, settings, SUMMARY_SQL)

    assert answer.columns == (
        *("asset", "technology", "capacity_factor", "score_30d", "rating", "correlation"),
        "completeness",
    )
    assert [[row[0], row[1], row[2], row[4], row[6]] for row in answer.rows] == [
        ["early", "wind", pytest.approx(0.312, abs=2e-3), "D", 1.0],
        ["late", "wind", pytest.approx(0.312, abs=2e-3), "not_rated", 0.5],
    ]
    assert [row[3] for row in answer.rows] == [80, None]
