{{ config(materialized='table') }}

-- small enough to be made anew: it reads days, not intervals, and those after the first
-- {{ constant('baseline_days') }} training days of an asset, or after an event that made it
-- another one, change nothing
with wind_days as (
    select
        asset_id,
        performance_date,
        max(curve_epoch) as curve_epoch,
        cast(null as decimal(18, 9)) as yield_ratio
    from {{ ref('int_power_curve_bins_daily') }}
    group by asset_id, performance_date
    having sum(training_minutes) >= {{ constant('training_day_minutes') }}
),

solar_days as (
    select
        asset_id,
        performance_date,
        curve_epoch,
        yield_ratio
    from {{ ref('int_solar_ratio_daily') }}
    where is_usable
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld
),

all_days as (
    select * from wind_days
    union all
    select * from solar_days
),

numbered as (
    select
        all_days.*,
        row_number() over (
            partition by all_days.asset_id, all_days.curve_epoch
            order by all_days.performance_date
        ) as day_number
    from all_days
    left join suspected_days
        on
            all_days.performance_date = suspected_days.performance_date
            and all_days.asset_id = suspected_days.asset_id
    where suspected_days.asset_id is null
),

frozen as (
    select
        numbered.asset_id,
        numbered.curve_epoch,
        min(numbered.performance_date) as baseline_from,
        max(numbered.performance_date) as baseline_to,
        {{ shared_dbt.measure('cast(median(numbered.yield_ratio) as double)') }}
            as baseline_yield_ratio
    from numbered
    where numbered.day_number <= {{ constant('baseline_days') }}
    group by numbered.asset_id, numbered.curve_epoch
    having count(*) = {{ constant('baseline_days') }}
),

-- two years tell a season from a bad month: each calendar month's median by that of all days
season_days as (
    select
        numbered.*,
        extract(month from numbered.performance_date) as calendar_month,
        median(cast(numbered.yield_ratio as double)) over (
            partition by numbered.asset_id, numbered.curve_epoch
        ) as all_year_ratio
    from numbered
    where
        numbered.yield_ratio is not null
        and numbered.day_number <= {{ constant('season_days') }}
),

month_factors as (
    select
        season_days.asset_id,
        season_days.curve_epoch,
        season_days.calendar_month,
        count(*) as days,
        max(season_days.performance_date) as last_day,
        case
            when count(*) >= {{ constant('solar_days') }}
                then {{ shared_dbt.measure(
                    'median(cast(season_days.yield_ratio as double))'
                    ~ ' / max(season_days.all_year_ratio)'
                ) }}
        end as factor
    from season_days
    group by season_days.asset_id, season_days.curve_epoch, season_days.calendar_month
),

seasons as (
    select
        month_factors.asset_id,
        month_factors.curve_epoch,
        {%- for month in range(1, 13) %}
        max(case when month_factors.calendar_month = {{ month }} then month_factors.factor end)
            as month_{{ month }}_factor,
        {%- endfor %}
        max(month_factors.last_day) as season_to
    from month_factors
    group by month_factors.asset_id, month_factors.curve_epoch
    having sum(month_factors.days) = {{ constant('season_days') }}
),

with_season as (
    select
        frozen.*,
        {%- for month in range(1, 13) %}
        seasons.month_{{ month }}_factor,
        {%- endfor %}
        seasons.season_to
    from frozen
    left join seasons
        on
            frozen.asset_id = seasons.asset_id
            and frozen.curve_epoch = seasons.curve_epoch
)

select * from with_season
