-- Nothing is lost between landing and mart: a day's net energy is that of the latest deliveries.
{{ config(meta={'dagster': {'ref': {'name': 'mart_asset_performance_daily'}}}) }}
with days as (
    select
        asset_id,
        performance_date,
        net_generation_mwh
    from {{ ref('mart_asset_performance_daily') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
),

zones as (
    select
        asset_id,
        max(day_zone) as day_zone
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
    group by asset_id
),

generation as (
    select *
    from {{ source('raw', 'generation') }}
    where
        {{ shared_dbt.rebuilt_rows('timestamp', lookback=1) }}
        and abs(net_generation_mwh) < 1e9
),

-- what a zone's clock shows is asked once per moment, as in int_landed_days
zone_days as (
    select
        moments.timestamp,
        distinct_zones.day_zone,
        {{ day_of('moments.timestamp', 'distinct_zones.day_zone') }} as performance_date
    from (select distinct timestamp from generation) as moments
    cross join (select distinct day_zone from zones) as distinct_zones
),

delivered as (
    select
        generation.asset_id,
        generation.timestamp,
        zone_days.performance_date,
        cast(generation.net_generation_mwh as decimal(18, 9)) as net_generation_mwh,
        generation._delivered_at,
        generation._row_hash,
        generation._delivery_id
    from generation
    inner join zones
        on generation.asset_id = zones.asset_id
    inner join zone_days
        on
            generation.timestamp = zone_days.timestamp
            and zones.day_zone = zone_days.day_zone
),

-- a delivery has a key once: only days of several deliveries can hold rows that do not count
delivered_days as (
    select
        delivered.asset_id,
        delivered.performance_date,
        sum(delivered.net_generation_mwh) as net_generation_mwh,
        min(delivered._delivery_id) <> max(delivered._delivery_id) as has_several_deliveries
    from delivered
    group by delivered.asset_id, delivered.performance_date
),

ranked as (
    select
        delivered.*,
        row_number() over (
            partition by delivered.asset_id, delivered.timestamp
            order by
                delivered._delivered_at desc nulls last,
                delivered._row_hash desc nulls last,
                delivered._delivery_id desc nulls last
        ) as delivery_rank
    from delivered
    inner join delivered_days
        on
            delivered.asset_id = delivered_days.asset_id
            and delivered.performance_date = delivered_days.performance_date
    where delivered_days.has_several_deliveries
),

landed as (
    select
        delivered_days.asset_id,
        delivered_days.performance_date,
        delivered_days.net_generation_mwh
    from delivered_days
    where
        not delivered_days.has_several_deliveries
        and {{ shared_dbt.rebuilt_rows('delivered_days.performance_date') }}
    union all
    select
        ranked.asset_id,
        ranked.performance_date,
        sum(ranked.net_generation_mwh) as net_generation_mwh
    from ranked
    where ranked.delivery_rank = 1 and {{ shared_dbt.rebuilt_rows('ranked.performance_date') }}
    group by ranked.asset_id, ranked.performance_date
)

select
    coalesce(days.asset_id, landed.asset_id) as asset_id,
    coalesce(days.performance_date, landed.performance_date) as performance_date,
    days.net_generation_mwh as in_mart,
    landed.net_generation_mwh as in_raw
from days
full outer join landed
    on
        days.asset_id = landed.asset_id
        and days.performance_date = landed.performance_date
where days.net_generation_mwh is distinct from landed.net_generation_mwh
