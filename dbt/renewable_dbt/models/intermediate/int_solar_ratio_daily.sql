with intervals as (
    select
        asset_id,
        performance_date,
        interval_minutes,
        gross_generation_mwh,
        capacity_mwh,
        dc_power_pu,
        is_train_ok,
        {{ stands_still('intervals') }}
        and cast(dc_power_pu as double) * {{ constant('inverter_efficiency') }}
        > {{ constant('dead_expected_frac') }} as is_dead
    from {{ ref('int_intervals_validated') }} as intervals
    where technology = 'solar' and {{ shared_dbt.rebuilt('performance_date') }}
),

training_intervals as (
    select
        intervals.*,
        {{ shared_dbt.measure(
            'cast(intervals.capacity_mwh as double) * cast(intervals.dc_power_pu as double)'
        ) }} as modelled_dc_mwh
    from intervals
    where intervals.is_train_ok or intervals.is_dead
),

daily as (
    select
        training_intervals.asset_id,
        training_intervals.performance_date,
        cast(
            coalesce(
                sum(training_intervals.interval_minutes)
                    filter (where training_intervals.is_train_ok),
                0
            ) as integer
        ) as training_minutes,
        cast(
            sum(training_intervals.gross_generation_mwh)
                filter (where training_intervals.is_train_ok) as decimal(18, 9)
        ) as gross_generation_mwh,
        cast(
            sum(training_intervals.modelled_dc_mwh)
                filter (where training_intervals.is_train_ok) as decimal(18, 9)
        ) as modelled_dc_mwh,
        cast(
            coalesce(
                sum(training_intervals.interval_minutes) filter (where training_intervals.is_dead),
                0
            ) as integer
        ) as dead_minutes
    from training_intervals
    group by training_intervals.asset_id, training_intervals.performance_date
),

with_ratio as (
    select
        daily.*,
        {{ shared_dbt.ratio('daily.gross_generation_mwh', 'daily.modelled_dc_mwh') }}
            as yield_ratio,
        daily.training_minutes >= {{ constant('training_day_minutes') }} as is_usable
    from daily
)

select * from with_ratio
order by performance_date, asset_id
