with training_intervals as (
    select
        asset_id,
        performance_date,
        wind_bin,
        interval_minutes,
        normalized_wind_speed_mps,
        cast(gross_generation_mwh as double)
        / cast(capacity_mwh as double)
        / cast(density_power_factor as double) as power_pu
    from {{ ref('int_intervals_validated') }}
    where technology = 'wind' and is_train_ok and {{ shared_dbt.rebuilt('performance_date') }}
),

exact as (
    select
        training_intervals.asset_id,
        training_intervals.performance_date,
        training_intervals.wind_bin,
        training_intervals.interval_minutes,
        training_intervals.normalized_wind_speed_mps,
        {{ shared_dbt.measure('training_intervals.power_pu') }} as power_pu,
        {{ shared_dbt.measure('training_intervals.power_pu * training_intervals.power_pu') }}
            as power_pu_squared
    from training_intervals
),

sufficient_statistics as (
    select
        exact.asset_id,
        exact.performance_date,
        exact.wind_bin,
        cast(count(*) as integer) as intervals,
        cast(sum(exact.interval_minutes) as integer) as training_minutes,
        {{ shared_dbt.exact_sum('exact.normalized_wind_speed_mps') }} as sum_speed_mps,
        {{ shared_dbt.exact_sum('exact.power_pu') }} as sum_power_pu,
        {{ shared_dbt.exact_sum('exact.power_pu_squared') }} as sum_power_pu_squared
    from exact
    group by exact.asset_id, exact.performance_date, exact.wind_bin
)

select * from sufficient_statistics
order by performance_date, asset_id, wind_bin
