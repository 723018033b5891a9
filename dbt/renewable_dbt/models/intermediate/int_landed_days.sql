{{ config(meta={'day_column': 'landed_date'}) }}

-- which delivery of a key counts does not matter here, so the raw tables are read as they are
with weather_days as (
    select
        asset_id,
        cast(timestamp as date) as landed_date,
        max(_delivered_at) as weather_delivered_at
    from {{ source('raw', 'weather') }}
    where {{ shared_dbt.rebuilt('timestamp') }}
    group by asset_id, cast(timestamp as date)
),

generation_days as (
    select
        asset_id,
        cast(timestamp as date) as landed_date,
        max(_delivered_at) as generation_delivered_at
    from {{ source('raw', 'generation') }}
    where {{ shared_dbt.rebuilt('timestamp') }}
    group by asset_id, cast(timestamp as date)
),

landed_days as (
    select
        coalesce(weather_days.asset_id, generation_days.asset_id) as asset_id,
        coalesce(weather_days.landed_date, generation_days.landed_date) as landed_date,
        weather_days.weather_delivered_at,
        generation_days.generation_delivered_at
    from weather_days
    full outer join generation_days
        on
            weather_days.landed_date = generation_days.landed_date
            and weather_days.asset_id = generation_days.asset_id
)

select * from landed_days
