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

clock_shifts as (
    select
        asset_id,
        performance_date
    from {{ ref('int_clock_shifts_daily') }}
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
        {%- for flag in neighbour_flags() %}
        coalesce(flags.{{ flag }}, false) as {{ flag }},
        {%- endfor %}
        clock_shifts.asset_id is not null as dq_clock,
        intervals.is_weather_usable
        and not coalesce(flags.dq_frozen_wind or flags.dq_frozen_ghi, false) as is_weather_valid,
        intervals.is_generation_usable
        and not coalesce(flags.dq_frozen_power, false) as is_generation_valid,
        intervals.is_net_usable and not coalesce(flags.dq_frozen_power, false) as is_net_valid,
        intervals.is_train_candidate
        and not coalesce(
            flags.dq_frozen_wind
            or flags.dq_frozen_ghi
            or flags.dq_frozen_power
            or flags.is_beside_stop,
            false
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
    left join clock_shifts
        on
            intervals.performance_date = clock_shifts.performance_date
            and intervals.asset_id = clock_shifts.asset_id
)

select * from validated
