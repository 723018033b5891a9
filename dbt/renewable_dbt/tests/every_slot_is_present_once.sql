-- A day of an asset has 1440 / interval slots in UTC, whatever was delivered.
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
)

select *
from slots
where slots * interval_minutes <> 1440
