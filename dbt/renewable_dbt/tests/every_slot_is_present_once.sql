-- A day of an asset has 1440 / interval slots in UTC, whatever was delivered; a local day has those
-- between its midnights, up to an hour more or less when clocks change.
{{ config(meta={'dagster': {'ref': {'name': 'fct_generation_weather_interval'}}}) }}
with slots as (
    select
        asset_id,
        performance_date,
        interval_minutes,
        count(*) as slots
    from {{ ref('fct_generation_weather_interval') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
    group by asset_id, performance_date, interval_minutes
),

asset_days as (
    select
        asset_id,
        performance_date,
        day_zone
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
),

with_zone as (
    select
        slots.asset_id,
        slots.performance_date,
        slots.slots * slots.interval_minutes as day_minutes,
        asset_days.day_zone
    from asset_days
    left join slots
        on
            asset_days.asset_id = slots.asset_id
            and asset_days.performance_date = slots.performance_date
)

select *
from with_zone
where
    day_minutes is null
    or day_minutes <> 1440 and (day_zone = 'UTC' or day_minutes not between 1380 and 1500)
