with conditioned as (
    select
        asset_id,
        timestamp,
        performance_date,
        ghi_wm2,
        wind_speed_mps,
        is_stopped
    from {{ ref('int_intervals_conditioned') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=1) }}
),

asset_days as (
    select
        asset_id,
        performance_date,
        technology
    from {{ ref('int_asset_days') }}
    where not is_plant and {{ shared_dbt.rebuilt('performance_date', lookback=1) }}
),

intervals as (
    select
        conditioned.asset_id,
        conditioned.timestamp,
        conditioned.performance_date,
        asset_days.technology = 'wind' as is_wind,
        case
            when asset_days.technology = 'solar' then conditioned.ghi_wm2
            else conditioned.wind_speed_mps
        end as driving_value,
        conditioned.is_stopped
    from conditioned
    inner join asset_days
        on
            conditioned.performance_date = asset_days.performance_date
            and conditioned.asset_id = asset_days.asset_id
),

with_neighbours as (
    select
        intervals.*,
        lag(intervals.driving_value, 2) over slots_of_asset as value_2_before,
        lag(intervals.driving_value, 1) over slots_of_asset as value_1_before,
        lead(intervals.driving_value, 1) over slots_of_asset as value_1_after,
        lead(intervals.driving_value, 2) over slots_of_asset as value_2_after,
        coalesce(lag(intervals.is_stopped, 1) over slots_of_asset, false) as was_stopped,
        coalesce(lead(intervals.is_stopped, 1) over slots_of_asset, false) as will_be_stopped
    from intervals
    window slots_of_asset as (partition by intervals.asset_id order by intervals.timestamp)
),

compared as (
    select
        with_neighbours.*,
        coalesce(
            with_neighbours.driving_value = with_neighbours.value_1_before
            and (
                with_neighbours.driving_value = with_neighbours.value_2_before
                or with_neighbours.driving_value = with_neighbours.value_1_after
            )
            or with_neighbours.driving_value = with_neighbours.value_1_after
            and with_neighbours.driving_value = with_neighbours.value_2_after,
            false
        ) as is_third_of_same
    from with_neighbours
),

flagged as (
    select
        compared.asset_id,
        compared.timestamp,
        compared.performance_date,
        compared.is_third_of_same
        and compared.is_wind
        and compared.driving_value >= {{ constant('frozen_wind_above_mps') }} as dq_frozen_wind,
        compared.is_third_of_same
        and not compared.is_wind
        and compared.driving_value > {{ constant('frozen_ghi_above_wm2') }} as dq_frozen_ghi,
        compared.was_stopped or compared.will_be_stopped as is_beside_stop
    from compared
    where compared.is_third_of_same or compared.was_stopped or compared.will_be_stopped
),

raised as (
    select flagged.*
    from flagged
    where
        (flagged.dq_frozen_wind or flagged.dq_frozen_ghi or flagged.is_beside_stop)
        and {{ shared_dbt.rebuilt('flagged.performance_date') }}
)

select * from raised
