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

asset_days as (
    select
        asset_id,
        performance_date,
        day_zone
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
),

ranked as (
    select
        asset_id,
        timestamp,
        cast(net_generation_mwh as decimal(18, 9)) as net_generation_mwh,
        row_number() over (
            partition by asset_id, timestamp
            order by _delivered_at desc, _row_hash desc, _delivery_id desc
        ) as delivery_rank
    from {{ source('raw', 'generation') }}
    where
        {{ shared_dbt.rebuilt_rows('timestamp', lookback=1) }}
        and abs(net_generation_mwh) < 1e9
),

zones as (
    select
        asset_days.asset_id,
        max(asset_days.day_zone) as day_zone
    from asset_days
    group by asset_days.asset_id
),

dated as (
    select
        ranked.asset_id,
        {{ day_of('ranked.timestamp', 'zones.day_zone') }} as performance_date,
        ranked.net_generation_mwh,
        ranked.delivery_rank
    from ranked
    inner join zones
        on ranked.asset_id = zones.asset_id
),

landed as (
    select
        dated.asset_id,
        dated.performance_date,
        sum(dated.net_generation_mwh) as net_generation_mwh
    from dated
    where dated.delivery_rank = 1 and {{ shared_dbt.rebuilt_rows('dated.performance_date') }}
    group by dated.asset_id, dated.performance_date
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
