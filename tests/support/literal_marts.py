"""Marts made of literal rows: a warehouse for what reads marts, without building any."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings

LAST_DAY = date(2026, 6, 30)
Row = Mapping[str, Any]

_MWH = (
    *("potential_mwh", "availability_loss_mwh", "curtailment_loss_mwh", "performance_loss_mwh"),
    *("electrical_loss_mwh", "net_generation_mwh", "valid_net_generation_mwh"),
    "valid_capacity_mwh",
)
_KEYS = "asset_id varchar, technology varchar, is_plant boolean, performance_date date"
_COLUMNS = {
    "dim_asset": "asset_id varchar, name varchar, parent_asset_id varchar, valid_from date",
    "fct_generation_weather_interval": f"{_KEYS}, timestamp timestamp,"
    " normalized_wind_speed_mps decimal(18, 9), gross_generation_mwh decimal(18, 9),"
    " capacity_mwh decimal(18, 9), curtailment_mwh decimal(18, 9),"
    " availability_pct decimal(18, 9), is_weather_valid boolean, is_generation_valid boolean",
    "mart_asset_performance_daily": f"{_KEYS}, valid_net_generation_mwh decimal(18, 9),"
    " valid_capacity_mwh decimal(18, 9), valid_slots integer, expected_slots integer,"
    " completeness_frac decimal(18, 9)",
    "mart_weather_adjusted_performance": f"{_KEYS}, gross_generation_mwh decimal(18, 9),"
    " potential_mwh decimal(18, 9), availability_loss_mwh decimal(18, 9),"
    " performance_loss_mwh decimal(18, 9), judged_capacity_mwh decimal(18, 9),"
    " expected_available_uncurtailed_mwh decimal(18, 9), judged_slots integer,"
    " judged_frac decimal(18, 9), performance_index_30d decimal(18, 9),"
    " achievement_ratio_30d decimal(18, 9), performance_score_1d decimal(9, 6),"
    " performance_score_30d decimal(9, 6), rating_30d varchar, correlation_30d decimal(9, 6)",
    "mart_fleet_summary": "technology varchar, period_grain varchar, period_start date, "
    + ", ".join(f"{name} decimal(18, 9)" for name in _MWH),
    "mart_monthly_kpis": "asset_id varchar, performance_month date,"
    " net_generation_mwh decimal(18, 9), capacity_factor decimal(18, 9),"
    " weather_adjusted_capacity_factor decimal(18, 9),"
    " production_based_availability_frac decimal(18, 9), curtailment_rate_frac decimal(18, 9),"
    " performance_index decimal(18, 9), performance_score decimal(9, 6), rating varchar,"
    " completeness_frac decimal(18, 9)",
    "mart_loss_waterfall_daily": f"{_KEYS}, is_counted_in_fleet boolean,"
    " data_gap_mwh decimal(18, 9), " + ", ".join(f"{name} decimal(18, 9)" for name in _MWH[:6]),
    "mart_anomaly_episodes": "asset_id varchar, anomaly_type varchar, started_on date,"
    " ended_on date, estimated_loss_mwh decimal(18, 9)",
    "mart_data_quality_daily": f"{_KEYS}, source varchar, expected_slots integer,"
    " valid_slots integer, valid_frac decimal(18, 9), missing_slots integer,"
    " frozen_wind_slots integer, corrected_rows integer",
    "mart_power_curve": "asset_id varchar, as_of_month date, reference varchar,"
    " wind_bin integer, mean_speed_mps decimal(18, 9), mean_power_pu decimal(18, 9)",
}


def write_marts(settings: Settings, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write the marts; columns that a row leaves out are null."""
    warehouse = PRODUCT.warehouse(settings)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for table, columns in _COLUMNS.items():
            connection.execute(f"create table marts.{table} ({columns})")
            for row in rows.get(table, ()):
                marks = ", ".join("?" for _ in row)
                connection.execute(
                    f"insert into marts.{table} ({', '.join(row)}) values ({marks})",
                    list(row.values()),
                )


def days(count: int, *, last: date = LAST_DAY) -> list[date]:
    """The `count` days up to `last`."""
    return [last - timedelta(days=age) for age in reversed(range(count))]


def daily(asset_id: str, days: Sequence[date], **values: Any) -> list[Row]:
    """One row per day of a wind unit, all with the same values."""
    keys = {"asset_id": asset_id, "technology": "wind", "is_plant": False}
    return [{**keys, "performance_date": day, **values} for day in days]
