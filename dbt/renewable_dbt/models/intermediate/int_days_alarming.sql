{%- set lookback = constant('span_window_days') | int + 13 + constant('suspicion_days') | int %}

with screened as (
    select
        asset_id,
        performance_date,
        curve_epoch,
        actual_full_load_hours as actual,
        expected_full_load_hours as expected,
        expected_full_load_hours - actual_full_load_hours as lost,
        24 as full_load,
        is_valid,
        false as is_suspected,
        dead_minutes,
        is_below_full_power
    from {{ ref('int_screening_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

{{ deviation_ctes('screened') }},

-- an alarm casts suspicion on the days after it: a weak loss is not seen on each of its days
alarming as (
    select
        deviating.asset_id,
        deviating.performance_date
    from deviating
    qualify
        bool_or({{ is_alarming('deviating') }}) over (
            partition by deviating.asset_id, deviating.curve_epoch
            order by deviating.performance_date
            range between interval {{ constant('suspicion_days') }} day preceding and current row
        )
),

rebuilt as (
    select * from alarming
    where {{ shared_dbt.rebuilt('performance_date') }}
)

select * from rebuilt
order by performance_date, asset_id
