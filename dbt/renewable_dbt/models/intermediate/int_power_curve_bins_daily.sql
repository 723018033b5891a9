with intervals as (
    select
        asset_id,
        performance_date,
        wind_bin,
        interval_minutes,
        normalized_wind_speed_mps,
        is_train_ok,
        {{ stands_still('intervals') }} as is_still,
        cast(gross_generation_mwh as double)
        / cast(capacity_mwh as double)
        / cast(density_power_factor as double) as power_pu
    from {{ ref('int_intervals_validated') }} as intervals
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
        cast(
            coalesce(sum(exact.interval_minutes) filter (where exact.is_train_ok), 0) as integer
        ) as training_minutes,
        {%- for name in ['normalized_wind_speed_mps', 'power_pu', 'power_pu_squared'] %}
        cast(
            coalesce(sum(exact.{{ name }}) filter (where exact.is_train_ok), 0) as decimal(18, 9)
        ) as sum_{{ name | replace('normalized_wind_', '') }},
        {%- endfor %}
        cast(
            coalesce(sum(exact.interval_minutes) filter (where exact.is_still), 0) as integer
        ) as still_minutes,
        cast(
            coalesce(
                sum(exact.interval_minutes) filter (where exact.is_still and exact.is_train_ok), 0
            ) as integer
        ) as still_training_minutes
    from exact
    group by exact.asset_id, exact.performance_date, exact.wind_bin
)

select * from sufficient_statistics
order by performance_date, asset_id, wind_bin
