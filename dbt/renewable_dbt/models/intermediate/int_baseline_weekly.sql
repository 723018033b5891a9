{{ config(materialized='view') }}

-- one fixed yardstick over an asset's life since its last event, its first year included: the
-- frozen curve (wind) or modelled DC energy (solar), on sums of training intervals
with wind_bins as (
    select * from {{ ref('int_power_curve_bins_daily') }}
    where intervals > 0
),

solar_days as (
    select * from {{ ref('int_solar_ratio_daily') }}
    where is_usable
),

baseline_curves as (
    select
        asset_id,
        baseline_to,
        wind_bin,
        own_power_pu
    from {{ ref('int_power_curve_baseline') }}
),

last_epochs as (
    select
        asset_id,
        max(curve_epoch) as curve_epoch
    from {{ ref('int_asset_days') }}
    group by asset_id
),

baselines as (
    select all_baselines.*
    from {{ ref('int_baseline_training') }} as all_baselines
    inner join last_epochs
        on
            all_baselines.asset_id = last_epochs.asset_id
            and all_baselines.curve_epoch = last_epochs.curve_epoch
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld
),

measured as (
    select
        wind_bins.asset_id,
        wind_bins.performance_date,
        wind_bins.sum_power_pu as actual,
        {{ shared_dbt.measure(
            'cast(baseline_curves.own_power_pu as double) * wind_bins.intervals'
        ) }} as expected
    from wind_bins
    inner join baselines
        on
            wind_bins.asset_id = baselines.asset_id
            and wind_bins.curve_epoch = baselines.curve_epoch
    inner join baseline_curves
        on
            baselines.asset_id = baseline_curves.asset_id
            and baselines.baseline_to = baseline_curves.baseline_to
            and wind_bins.wind_bin = baseline_curves.wind_bin
    where baseline_curves.own_power_pu is not null
    union all
    select
        solar_days.asset_id,
        solar_days.performance_date,
        solar_days.gross_generation_mwh as actual,
        {{ shared_dbt.measure(
            'cast(baselines.baseline_yield_ratio as double)'
            ~ ' * cast(solar_days.modelled_dc_mwh as double)'
        ) }} as expected
    from solar_days
    inner join baselines
        on
            solar_days.asset_id = baselines.asset_id
            and solar_days.curve_epoch = baselines.curve_epoch
),

numbered as (
    select
        measured.*,
        cast(floor({{ shared_dbt.epoch_seconds('measured.performance_date') }} / 604800) as integer)
            as week_number
    from measured
    left join suspected_days
        on
            measured.performance_date = suspected_days.performance_date
            and measured.asset_id = suspected_days.asset_id
    where suspected_days.asset_id is null
),

weekly as (
    select
        numbered.asset_id,
        numbered.week_number,
        cast(count(distinct numbered.performance_date) as integer) as days,
        {{ shared_dbt.ratio('sum(numbered.actual)', 'sum(numbered.expected)') }} as week_index
    from numbered
    group by numbered.asset_id, numbered.week_number
    having count(distinct numbered.performance_date) >= {{ constant('week_valid_days') }}
)

select * from weekly
