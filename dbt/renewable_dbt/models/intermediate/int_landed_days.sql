{{ config(meta={'day_column': 'landed_date'}) }}

-- which delivery of a key counts does not matter here, so the raw tables are read as they are; a
-- local day begins on the UTC day before where clocks are ahead of UTC
with weather as (
    select
        asset_id,
        timestamp,
        _delivered_at
    from {{ source('raw', 'weather') }}
    where {{ shared_dbt.rebuilt('timestamp', lookback=1) }}
),

generation as (
    select
        asset_id,
        timestamp,
        _delivered_at
    from {{ source('raw', 'generation') }}
    where {{ shared_dbt.rebuilt('timestamp', lookback=1) }}
),

-- one clock per asset, whatever its version
asset_zones as (
    select
        asset_id,
        max({{ day_zone('day_boundary', 'timezone') }}) as day_zone
    from {{ ref('stg_assets') }}
    group by asset_id
),

moments as (
    select timestamp from weather
    union
    select timestamp from generation
),

zones as (
    select day_zone from asset_zones
    union
    select 'UTC' as day_zone
),

-- what a zone's clock shows is asked once per moment: per row it takes longer than all the rest
zone_days as (
    select
        zones.day_zone,
        moments.timestamp,
        {{ day_of('moments.timestamp', 'zones.day_zone') }} as landed_date
    from moments
    cross join zones
),

weather_days as (
    select
        weather.asset_id,
        zone_days.landed_date,
        max(weather._delivered_at) as weather_delivered_at
    from weather
    left join asset_zones
        on weather.asset_id = asset_zones.asset_id
    inner join zone_days
        on
            weather.timestamp = zone_days.timestamp
            and coalesce(asset_zones.day_zone, 'UTC') = zone_days.day_zone
    group by weather.asset_id, zone_days.landed_date
),

generation_days as (
    select
        generation.asset_id,
        zone_days.landed_date,
        max(generation._delivered_at) as generation_delivered_at
    from generation
    left join asset_zones
        on generation.asset_id = asset_zones.asset_id
    inner join zone_days
        on
            generation.timestamp = zone_days.timestamp
            and coalesce(asset_zones.day_zone, 'UTC') = zone_days.day_zone
    group by generation.asset_id, zone_days.landed_date
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
),

rebuilt_days as (
    select *
    from landed_days
    where {{ shared_dbt.rebuilt('landed_days.landed_date') }}
)

select * from rebuilt_days
