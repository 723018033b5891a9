{%- set lookback = constant('week_window_days') | int + 6 %}

with daily as (
    select
        *,
        {{ shared_dbt.ratio('valid_slots', 'expected_slots') }} as completeness_frac
    from {{ ref('int_performance_daily') }}
    where
        not is_plant
        and {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

days as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.judged_gross_mwh as actual,
        daily.expected_available_uncurtailed_mwh as expected,
        daily.capacity_mwh as full_load,
        daily.dead_minutes,
        daily.frozen_minutes,
        daily.completeness_frac,
        coalesce(
            daily.expected_available_uncurtailed_mwh
            >= {{ constant('minimum_energy_frac') }} * daily.capacity_mwh
            and daily.judged_slots
            >= {{ constant('deviation_slots_frac') }} * daily.expected_slots,
            false
        ) as is_valid
    from daily
),

{{ deviation_ctes('days') }},

-- a day without enough valid slots can only be called suspect
labelled as (
    select
        deviating.*,
        {{ day_status('deviating.completeness_frac') }} = 'insufficient' as is_insufficient
    from deviating
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
        labelled.is_sudden and not labelled.is_insufficient as is_sudden,
        labelled.is_sustained and not labelled.is_insufficient as is_sustained,
        labelled.is_insufficient
        or labelled.frozen_minutes > {{ constant('frozen_minutes') }} as is_data_poor,
        coalesce(labelled.z_score > {{ constant('sudden_sigmas') }}, false)
        and not labelled.is_insufficient as is_above_past
    from labelled
)

select * from final
order by performance_date, asset_id
