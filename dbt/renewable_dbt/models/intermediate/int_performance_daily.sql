{%- set waterfall_terms = [
    'expected_mwh', 'availability_loss_mwh', 'curtailment_loss_mwh', 'performance_loss_mwh',
] %}

with judged_intervals as (
    select
        *,
        technology <> 'solar' or coalesce(is_daylight, false) as is_counted,
        is_weather_valid and is_generation_valid as is_valid,
        is_judged and is_net_valid and gross_generation_mwh > 0 as is_metered,
        is_judged and not is_net_valid as is_without_reading,
        technology = 'wind'
        and not is_plant
        and normalized_wind_speed_mps > {{ constant('standstill_speed_mps') }}
        and gross_generation_mwh
        < {{ constant('standstill_power_frac') }} * cast(capacity_mwh as double) as is_standing,
        cast(dc_power_pu as double) * cast(capacity_mwh as double) as dc_power_mwh
    from {{ ref('fct_generation_weather_interval') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

-- the frozen reference takes its losses from its own expectation
with_baseline_loss as (
    select
        judged_intervals.*,
        case when judged_intervals.is_judged then judged_intervals.expected_baseline_mwh end
            as baseline_mwh,
        case
            when judged_intervals.is_judged and not judged_intervals.is_plant
                then {{ availability_loss(
                    'judged_intervals.expected_baseline_mwh',
                    'coalesce('
                    ~ plausible('availability_pct', 'judged_intervals.availability_pct')
                    ~ ', 100)',
                ) }}
        end as baseline_availability_loss_mwh
    from judged_intervals
),

intervals as (
    select
        with_baseline_loss.*,
        cast(
            with_baseline_loss.baseline_mwh
            - with_baseline_loss.baseline_availability_loss_mwh
            - {{ curtailment_loss(
                'case when with_baseline_loss.curtailment_mwh > 0'
                ~ ' then with_baseline_loss.curtailment_mwh else 0 end',
                'with_baseline_loss.baseline_mwh',
                'with_baseline_loss.baseline_availability_loss_mwh',
            ) }} as decimal(18, 9)
        ) as baseline_attainable_mwh,
        with_baseline_loss.is_judged
        and cast(with_baseline_loss.expected_mwh as double)
        > {{ constant('dead_expected_frac') }} * cast(with_baseline_loss.capacity_mwh as double)
        and {{ stands_still('with_baseline_loss') }} as is_dead
    from with_baseline_loss
),

asset_days as (
    select
        asset_id,
        performance_date,
        portfolio,
        curve_epoch,
        dc_capacity_mw
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

summed as (
    select
        intervals.asset_id,
        intervals.performance_date,
        intervals.tenant_id,
        intervals.technology,
        intervals.parent_asset_id,
        intervals.is_plant,
        intervals.interval_minutes,
        max(intervals.weather_source_class) as weather_source_class,
        max(intervals.method) as method,

        cast(count(*) as integer) as day_slots,
        cast(count(*) filter (where intervals.is_counted) as integer) as expected_slots,
        cast(count(*) filter (where intervals.is_counted and intervals.is_valid) as integer)
            as valid_slots,
        cast(count(*) filter (where intervals.is_counted and intervals.is_judged) as integer)
            as judged_slots,
        cast(count(*) filter (where intervals.is_weather_valid) as integer) as weather_valid_slots,
        cast(count(*) filter (where intervals.is_generation_valid) as integer)
            as generation_valid_slots,

        {{ shared_dbt.exact_sum('intervals.capacity_mwh') }} as capacity_mwh,
        {{ shared_dbt.exact_sum('intervals.gross_generation_mwh') }} as gross_generation_mwh,
        {{ shared_dbt.exact_sum('intervals.net_generation_mwh') }} as net_generation_mwh,
        {{ shared_dbt.exact_sum('intervals.curtailment_mwh') }} as curtailment_mwh,
        {{ shared_dbt.exact_sum('intervals.reported_availability_loss_mwh') }}
            as reported_availability_loss_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_net_valid then intervals.net_generation_mwh end'
        ) }} as valid_net_generation_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_net_valid then intervals.capacity_mwh end'
        ) }} as valid_capacity_mwh,

        {{ shared_dbt.exact_sum(plausible('availability_pct', 'intervals.availability_pct')) }}
            as sum_availability_pct,
        cast(count({{ plausible('availability_pct', 'intervals.availability_pct') }}) as integer)
            as availability_slots,
        {{ shared_dbt.mean_of(plausible('wind_speed_mps', 'intervals.wind_speed_mps')) }}
            as mean_wind_speed_mps,
        {{ shared_dbt.mean_of(plausible('temperature_c', 'intervals.temperature_c')) }}
            as mean_temperature_c,
        {{ shared_dbt.mean_of(
            'case when not intervals.is_air_assumed then intervals.air_density_kgm3 end'
        ) }} as mean_air_density_kgm3,
        {{ shared_dbt.exact_sum(plausible('ghi_wm2', 'intervals.ghi_wm2')) }} as sum_ghi_wm2,
        {{ shared_dbt.exact_sum('intervals.poa_wm2') }} as sum_poa_wm2,

        {{ shared_dbt.exact_sum('case when intervals.is_judged then intervals.capacity_mwh end') }}
            as judged_capacity_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_judged then intervals.gross_generation_mwh end'
        ) }} as judged_gross_mwh,
        {{ shared_dbt.exact_sum('case when intervals.is_judged then intervals.expected_mwh end') }}
            as potential_mwh,
        {{ shared_dbt.exact_sum('intervals.baseline_mwh') }} as baseline_potential_mwh,
        {{ shared_dbt.exact_sum('intervals.baseline_attainable_mwh') }}
            as baseline_available_uncurtailed_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.baseline_mwh is not null then intervals.gross_generation_mwh end'
        ) }} as baseline_gross_mwh,
        {{ minutes_where('intervals.is_dead', 'intervals') }} as dead_minutes,
        {{ minutes_where('intervals.dq_frozen_wind or intervals.dq_frozen_ghi', 'intervals') }}
            as frozen_minutes,
        {{ shared_dbt.exact_sum('intervals.availability_loss_mwh') }} as availability_loss_mwh,
        {{ shared_dbt.exact_sum('intervals.curtailment_loss_mwh') }} as curtailment_loss_mwh,
        {{ shared_dbt.exact_sum('intervals.performance_loss_mwh') }} as performance_loss_mwh,
        {{ shared_dbt.complete_sum('intervals.electrical_loss_mwh', 'intervals.is_judged') }}
            as electrical_loss_mwh,
        {{ shared_dbt.exact_sum('intervals.electrical_loss_mwh') }} as read_electrical_loss_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_judged and intervals.is_net_valid'
            ~ ' then intervals.net_generation_mwh end'
        ) }} as read_net_mwh,
        {%- for column in waterfall_terms %}
        {{ shared_dbt.exact_sum(
            'case when intervals.is_without_reading then intervals.' ~ column ~ ' end'
        ) }} as {{ column }}_without_reading,
        {%- endfor %}
        {{ shared_dbt.exact_sum(
            'case when not intervals.is_judged then intervals.expected_mwh end'
        ) }} as unjudged_expected_mwh,
        {{ shared_dbt.exact_sum(
            "case"
            ~ " when intervals.technology <> 'wind' then null"
            ~ " when intervals.is_standing then intervals.expected_mwh"
            ~ " when intervals.is_judged then 0 end"
        ) }} as own_downtime_loss_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_metered then intervals.gross_generation_mwh end'
        ) }} as metered_gross_mwh,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_metered then intervals.net_generation_mwh end'
        ) }} as metered_net_mwh,
        {{ shared_dbt.exact_sum('case when intervals.is_judged then intervals.poa_wm2 end') }}
            as sum_judged_poa_wm2,
        {{ shared_dbt.exact_sum(
            'case when intervals.is_judged then '
            ~ shared_dbt.measure('intervals.dc_power_mwh') ~ ' end'
        ) }} as dc_reference_at_temperature_mwh
    from intervals
    group by
        intervals.asset_id,
        intervals.performance_date,
        intervals.tenant_id,
        intervals.technology,
        intervals.parent_asset_id,
        intervals.is_plant,
        intervals.interval_minutes
),

