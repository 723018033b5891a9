{%- set lookback = constant('week_window_days') | int + 6 %}

with screened as (
    select
        asset_id,
        performance_date,
        actual_full_load_hours as actual,
        expected_full_load_hours as expected,
        24 as full_load,
        is_valid,
        dead_minutes
    from {{ ref('int_screening_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

{{ deviation_ctes('screened') }},

suspected as (
    select
        deviating.asset_id,
        deviating.performance_date,
        deviating.is_dead,
        deviating.is_sudden,
        deviating.is_sustained
    from deviating
    where
        (deviating.is_dead or deviating.is_sudden or deviating.is_sustained)
        and {{ shared_dbt.rebuilt('deviating.performance_date') }}
)

select * from suspected
order by performance_date, asset_id
