"""What the product `renewable` publishes.

Belongs here: the tables of a release, their keys, the column that cuts them into months. Does not
belong here: their columns (the models' YAML).
"""

from penstock.contracts.published import PublishedTable, Trace

_OF_THE_DAY = (
    Trace(
        "fct_generation_weather_interval",
        {"asset_id": "asset_id", "performance_date": "performance_date"},
    ),
)
_OF_THE_MONTH = (
    Trace(
        "mart_asset_performance_daily",
        {"asset_id": "asset_id", "performance_date": "performance_month"},
        per={"performance_date": "month"},
    ),
)
_OF_THE_INTERVAL = tuple(
    Trace(table, {"asset_id": "asset_id", "timestamp": "timestamp"})
    for table in ("generation", "weather")
)


def _waterfall_of_the_month(*columns: str) -> tuple[Trace, ...]:
    return (
        Trace(
            "mart_loss_waterfall_daily",
            {**dict(zip(columns, columns, strict=True)), "performance_date": "performance_month"},
            per={"performance_date": "month"},
        ),
    )


PUBLISHED = (
    PublishedTable("dim_asset", ("asset_id", "valid_from")),
    PublishedTable(
        "fct_generation_weather_interval",
        ("asset_id", "timestamp"),
        month_column="timestamp",
        is_built_by_day=True,
        traces=_OF_THE_INTERVAL,
        in_warehouse=False,
    ),
    PublishedTable(
        "mart_asset_performance_daily",
        ("asset_id", "performance_date"),
        month_column="performance_date",
        traces=_OF_THE_DAY,
    ),
    PublishedTable(
        "mart_weather_adjusted_performance",
        ("asset_id", "performance_date"),
        month_column="performance_date",
        traces=_OF_THE_DAY,
    ),
    PublishedTable(
        "mart_loss_waterfall_daily",
        ("asset_id", "performance_date"),
        month_column="performance_date",
        traces=_OF_THE_DAY,
    ),
    PublishedTable(
        "mart_loss_waterfall_monthly",
        ("asset_id", "performance_month", "step_order"),
        traces=_waterfall_of_the_month("asset_id"),
    ),
    PublishedTable(
        "mart_loss_waterfall_fleet_monthly",
        ("tenant_id", "portfolio", "technology", "performance_month", "step_order"),
        traces=_waterfall_of_the_month("tenant_id", "portfolio", "technology"),
    ),
    PublishedTable(
        "mart_data_quality_daily",
        ("asset_id", "performance_date", "source"),
        month_column="performance_date",
        traces=_OF_THE_DAY,
    ),
    PublishedTable("mart_monthly_kpis", ("asset_id", "performance_month"), traces=_OF_THE_MONTH),
    PublishedTable(
        "mart_fleet_summary",
        ("tenant_id", "portfolio", "technology", "period_grain", "period_start"),
    ),
    PublishedTable("mart_power_curve", ("asset_id", "as_of_month", "reference", "wind_bin")),
    PublishedTable("mart_degradation", ("asset_id",)),
    PublishedTable("mart_anomaly_episodes", ("episode_id",)),
    PublishedTable("mart_detection_quality", ("subject", "event_type")),
    PublishedTable("ground_truth_events", ("event_id",)),
)
