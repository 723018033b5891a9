{#- A plant's own deliveries can be late, corrected or doubled; its channels are its units'. #}
{%- set own_flags = [
    'dq_duplicate_weather', 'dq_duplicate_generation', 'dq_late_weather', 'dq_late_generation',
    'dq_corrected_weather', 'dq_corrected_generation', 'dq_range_generation', 'dq_capacity',
] %}
{%- set derived_flags = ['dq_missing_weather', 'dq_missing_generation', 'dq_energy_balance'] %}

with own_rows as (
    select * from {{ ref('int_intervals_expected') }}
    where is_plant and {{ shared_dbt.rebuilt('performance_date') }}
),

unit_rows as (
    select * from {{ ref('int_intervals_expected') }}
    where parent_asset_id is not null and not is_plant and {{ shared_dbt.rebuilt(
        'performance_date'
    ) }}
),

plant_days as (
    select
        asset_id,
        performance_date,
        interval_minutes
    from {{ ref('int_asset_days') }}
    where is_plant and {{ shared_dbt.rebuilt('performance_date') }}
),

unit_days as (
    select
        asset_id,
        performance_date,
        parent_asset_id
    from {{ ref('int_asset_days') }}
    where parent_asset_id is not null and {{ shared_dbt.rebuilt('performance_date') }}
),

unit_versions as (
    select
        asset_id,
        parent_asset_id,
        valid_from,
        valid_to
    from {{ ref('int_asset_spans') }}
    where parent_asset_id is not null
),

-- a unit belongs to a day while its declaration is valid, or while its rows say so
members as (
    select
        plant_days.asset_id,
        plant_days.performance_date,
        unit_versions.asset_id as unit_id
    from plant_days
    inner join unit_versions
        on
            plant_days.asset_id = unit_versions.parent_asset_id
            and plant_days.performance_date >= unit_versions.valid_from
            and (
                plant_days.performance_date < unit_versions.valid_to
                or unit_versions.valid_to is null
            )
    union
    select
        unit_days.parent_asset_id as asset_id,
        unit_days.performance_date,
        unit_days.asset_id as unit_id
    from unit_days
),

member_counts as (
    select
        members.asset_id,
        members.performance_date,
        count(*) as units
    from members
    group by members.asset_id, members.performance_date
),

units_in_plant_slots as (
    select
        unit_rows.*,
        {{ shared_dbt.slot_start('unit_rows.timestamp', 'plant_days.interval_minutes') }}
            as plant_timestamp
    from unit_rows
    inner join plant_days
        on
            unit_rows.parent_asset_id = plant_days.asset_id
            and unit_rows.performance_date = plant_days.performance_date
),

-- minutes, not rows, are counted, so that ten-minute units add up within an hourly plant
units_together as (
    select
        units_in_plant_slots.parent_asset_id as asset_id,
        units_in_plant_slots.performance_date,
        units_in_plant_slots.plant_timestamp as timestamp,
        sum(
            case
                when units_in_plant_slots.gross_generation_mwh is not null
                    then units_in_plant_slots.interval_minutes
            end
        ) as gross_minutes,
        sum(
            case
                when units_in_plant_slots.is_weather_valid
                    then units_in_plant_slots.interval_minutes
            end
        ) as weather_minutes,
        sum(
            case
                when units_in_plant_slots.is_generation_valid
                    then units_in_plant_slots.interval_minutes
            end
        ) as generation_minutes,
        sum(
            case
                when units_in_plant_slots.expected_mwh is not null
                    then units_in_plant_slots.interval_minutes
            end
        ) as expected_minutes,
        {{ shared_dbt.exact_sum('units_in_plant_slots.gross_generation_mwh') }}
            as gross_generation_mwh,
        {{ shared_dbt.exact_sum('units_in_plant_slots.expected_mwh') }} as expected_mwh,
        count(*) = count(units_in_plant_slots.expected_baseline_mwh) as has_baseline,
        {{ shared_dbt.exact_sum('units_in_plant_slots.expected_baseline_mwh') }}
            as expected_baseline_mwh,
        {{ shared_dbt.exact_sum('units_in_plant_slots.availability_loss_mwh') }}
            as availability_loss_mwh,
        {{ shared_dbt.exact_sum('units_in_plant_slots.curtailment_loss_mwh') }}
            as curtailment_loss_mwh,
        bool_and(units_in_plant_slots.availability_basis = 'reported') as is_availability_reported,
        bool_or({{ is_by_maker('units_in_plant_slots.method') }}) as is_by_maker,
        bool_or(units_in_plant_slots.is_air_assumed) as is_air_assumed,
        bool_or(units_in_plant_slots.is_daylight) as is_daylight,
        max(units_in_plant_slots.weather_source_class) as weather_source_class,
        {{ shared_dbt.mean_of(plausible('wind_speed_mps', 'units_in_plant_slots.wind_speed_mps')) }}
            as wind_speed_mps,
        {{ shared_dbt.mean_of(plausible('ghi_wm2', 'units_in_plant_slots.ghi_wm2')) }} as ghi_wm2,
        {{ shared_dbt.mean_of(plausible('temperature_c', 'units_in_plant_slots.temperature_c')) }}
            as temperature_c,
        {{ shared_dbt.mean_of(plausible('pressure_hpa', 'units_in_plant_slots.pressure_hpa')) }}
            as pressure_hpa,
        {{ shared_dbt.mean_of(
            plausible('relative_humidity_pct', 'units_in_plant_slots.relative_humidity_pct')
        ) }} as relative_humidity_pct,
        {{ shared_dbt.mean_of(plausible('poa_wm2', 'units_in_plant_slots.measured_poa_wm2')) }}
            as measured_poa_wm2,
        {{ shared_dbt.mean_of('units_in_plant_slots.module_temperature_c') }}
            as module_temperature_c,
        {{ shared_dbt.mean_of('units_in_plant_slots.snow_depth_m') }} as snow_depth_m,
        {{ shared_dbt.mean_of('units_in_plant_slots.air_density_kgm3') }} as air_density_kgm3,
        {{ shared_dbt.mean_of('units_in_plant_slots.normalized_wind_speed_mps') }}
            as normalized_wind_speed_mps,
        {{ shared_dbt.mean_of('units_in_plant_slots.solar_zenith_deg') }} as solar_zenith_deg,
        {{ shared_dbt.mean_of('units_in_plant_slots.poa_wm2') }} as poa_wm2,
        {{ shared_dbt.mean_of('units_in_plant_slots.cell_temperature_c') }} as cell_temperature_c,
        {{ shared_dbt.mean_of('units_in_plant_slots.dc_power_pu') }} as dc_power_pu
    from units_in_plant_slots
    group by
        units_in_plant_slots.parent_asset_id,
        units_in_plant_slots.performance_date,
        units_in_plant_slots.plant_timestamp
),

combined as (
    select
        own_rows.asset_id,
        own_rows.timestamp,
        own_rows.performance_date,
        own_rows.tenant_id,
        own_rows.technology,
        own_rows.parent_asset_id,
        own_rows.is_plant,
        own_rows.interval_minutes,
        own_rows.capacity_mwh,
        units_together.wind_speed_mps,
        cast(null as decimal(18, 9)) as wind_direction_deg,
        units_together.ghi_wm2,
        units_together.temperature_c,
        units_together.pressure_hpa,
        units_together.relative_humidity_pct,
        units_together.measured_poa_wm2,
        units_together.module_temperature_c,
        units_together.snow_depth_m,
        units_together.weather_source_class,
        case
            when units_together.gross_minutes = member_counts.units * own_rows.interval_minutes
                then units_together.gross_generation_mwh
        end as gross_generation_mwh,
        own_rows.net_generation_mwh,
        own_rows.curtailment_mwh,
        own_rows.availability_pct,
        case
            when own_rows.availability_basis = 'reported' or units_together.is_availability_reported
                then 'reported'
            else 'assumed'
        end as availability_basis,
        own_rows.asset_capacity_mw,
        own_rows.grid_limit_mw,
        own_rows.status_code,
        own_rows.reported_availability_loss_mwh,
        units_together.air_density_kgm3,
        units_together.is_air_assumed,
        units_together.normalized_wind_speed_mps,
        units_together.solar_zenith_deg,
        units_together.is_daylight,
        units_together.poa_wm2,
        units_together.cell_temperature_c,
        units_together.dc_power_pu,
        case own_rows.technology
            when 'solar' then units_together.poa_wm2
            else units_together.wind_speed_mps
        end is null as dq_missing_weather,
        own_rows.dq_missing_generation,
        {%- for flag in own_flags %}
        own_rows.{{ flag }},
        {%- endfor %}
        {%- for flag in quality_flags() if flag not in own_flags + derived_flags %}
        false as {{ flag }},
        {%- endfor %}
        coalesce(
            units_together.weather_minutes = member_counts.units * own_rows.interval_minutes, false
        ) as is_weather_valid,
        coalesce(
            units_together.generation_minutes
            = member_counts.units * own_rows.interval_minutes, false
        ) as is_generation_valid,
        false as is_train_ok,
        units_together.is_by_maker,
        case
            when units_together.expected_minutes = member_counts.units * own_rows.interval_minutes
                then units_together.expected_mwh
        end as expected_mwh,
        case
            when
                units_together.expected_minutes = member_counts.units * own_rows.interval_minutes
                and units_together.has_baseline
                then units_together.expected_baseline_mwh
        end as expected_baseline_mwh,
        own_rows.dq_energy_balance as is_own_balance_broken,
        own_rows.is_net_valid as is_own_net_valid,
        units_together.availability_loss_mwh as units_availability_loss_mwh,
        units_together.curtailment_loss_mwh as units_curtailment_loss_mwh
    from own_rows
    left join units_together
        on
            own_rows.performance_date = units_together.performance_date
            and own_rows.asset_id = units_together.asset_id
            and own_rows.timestamp = units_together.timestamp
    left join member_counts
        on
            own_rows.performance_date = member_counts.performance_date
            and own_rows.asset_id = member_counts.asset_id
),

balanced as (
    select
        combined.*,
        combined.is_own_balance_broken or coalesce(
            cast(combined.net_generation_mwh as double)
            > cast(combined.gross_generation_mwh as double)
            + {{ constant('meter_tolerance_frac') }} * cast(combined.capacity_mwh as double),
            false
        ) as dq_energy_balance,
        case
            when combined.expected_mwh is null then null
            when combined.is_by_maker then 'sum_of_units_oem'
            else 'sum_of_units'
        end as method,
        combined.is_weather_valid
        and combined.is_generation_valid
        and combined.expected_mwh is not null as is_judged
    from combined
),

-- what the operator states for the plant comes before what the units add up to
with_availability_loss as (
    select
        balanced.*,
        balanced.is_own_net_valid and not balanced.dq_energy_balance as is_net_valid,
        case
            when not balanced.is_judged then null
            when {{ plausible('availability_pct', 'balanced.availability_pct') }} is not null
                then {{ availability_loss('balanced.expected_mwh', 'balanced.availability_pct') }}
            else balanced.units_availability_loss_mwh
        end as availability_loss_mwh
    from balanced
),

with_curtailment_loss as (
    select
        with_availability_loss.*,
        case
            when with_availability_loss.is_judged
                then {{ curtailment_loss(
                    'case when with_availability_loss.curtailment_mwh >= 0'
                    ~ ' then with_availability_loss.curtailment_mwh'
                    ~ ' else with_availability_loss.units_curtailment_loss_mwh end',
                    'with_availability_loss.expected_mwh',
                    'with_availability_loss.availability_loss_mwh',
                ) }}
        end as curtailment_loss_mwh
    from with_availability_loss
),

with_losses as (
    select
        {%- for column in judged_interval_columns() %}
        with_curtailment_loss.{{ column }},
        {%- endfor %}
        {{ performance_loss('with_curtailment_loss') }} as performance_loss_mwh,
        {{ electrical_loss('with_curtailment_loss') }} as electrical_loss_mwh
    from with_curtailment_loss
)

select * from with_losses
