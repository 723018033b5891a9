{%- set seen_days = constant('span_window_days') | int %}
{%- set lookback = 2 * seen_days + 13 + constant('suspicion_days') | int %}

with screening as (
    select * from {{ ref('int_screening_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

alarming_days as (
    select * from {{ ref('int_days_alarming') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

-- what raised an alarm the first time is no measure of how far a day may lie from its past
screened as (
    select
        screening.asset_id,
        screening.performance_date,
        screening.curve_epoch,
        screening.actual_full_load_hours as actual,
        screening.expected_full_load_hours as expected,
        screening.expected_full_load_hours - screening.actual_full_load_hours as lost,
        24 as full_load,
        screening.is_valid,
        alarming_days.asset_id is not null as is_suspected,
        screening.dead_minutes,
        screening.is_below_full_power
    from screening
    left join alarming_days
        on
            screening.performance_date = alarming_days.performance_date
            and screening.asset_id = alarming_days.asset_id
),

{{ deviation_ctes('screened') }},

-- an alarm casts suspicion on the days after it: a weak loss is not seen on each of its days
under_suspicion as (
    select
        deviating.asset_id,
        deviating.performance_date,
        deviating.curve_epoch,
        deviating.is_below_full_power
    from deviating
    qualify
        bool_or({{ is_alarming('deviating') }}) over (
            partition by deviating.asset_id, deviating.curve_epoch
            order by deviating.performance_date
            range between interval {{ constant('suspicion_days') }} day preceding and current row
        )
),

-- What lasts is no fault but a season, or what the asset has become: it trains again. It stays no
-- measure of how far a day may lie from its past.
suspected as (
    select
        under_suspicion.*,
        count(*) over (
            partition by under_suspicion.asset_id, under_suspicion.curve_epoch
            order by under_suspicion.performance_date
            range between interval {{ seen_days - 1 }} day preceding and current row
        ) <= {{ constant('suspicion_most_days') }} as is_withheld
    from under_suspicion
),

rebuilt as (
    select * from suspected
    where {{ shared_dbt.rebuilt('performance_date') }}
)

select * from rebuilt
order by performance_date, asset_id
