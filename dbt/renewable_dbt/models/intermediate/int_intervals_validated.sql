{{ config(materialized='view') }}

with intervals as (
    select * from {{ ref('int_intervals_conditioned') }}
),

asset_days as (
    select * from {{ ref('int_asset_days') }}
),

flags as (
    select * from {{ ref('int_intervals_flagged') }}
),

validated as (
    select
        intervals.*,
        asset_days.tenant_id,
        asset_days.technology,
        asset_days.parent_asset_id,
        asset_days.is_plant,
        asset_days.interval_minutes,
        asset_days.dc_capacity_mw,
        coalesce(flags.dq_frozen_wind, false) as dq_frozen_wind,
        coalesce(flags.dq_frozen_ghi, false) as dq_frozen_ghi,
        intervals.is_weather_usable
        and not coalesce(flags.dq_frozen_wind or flags.dq_frozen_ghi, false) as is_weather_valid,
        intervals.is_train_candidate
        and not coalesce(
            flags.dq_frozen_wind or flags.dq_frozen_ghi or flags.is_beside_stop, false
        ) as is_train_ok
    from intervals
    inner join asset_days
        on
            intervals.performance_date = asset_days.performance_date
            and intervals.asset_id = asset_days.asset_id
    left join flags
        on
            intervals.performance_date = flags.performance_date
            and intervals.asset_id = flags.asset_id
            and intervals.timestamp = flags.timestamp
)

select * from validated
