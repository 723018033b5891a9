with intervals as (
    select
        asset_id,
        performance_date,
        wind_bin,
        interval_minutes,
        normalized_wind_speed_mps,
        is_train_ok,
        {{ stands_still() }} as is_still,
        cast(gross_generation_mwh as double)
        / cast(capacity_mwh as double)
        / cast(density_power_factor as double) as power_pu
    from {{ ref('int_intervals_validated') }}
    where technology = 'wind' and {{ shared_dbt.rebuilt('performance_date') }}
),

exact as (
    select
        intervals.asset_id,
        intervals.performance_date,
        intervals.wind_bin,
        intervals.interval_minutes,
        intervals.normalized_wind_speed_mps,
        intervals.is_train_ok,
        intervals.is_still,
        {{ shared_dbt.measure('intervals.power_pu') }} as power_pu,
        {{ shared_dbt.measure('intervals.power_pu * intervals.power_pu') }} as power_pu_squared
    from intervals
    where intervals.is_train_ok or intervals.is_still
),

sufficient_statistics as (
    select
        exact.asset_id,
        exact.performance_date,
        exact.wind_bin,
        cast(count(*) filter (where exact.is_train_ok) as integer) as intervals,
        {{ minutes_where('exact.is_train_ok', 'exact') }} as training_minutes,
        {%- for column, name in {
            'normalized_wind_speed_mps': 'sum_speed_mps',
            'power_pu': 'sum_power_pu',
            'power_pu_squared': 'sum_power_pu_squared',
        }.items() %}
        {{ shared_dbt.exact_sum(
            'case when exact.is_train_ok then exact.' ~ column ~ ' else 0 end'
        ) }} as {{ name }},
        {%- endfor %}
        {{ minutes_where('exact.is_still', 'exact') }} as still_minutes,
        {{ minutes_where('exact.is_still and exact.is_train_ok', 'exact') }}
            as still_training_minutes
    from exact
    group by exact.asset_id, exact.performance_date, exact.wind_bin
),

{{ with_epoch_ctes('sufficient_statistics') }}

select * from with_epoch
order by performance_date, asset_id, wind_bin
