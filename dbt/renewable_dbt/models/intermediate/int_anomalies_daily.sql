{%- set lookback = constant('span_window_days') | int + 13 %}

with daily as (
    select
        *,
        {{ shared_dbt.ratio('valid_slots', 'expected_slots') }} as completeness_frac
    from {{ ref('int_performance_daily') }}
    where
        not is_plant
        and {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

suspected_days as (
    select
        asset_id,
        performance_date,
        is_below_full_power
    from {{ ref('int_days_suspected') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

clock_shifts as (
    select
        asset_id,
        performance_date
    from {{ ref('int_clock_shifts_daily') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

training as (
    select
        asset_id,
        performance_date,
        yield_ratio
    from {{ ref('int_training_trailing') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

-- solar is measured against a fixed yield ratio: its own moves within 60 days, and would carry a
-- disturbance into the days that follow it
days as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.curve_epoch,
        daily.judged_gross_mwh as actual,
        {{ shared_dbt.measure(
            'cast(daily.expected_available_uncurtailed_mwh as double) * coalesce('
            ~ constant('yardstick_yield_ratio') ~ ' / cast(training.yield_ratio as double), 1e0)'
        ) }} as expected,
        daily.performance_loss_mwh as lost,
        daily.capacity_mwh as full_load,
        daily.dead_minutes,
        daily.frozen_minutes,
        daily.completeness_frac,
        suspected_days.asset_id is not null as is_suspected,
        coalesce(suspected_days.is_below_full_power, false) as is_below_full_power,
        -- how far a maker's curve lies from an asset says nothing of its days
        not {{ is_by_maker('daily.method') }}
        and coalesce(
            daily.expected_available_uncurtailed_mwh
            >= {{ constant('minimum_energy_frac') }} * daily.capacity_mwh
            and daily.judged_slots
            >= {{ constant('deviation_slots_frac') }} * daily.expected_slots,
            false
        ) as is_valid
    from daily
    left join suspected_days
        on
            daily.performance_date = suspected_days.performance_date
            and daily.asset_id = suspected_days.asset_id
    left join training
        on
            daily.performance_date = training.performance_date
            and daily.asset_id = training.asset_id
),

{{ deviation_ctes('days') }},

-- a day without enough valid slots can only be called suspect
labelled as (
    select
        deviating.*,
        {{ day_status('deviating.completeness_frac') }} = 'insufficient' as is_insufficient,
        clock_shifts.asset_id is not null as has_wrong_clock
    from deviating
    left join clock_shifts
        on
            deviating.performance_date = clock_shifts.performance_date
            and deviating.asset_id = clock_shifts.asset_id
    where {{ shared_dbt.rebuilt('deviating.performance_date') }}
),

final as (
    select
        labelled.asset_id,
        labelled.performance_date,
        {{ shared_dbt.measure('labelled.z_score') }} as z_score,
        case
            when labelled.past_days >= {{ constant('deviation_days') }}
                then {{ shared_dbt.measure('labelled.sigma') }}
        end as sigma_pi,
        labelled.is_dead and not labelled.is_insufficient as is_dead,
        (labelled.is_sudden or labelled.is_below_full_power)
        and not labelled.is_insufficient as is_sudden,
        labelled.is_sustained_and_low and not labelled.is_insufficient as is_sustained,
        labelled.is_insufficient
        or labelled.has_wrong_clock
        or labelled.frozen_minutes > {{ constant('frozen_minutes') }} as is_data_poor,
        coalesce(labelled.z_score > {{ constant('sudden_sigmas') }}, false)
        and not labelled.is_insufficient as is_above_past
    from labelled
)

select * from final
order by performance_date, asset_id
