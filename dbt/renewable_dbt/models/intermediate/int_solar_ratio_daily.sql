with training_intervals as (
    select
        asset_id,
        performance_date,
        interval_minutes,
        gross_generation_mwh,
        {{ shared_dbt.measure('cast(capacity_mwh as double) * cast(dc_power_pu as double)') }}
            as modelled_dc_mwh
    from {{ ref('int_intervals_validated') }}
    where technology = 'solar' and is_train_ok and {{ shared_dbt.rebuilt('performance_date') }}
),

daily as (
    select
        training_intervals.asset_id,
        training_intervals.performance_date,
        cast(sum(training_intervals.interval_minutes) as integer) as training_minutes,
        {{ shared_dbt.exact_sum('training_intervals.gross_generation_mwh') }}
            as gross_generation_mwh,
        {{ shared_dbt.exact_sum('training_intervals.modelled_dc_mwh') }} as modelled_dc_mwh
    from training_intervals
    group by training_intervals.asset_id, training_intervals.performance_date
),

with_ratio as (
    select
        daily.*,
        {{ shared_dbt.ratio('daily.gross_generation_mwh', 'daily.modelled_dc_mwh') }}
            as yield_ratio,
        daily.training_minutes >= {{ constant('solar_day_minutes') }} as is_usable
    from daily
)

select * from with_ratio
order by performance_date, asset_id