-- hours of an interval turn a sum of W/m2 into kWh/m2
with_insolation as (
    select
        summed.*,
        {{ insolation_kwh_m2('summed.sum_ghi_wm2', 'summed.interval_minutes') }} as ghi_kwh_m2,
        {{ insolation_kwh_m2('summed.sum_poa_wm2', 'summed.interval_minutes') }} as poa_kwh_m2,
        {{ insolation_kwh_m2('summed.sum_judged_poa_wm2', 'summed.interval_minutes') }}
            as judged_poa_kwh_m2
    from summed
),

units_downtime as (
    select
        summed.parent_asset_id as asset_id,
        summed.performance_date,
        {{ shared_dbt.exact_sum('summed.own_downtime_loss_mwh') }} as downtime_loss_mwh
    from summed
    where summed.parent_asset_id is not null
    group by summed.parent_asset_id, summed.performance_date
),

described as (
    select
        with_insolation.*,
        case
            when with_insolation.is_plant then units_downtime.downtime_loss_mwh
            else with_insolation.own_downtime_loss_mwh
        end as downtime_loss_mwh,
        asset_days.portfolio,
        asset_days.curve_epoch,
        {{ is_by_maker('with_insolation.method') }} as is_by_maker,
        case when {{ is_by_maker('with_insolation.method') }} then with_insolation.potential_mwh end
            as oem_potential_mwh,
        {{ shared_dbt.measure(
            'cast(asset_days.dc_capacity_mw as double)'
            ~ ' * cast(with_insolation.judged_poa_kwh_m2 as double)'
        ) }} as dc_reference_mwh,
        cast(
            with_insolation.potential_mwh
            - with_insolation.availability_loss_mwh
            - with_insolation.curtailment_loss_mwh as decimal(18, 9)
        ) as expected_available_uncurtailed_mwh,
        cast(with_insolation.potential_mwh - with_insolation.curtailment_loss_mwh as decimal(18, 9))
            as achievable_mwh
    from with_insolation
    inner join asset_days
        on
            with_insolation.performance_date = asset_days.performance_date
            and with_insolation.asset_id = asset_days.asset_id
    left join units_downtime
        on
            with_insolation.performance_date = units_downtime.performance_date
            and with_insolation.asset_id = units_downtime.asset_id
)

select * from described
order by performance_date, asset_id
