"""Waterfall, anomalies, curves and data quality of the report: every figure shown is the mart's."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from penstock.products.renewable.product import PRODUCT
from penstock.products.renewable.report import write_report
from support.literal_marts import LAST_DAY, Row, daily, days, write_marts
from support.pages import Page
from support.worlds import settings_for

pytestmark = pytest.mark.integration

THIN, DASH, MINUS = "\u202f", "\u2013", "\u2212"
ASSET: Row = {"asset_id": "unit", "name": "Unit", "valid_from": date(2020, 1, 1)}


def report_of(data_dir: Path, rows: dict[str, Any]) -> Page:
    settings = settings_for(data_dir)
    known = {"dim_asset": [ASSET], "mart_asset_performance_daily": daily("unit", days(60))}
    write_marts(settings, {**known, **rows})
    path = write_report(PRODUCT, settings)
    return Page.parse(path.read_text(encoding="utf-8"))


def table(page: Page, beginning: str) -> list[list[str]]:
    return next(rows for name, rows in page.tables.items() if name.startswith(beginning))


def waterfall(asset_id: str, **values: Any) -> list[Row]:
    """Days with 10 MWh offered: 2 lost standing still, .5 curtailed, -1 lost, .3 in cables."""
    steps = {
        "potential_mwh": 10,
        "availability_loss_mwh": 2,
        "curtailment_loss_mwh": 0.5,
        "performance_loss_mwh": -1,
        "electrical_loss_mwh": 0.3,
        "net_generation_mwh": 8.2,
        "data_gap_mwh": 0.1,
    }
    counted = {"is_counted_in_fleet": True}
    return daily(asset_id, days(60), **{**steps, **counted, **values})


def test_the_waterfall_goes_from_the_mart_s_potential_to_its_net(data_dir: Path) -> None:
    page = report_of(
        data_dir,
        {
            "mart_loss_waterfall_daily": [
                *waterfall("unit"),
                # a unit of a metered plant is shown with the plant, never added to it
                *waterfall("part", is_counted_in_fleet=False),
            ]
        },
    )

    assert table(page, "MWh of the last 30 days")[1:] == [
        ["Unit", "300.0", "60.0", "15.0", f"{MINUS}30.0", "9.0", "246.0", "3.0"]
    ]
    assert f"18.0{THIN}% of what the weather offered never reached a meter" in page.all_text()
    bars = page.rows_with("low")
    assert [(bar["low"], bar["high"], bar["kind"]) for bar in bars] == [
        (0.0, 300.0, "whole"),
        (240.0, 300.0, "loss"),
        (225.0, 240.0, "loss"),
        (255.0, 225.0, "gain"),
        (246.0, 255.0, "loss"),
        (0.0, 246.0, "whole"),
    ]


def test_without_a_meter_the_waterfall_ends_at_what_was_produced(data_dir: Path) -> None:
    rows = waterfall("unit", electrical_loss_mwh=None, net_generation_mwh=None)
    page = report_of(data_dir, {"mart_loss_waterfall_daily": rows})

    assert table(page, "MWh of the last 30 days")[1][-3:-1] == [DASH, DASH]
    assert f"Produced: 255{THIN}MWh" in [bar["label"] for bar in page.rows_with("low")]


def test_every_episode_is_listed_and_those_that_cost_energy_are_drawn(data_dir: Path) -> None:
    def episode(kind: str, begins: int, ends: int, lost: float | None) -> Row:
        return {
            "asset_id": "unit",
            "anomaly_type": kind,
            "started_on": LAST_DAY - timedelta(days=begins),
            "ended_on": LAST_DAY - timedelta(days=ends),
            "estimated_loss_mwh": lost,
        }

    page = report_of(
        data_dir,
        {
            "mart_anomaly_episodes": [
                episode("sudden_loss", 40, 38, 12.34),
                episode("data_suspect", 9, 9, -55),
                episode("unreported_outage", 200, 190, 99),
            ],
            "mart_weather_adjusted_performance": daily(
                "unit",
                days(60),
                gross_generation_mwh=4,
                expected_available_uncurtailed_mwh=6,
                rating_30d="not_rated",
            ),
        },
    )

    assert table(page, "Episodes that ended")[1:] == [
        ["Unit", "Suspect data", "21 June 2026", "21 June 2026", DASH],
        ["Unit", "Sudden loss", "21 May 2026", "23 May 2026", "12.3"],
    ]
    assert f"1 episode cost about 12{THIN}MWh" in page.all_text()
    drawn = [one for one in map(json.loads, page.charts) if "begin" in json.dumps(one["layer"][0])]
    assert len(drawn) == 1
    shaded = drawn[0]["layer"][0]["data"]["values"][0]
    assert datetime.fromtimestamp(shaded["begin"] / 1000, UTC).date() == date(2026, 5, 21)
    assert datetime.fromtimestamp(shaded["end"] / 1000, UTC).date() == date(2026, 5, 24)


def test_a_power_curve_shows_the_mart_s_latest_curves_and_the_hours_of_the_month(
    data_dir: Path,
) -> None:
    def slot(minute: int, gross: float, **values: Any) -> Row:
        return {
            **daily("unit", [LAST_DAY])[0],
            "timestamp": datetime(2026, 6, 30, 10, minute),
            "normalized_wind_speed_mps": 8,
            "gross_generation_mwh": gross,
            "capacity_mwh": 2,
            "is_weather_valid": True,
            "is_generation_valid": True,
            **values,
        }

    def bin_of(reference: str, month: date, power: float) -> Row:
        keys = {"asset_id": "unit", "as_of_month": month, "reference": reference}
        return {**keys, "wind_bin": 16, "mean_speed_mps": 8.1, "mean_power_pu": power}

    page = report_of(
        data_dir,
        {
            "mart_weather_adjusted_performance": daily("unit", days(60), rating_30d="not_rated"),
            "fct_generation_weather_interval": [
                slot(0, 1.0),
                slot(30, 0.5, curtailment_mwh=0.2),
                slot(45, 9.0, is_generation_valid=False),
            ],
            "mart_power_curve": [
                bin_of("recent", date(2026, 5, 1), 0.1),
                bin_of("recent", date(2026, 6, 1), 0.6),
                bin_of("baseline", date(2025, 3, 1), 0.7),
            ],
        },
    )

    (hour,) = page.rows_with("is_excused")
    # a ratio of sums over the hour: (1.0 + 0.5) / (2 + 2), excused because a part was curtailed
    assert hour == {"speed": 8.0, "power": 0.375, "is_excused": True}
    references = {
        one["reference"]: one["power"]
        for chart in map(json.loads, page.charts)
        for values in chart.get("datasets", {}).values()
        for one in values
        if "reference" in one
    }
    assert references == {"recent": 0.6, "baseline": 0.7}


def test_a_day_is_as_usable_as_the_worse_of_its_sources(data_dir: Path) -> None:
    def source(name: str, valid: int, **values: Any) -> list[Row]:
        counts = {"source": name, "expected_slots": 24, "valid_slots": valid}
        return daily("unit", days(2), **counts, valid_frac=valid / 24, **values)

    page = report_of(
        data_dir,
        {
            "mart_data_quality_daily": [
                *source("weather", 24, missing_slots=0, frozen_wind_slots=0),
                *source("generation", 18, missing_slots=6, corrected_rows=2),
            ]
        },
    )

    cells = page.rows_with("usable")
    assert [cell["usable"] for cell in cells] == [0.75, 0.75]
    assert cells[0]["weather"] == "24 of 24 usable"
    assert cells[0]["generation"] == "18 of 24 usable: 6 missing, 2 corrected"
    assert "2 of 2 days had too little usable data" in page.all_text()
    row = dict(zip(*table(page, "Intervals and rows flagged"), strict=True))
    assert (row["Missing"], row["Frozen"], row["Corrected"]) == ("12", "0", "4")
