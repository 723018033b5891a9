with intervals as (
    select
        asset_id,
        performance_date,
        interval_minutes,
        gross_generation_mwh,
        capacity_mwh,
        dc_power_pu,
        is_train_ok,
        {{ stands_still() }}
        and cast(dc_power_pu as double) * {{ constant('inverter_efficiency') }}
        > {{ constant('dead_expected_frac') }} as is_dead
    from {{ ref('int_intervals_validated') }}
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
        {{ minutes_where('training_intervals.is_train_ok', 'training_intervals') }}
            as training_minutes,
        {{ shared_dbt.exact_sum(
            'case when training_intervals.is_train_ok'
            ~ ' then training_intervals.gross_generation_mwh end'
        ) }} as gross_generation_mwh,
        {{ shared_dbt.exact_sum(
            'case when training_intervals.is_train_ok'
            ~ ' then training_intervals.modelled_dc_mwh end'
        ) }} as modelled_dc_mwh,
        {{ minutes_where('training_intervals.is_dead', 'training_intervals') }} as dead_minutes
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
),

{{ with_epoch_ctes('with_ratio') }}

select * from with_epoch
order by performance_date, asset_id
