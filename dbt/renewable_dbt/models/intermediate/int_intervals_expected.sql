{{ config(materialized='view') }}

with intervals as (
    select * from {{ ref('int_intervals_validated') }}
),

training as (
    select * from {{ ref('int_training_trailing') }}
),

power_curves as (
    select * from {{ ref('int_power_curve_trailing') }}
),

baseline_curves as (
    select * from {{ ref('int_power_curve_baseline') }}
),

with_reference as (
    select
        intervals.*,
        training.method,
        training.yield_ratio,
        power_curves.own_speed_mps,
        power_curves.own_power_pu,
        power_curves.previous_speed_mps,
        power_curves.previous_power_pu,
        power_curves.next_speed_mps,
        power_curves.next_power_pu,
        training.baseline_to is not null as has_baseline,
        training.baseline_yield_ratio,
        baseline_curves.own_speed_mps as baseline_own_speed_mps,
        baseline_curves.own_power_pu as baseline_own_power_pu,
        baseline_curves.previous_speed_mps as baseline_previous_speed_mps,
        baseline_curves.previous_power_pu as baseline_previous_power_pu,
        baseline_curves.next_speed_mps as baseline_next_speed_mps,
        baseline_curves.next_power_pu as baseline_next_power_pu
    from intervals
    left join training
        on
            intervals.performance_date = training.performance_date
            and intervals.asset_id = training.asset_id
    left join power_curves
        on
            intervals.performance_date = power_curves.performance_date
            and intervals.asset_id = power_curves.asset_id
            and intervals.wind_bin = power_curves.wind_bin
    left join baseline_curves
        on
            training.baseline_to = baseline_curves.baseline_to
            and intervals.asset_id = baseline_curves.asset_id
            and intervals.wind_bin = baseline_curves.wind_bin
),

expected_pu as (
    select
        with_reference.*,
        case
            when not with_reference.is_weather_valid or with_reference.method is null then null
            else {{ expected_pu('with_reference') }}
        end as expected_power_pu,
        case
            when with_reference.is_weather_valid and with_reference.has_baseline
                then {{ expected_pu('with_reference', 'baseline_') }}
        end as expected_baseline_pu
    from with_reference
),

expected as (
    select
        expected_pu.asset_id,
        expected_pu.timestamp,
        expected_pu.performance_date,
        expected_pu.tenant_id,
        expected_pu.technology,
        expected_pu.parent_asset_id,
        expected_pu.is_plant,
        expected_pu.interval_minutes,
        expected_pu.capacity_mwh,
        expected_pu.wind_speed_mps,
        expected_pu.wind_direction_deg,
        expected_pu.ghi_wm2,
        expected_pu.temperature_c,
        expected_pu.pressure_hpa,
        expected_pu.relative_humidity_pct,
        expected_pu.measured_poa_wm2,
        expected_pu.module_temperature_c,
        expected_pu.snow_depth_m,
        expected_pu.weather_source_class,
        expected_pu.gross_generation_mwh,
        expected_pu.net_generation_mwh,
        expected_pu.curtailment_mwh,
        expected_pu.availability_pct,
        case
            when {{ plausible(
                'availability_pct', 'expected_pu.availability_pct'
            ) }} is null then 'assumed'
            else 'reported'
        end as availability_basis,
        expected_pu.asset_capacity_mw,
        expected_pu.grid_limit_mw,
        expected_pu.status_code,
        expected_pu.reported_availability_loss_mwh,
        expected_pu.air_density_kgm3,
        expected_pu.is_air_assumed,
        expected_pu.normalized_wind_speed_mps,
        expected_pu.solar_zenith_deg,
        expected_pu.is_daylight,
        expected_pu.poa_wm2,
        expected_pu.cell_temperature_c,
        expected_pu.dc_power_pu,
        {%- for flag in quality_flags() %}
        expected_pu.{{ flag }},
        {%- endfor %}
        expected_pu.is_weather_valid,
        expected_pu.is_generation_valid,
        expected_pu.is_net_valid,
        expected_pu.is_train_ok,
        expected_pu.method,
        {{ shared_dbt.measure(
            '(' ~ shared_dbt.at_least('expected_pu.expected_power_pu', '0e0')
            ~ ') * cast(expected_pu.capacity_mwh as double)'
        ) }} as expected_mwh,
        {{ shared_dbt.measure(
            '(' ~ shared_dbt.at_least('expected_pu.expected_baseline_pu', '0e0')
            ~ ') * cast(expected_pu.capacity_mwh as double)'
        ) }} as expected_baseline_mwh
    from expected_pu
),

judged as (
    select
        expected.*,
        expected.is_weather_valid
        and expected.is_generation_valid
        and expected.expected_mwh is not null as is_judged
    from expected
),

with_availability_loss as (
    select
        judged.*,
        case
            when judged.is_judged
                then {{ availability_loss(
                    'judged.expected_mwh',
                    'coalesce('
                    ~ plausible('availability_pct', 'judged.availability_pct') ~ ', 100)',
                ) }}
        end as availability_loss_mwh
    from judged
),

with_curtailment_loss as (
    select
        with_availability_loss.*,
        case
            when with_availability_loss.is_judged
                then {{ curtailment_loss(
                    'case when with_availability_loss.curtailment_mwh > 0'
                    ~ ' then with_availability_loss.curtailment_mwh else 0 end',
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
