"""The questions behind waterfall, power curves, anomalies and data quality of the report.

Belongs here: SQL over marts, every aggregate a ratio of sums. Does not belong here: fleet, assets,
days, months (`report_sql*.py`); how answers are shown.
"""

from penstock.products.renewable.report_sql import RECENT_DAYS
from penstock.products.renewable.report_sql_days import CALENDAR_DAYS, CHART_DAYS

DAYS_AROUND = 14
"""Days shown before and after an episode."""

_STEPS = """
    sum(potential_mwh) as potential_mwh,
    sum(availability_loss_mwh) as availability_loss_mwh,
    sum(curtailment_loss_mwh) as curtailment_loss_mwh,
    sum(performance_loss_mwh) as performance_loss_mwh,
    sum(electrical_loss_mwh) as electrical_loss_mwh,
    sum(net_generation_mwh) as net_generation_mwh,
    sum(data_gap_mwh) as data_gap_mwh"""

FLEET_WATERFALL_SQL = f"""
with recent as (
    select *
    from mart_loss_waterfall_daily
    where is_counted_in_fleet
    qualify performance_date
        > max(performance_date) over (partition by technology) - {RECENT_DAYS}
)

select
    technology,
    {_STEPS}
from recent
group by technology
having sum(potential_mwh) > 0
order by technology desc
"""

ASSET_WATERFALL_SQL = f"""
with recent as (
    select *
    from mart_loss_waterfall_daily
    qualify performance_date > max(performance_date) over (partition by asset_id) - {RECENT_DAYS}
)

select
    asset_id,
    {_STEPS}
from recent
group by asset_id
"""

CURVE_SQL = """
with latest as (
    select *
    from mart_power_curve
    where reference in ('recent', 'baseline')
    qualify as_of_month = max(as_of_month) over (partition by asset_id, reference)
)

select
    asset_id,
    reference,
    round(mean_speed_mps, 3)::double as speed,
    round(mean_power_pu, 4)::double as power
from latest
order by asset_id, reference, wind_bin
"""

CURVE_POINTS_SQL = f"""
with recent as (
    select *
    from fct_generation_weather_interval
    where technology = 'wind' and not is_plant
    qualify performance_date > max(performance_date) over (partition by asset_id) - {RECENT_DAYS}
)

select
    asset_id,
    round(avg(normalized_wind_speed_mps), 2)::double as speed,
    round(sum(gross_generation_mwh) / nullif(sum(capacity_mwh), 0), 4)::double as power,
    min(coalesce(availability_pct, 100)) < 99 or max(coalesce(curtailment_mwh, 0)) > 0 as is_excused
from recent
where is_weather_valid and is_generation_valid and normalized_wind_speed_mps is not null
group by asset_id, date_trunc('hour', timestamp)
order by asset_id, date_trunc('hour', timestamp)
"""

EPISODES_SQL = f"""
select
    asset_id,
    anomaly_type,
    started_on,
    ended_on,
    estimated_loss_mwh
from mart_anomaly_episodes
where ended_on > (select max(performance_date) from mart_asset_performance_daily) - {CHART_DAYS}
order by estimated_loss_mwh desc nulls last, ended_on desc, asset_id, anomaly_type
"""

EPISODE_DAYS_SQL = f"""
select
    asset_id,
    performance_date as day,
    round(gross_generation_mwh, 2)::double as actual,
    round(expected_available_uncurtailed_mwh, 2)::double as expected
from mart_weather_adjusted_performance
where
    performance_date
    > (select max(performance_date) from mart_weather_adjusted_performance)
    - {2 * CHART_DAYS + DAYS_AROUND}
    and expected_available_uncurtailed_mwh is not null
order by asset_id, performance_date
"""

QUALITY_SQL = f"""
select *
from mart_data_quality_daily
where
    not is_plant
    and performance_date
    > (select max(performance_date) from mart_data_quality_daily) - {CALENDAR_DAYS}
order by asset_id, performance_date, source desc
"""
