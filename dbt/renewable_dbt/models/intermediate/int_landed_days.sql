{{ config(meta={'day_column': 'landed_date'}) }}

-- which delivery of a key counts does not matter here, so the raw tables are read as they are
with weather_days as (
    select distinct
        asset_id,
        cast(timestamp as date) as landed_date
    from {{ source('raw', 'weather') }}
    where {{ shared_dbt.rebuilt('timestamp') }}
),

generation_days as (
    select distinct
        asset_id,
        cast(timestamp as date) as landed_date
    from {{ source('raw', 'generation') }}
    where {{ shared_dbt.rebuilt('timestamp') }}
),

landed_days as (
    select * from weather_days
    union
    select * from generation_days
)

select * from landed_days
