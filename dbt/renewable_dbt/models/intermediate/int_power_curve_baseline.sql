{{ config(materialized='table') }}

with baselines as (
    select * from {{ ref('int_baseline_training') }}
),

bins_daily as (
    select * from {{ ref('int_power_curve_bins_daily') }}
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld
),

bins as (
    select {{ shared_dbt.each_integer(0, constant('curve_last_bin')) }} as wind_bin
),

summed as (
    select
        bins_daily.asset_id,
        baselines.baseline_to,
        bins_daily.wind_bin,
        sum(bins_daily.intervals) as intervals,
        sum(bins_daily.training_minutes) as training_minutes,
        sum(bins_daily.sum_speed_mps) as sum_speed_mps,
        sum(bins_daily.sum_power_pu) as sum_power_pu
    from bins_daily
    inner join baselines
        on
            bins_daily.asset_id = baselines.asset_id
            and bins_daily.performance_date between baselines.baseline_from
            and baselines.baseline_to
    left join suspected_days
        on
            bins_daily.performance_date = suspected_days.performance_date
            and bins_daily.asset_id = suspected_days.asset_id
    where suspected_days.asset_id is null
    group by bins_daily.asset_id, baselines.baseline_to, bins_daily.wind_bin
),

-- a curve has every bin, those without training intervals too
all_bins as (
    select
        baselines.asset_id,
        baselines.baseline_to,
        bins.wind_bin,
        summed.intervals,
        summed.training_minutes,
        summed.sum_speed_mps,
        summed.sum_power_pu
    from baselines
    cross join bins
    left join summed
        on
            baselines.asset_id = summed.asset_id
            and baselines.baseline_to = summed.baseline_to
            and bins.wind_bin = summed.wind_bin
    where baselines.baseline_yield_ratio is null
),

{{ curve_segment_ctes('all_bins', 'asset_id, baseline_to') }}

select * from segments
