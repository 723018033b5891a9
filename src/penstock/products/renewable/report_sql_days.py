"""The questions about days, months and the worst assets of the report.

Belongs here: SQL over marts, every aggregate a ratio of sums. Does not belong here: one row per
asset or technology (`report_sql.py`); how answers are shown.
"""

from penstock.products.renewable.report_sql import RECENT_DAYS, USABLE_FRAC

CHART_DAYS = 120
CALENDAR_DAYS = 180
MONTHS = 12
WORST = 6
LOWEST_ALWAYS = 3

EXPECTED_SQL = f"""
select
    asset_id,
    performance_date as day,
    round(gross_generation_mwh, 2)::double as actual,
    round(expected_available_uncurtailed_mwh, 2)::double as expected
from mart_weather_adjusted_performance
where
    performance_date
    > (select max(performance_date) from mart_weather_adjusted_performance) - {CHART_DAYS}
    and expected_available_uncurtailed_mwh is not null
order by asset_id, performance_date
"""

CALENDAR_SQL = f"""
select
    judged.asset_id,
    judged.performance_date as day,
    round(judged.performance_score_1d, 1)::double as score,
    daily.completeness_frac,
    case
        when judged.performance_score_1d is not null then null
        when coalesce(daily.completeness_frac, 0) < {USABLE_FRAC} then 'completeness'
        when judged.potential_mwh is null or judged.judged_frac < {USABLE_FRAC} then 'expectation'
        else 'resource'
    end as missing_because
from mart_weather_adjusted_performance as judged
inner join mart_asset_performance_daily as daily
    on judged.asset_id = daily.asset_id and judged.performance_date = daily.performance_date
where
    not judged.is_plant
    and judged.performance_date
    > (select max(performance_date) from mart_weather_adjusted_performance) - {CALENDAR_DAYS}
order by judged.asset_id, judged.performance_date
"""

WORST_SQL = f"""
with numbered as (
    select
        *,
        max(performance_date) over (partition by asset_id) - performance_date as age
    from mart_weather_adjusted_performance
    where not is_plant
),

summed as (
    select
        asset_id,
        sum(availability_loss_mwh) filter (where age < {RECENT_DAYS}) as outages_mwh,
        sum(performance_loss_mwh) filter (where age < {RECENT_DAYS}) as performance_mwh,
        sum(availability_loss_mwh + performance_loss_mwh) filter (where age < {RECENT_DAYS})
            as below_mwh,
        sum(potential_mwh) filter (where age < {RECENT_DAYS})
            / nullif(sum(judged_capacity_mwh) filter (where age < {RECENT_DAYS}), 0)
            as weather_cf,
        sum(potential_mwh) filter (where age >= {RECENT_DAYS})
            / nullif(sum(judged_capacity_mwh) filter (where age >= {RECENT_DAYS}), 0)
            as weather_cf_before
    from numbered
    where age < 2 * {RECENT_DAYS}
    group by asset_id
)

select
    summed.*,
    abs(summed.below_mwh) as distance_mwh,
    latest.technology,
    latest.performance_score_30d as score,
    latest.rating_30d as rating,
    latest.achievement_ratio_30d as achievement_ratio,
    case
        when latest.rating_30d = 'A' then 'fine'
        when summed.outages_mwh >= 2 * summed.performance_mwh then 'outages'
        when summed.performance_mwh >= 2 * summed.outages_mwh then 'performance'
        else 'both'
    end as cause,
    case
        when summed.weather_cf < 0.95 * summed.weather_cf_before then 'weaker'
        when summed.weather_cf > 1.05 * summed.weather_cf_before then 'stronger'
        when summed.weather_cf_before is not null then 'same'
    end as weather
from summed
inner join numbered as latest on summed.asset_id = latest.asset_id and latest.age = 0
where latest.performance_score_30d is not null
qualify
    latest.rating_30d <> 'A'
    or row_number() over (order by latest.achievement_ratio_30d, summed.asset_id) <= {LOWEST_ALWAYS}
order by latest.achievement_ratio_30d, summed.asset_id
limit {WORST}
"""

MONTHLY_SQL = f"""
select
    asset_id,
    performance_month as month,
    net_generation_mwh,
    capacity_factor,
    weather_adjusted_capacity_factor,
    production_based_availability_frac,
    curtailment_rate_frac,
    performance_index,
    performance_score as score,
    rating,
    completeness_frac
from mart_monthly_kpis
where
    performance_month
    > (select max(performance_month) from mart_monthly_kpis) - interval {MONTHS} month
order by asset_id, performance_month desc
"""
