"""What the product `renewable` publishes.

Belongs here: the tables of a release, their keys, the column that cuts them into months. Does not
belong here: their columns (the models' YAML).
"""

from penstock.contracts.published import PublishedTable

PUBLISHED = (
    PublishedTable("dim_asset", ("asset_id", "valid_from")),
    PublishedTable(
        "fct_generation_weather_interval",
        ("asset_id", "timestamp"),
        month_column="timestamp",
        is_built_by_day=True,
        in_warehouse=False,
    ),
    PublishedTable(
        "mart_asset_performance_daily",
        ("asset_id", "performance_date"),
        month_column="performance_date",
    ),
    PublishedTable(
        "mart_weather_adjusted_performance",
        ("asset_id", "performance_date"),
        month_column="performance_date",
    ),
    PublishedTable(
        "mart_loss_waterfall_daily",
        ("asset_id", "performance_date"),
        month_column="performance_date",
    ),
    PublishedTable("mart_loss_waterfall_monthly", ("asset_id", "performance_month", "step_order")),
    PublishedTable(
        "mart_loss_waterfall_fleet_monthly",
        ("tenant_id", "portfolio", "technology", "performance_month", "step_order"),
    ),
    PublishedTable(
        "mart_data_quality_daily",
        ("asset_id", "performance_date", "source"),
        month_column="performance_date",
    ),
    PublishedTable("mart_monthly_kpis", ("asset_id", "performance_month")),
    PublishedTable(
        "mart_fleet_summary",
        ("tenant_id", "portfolio", "technology", "period_grain", "period_start"),
    ),
    PublishedTable("mart_anomaly_episodes", ("episode_id",)),
    PublishedTable("ground_truth_events", ("event_id",)),
)
