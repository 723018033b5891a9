{{ config(materialized='table') }}

with bins_daily as (
    select * from {{ ref('int_power_curve_bins_daily') }}
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld
),

baselines as (
    select * from {{ ref('int_baseline_training') }}
    where baseline_yield_ratio is null
),

asset_days as (
    select
        asset_id,
        tenant_id,
        curve_epoch,
        performance_date
    from {{ ref('int_asset_days') }}
    where technology = 'wind' and not is_plant
),

training as (
    select
        bins_daily.*,
        cast({{ dbt.date_trunc('month', 'bins_daily.performance_date') }} as date) as training_month
    from bins_daily
    left join suspected_days
        on
            bins_daily.performance_date = suspected_days.performance_date
            and bins_daily.asset_id = suspected_days.asset_id
    where suspected_days.asset_id is null
),

monthly as (
    select
        training.asset_id,
        training.training_month,
        training.curve_epoch,
        training.wind_bin,
        sum(training.intervals) as intervals,
        sum(training.training_minutes) as training_minutes,
        sum(training.sum_speed_mps) as sum_speed_mps,
        sum(training.sum_power_pu) as sum_power_pu,
        sum(training.sum_power_pu_squared) as sum_power_pu_squared
    from training
    group by
        training.asset_id, training.training_month, training.curve_epoch, training.wind_bin
),

asset_months as (
    select
        asset_days.asset_id,
        max(asset_days.tenant_id) as tenant_id,
        min(asset_days.curve_epoch) as curve_epoch,
        cast({{ dbt.date_trunc('month', 'asset_days.performance_date') }} as date) as as_of_month
    from asset_days
    group by
        asset_days.asset_id,
        cast({{ dbt.date_trunc('month', 'asset_days.performance_date') }} as date)
),

-- recent: the twelve months before the month it is for, since the last event before it
recent as (
    select
        asset_months.asset_id,
        asset_months.as_of_month,
        'recent' as reference,
        monthly.wind_bin,
        sum(monthly.intervals) as intervals,
        sum(monthly.training_minutes) as training_minutes,
        sum(monthly.sum_speed_mps) as sum_speed_mps,
        sum(monthly.sum_power_pu) as sum_power_pu,
        sum(monthly.sum_power_pu_squared) as sum_power_pu_squared
    from asset_months
    inner join monthly
        on
            asset_months.asset_id = monthly.asset_id
            and asset_months.curve_epoch = monthly.curve_epoch
            and asset_months.as_of_month > monthly.training_month
            and asset_months.as_of_month <= monthly.training_month + interval 1 year
    group by asset_months.asset_id, asset_months.as_of_month, monthly.wind_bin
),

baseline as (
    select
        baselines.asset_id,
        cast({{ dbt.date_trunc('month', 'baselines.baseline_to') }} as date) as as_of_month,
        'baseline' as reference,
        training.wind_bin,
        sum(training.intervals) as intervals,
        sum(training.training_minutes) as training_minutes,
        sum(training.sum_speed_mps) as sum_speed_mps,
        sum(training.sum_power_pu) as sum_power_pu,
        sum(training.sum_power_pu_squared) as sum_power_pu_squared
    from baselines
    inner join training
        on
            baselines.asset_id = training.asset_id
            and training.performance_date between baselines.baseline_from
            and baselines.baseline_to
    group by baselines.asset_id, baselines.baseline_to, training.wind_bin
),

curves as (
    select * from recent
    union all
    select * from baseline
),

-- exact sums first: a variance is the difference of two large numbers
final as (
    select
        curves.asset_id,
        asset_months.tenant_id,
        curves.as_of_month,
        curves.reference,
        curves.wind_bin,
        cast(curves.intervals as integer) as intervals,
        {{ shared_dbt.ratio('curves.sum_speed_mps', 'curves.intervals') }} as mean_speed_mps,
        {{ shared_dbt.ratio('curves.sum_power_pu', 'curves.intervals') }} as mean_power_pu,
        {{ shared_dbt.measure(
            'sqrt(greatest(cast(curves.sum_power_pu_squared as double) / curves.intervals'
            ~ ' - power(cast(curves.sum_power_pu as double) / curves.intervals, 2), 0e0))'
        ) }} as sd_power_pu
    from curves
    inner join asset_months
        on
            curves.asset_id = asset_months.asset_id
            and curves.as_of_month = asset_months.as_of_month
    where curves.training_minutes >= {{ constant('curve_bin_minutes') }}
),

{{ maker_segment_ctes() }},

-- the maker's, once, from the month on in which its version of the asset begins
versions as (
    select
        spans.asset_id,
        spans.tenant_id,
        spans.valid_from,
        cast({{ dbt.date_trunc('month', 'spans.span_from') }} as date) as as_of_month
    from {{ ref('int_asset_spans') }} as spans
    where spans.power_curve is not null and spans.span_from is not null
    qualify
        row_number() over (
            partition by
                spans.asset_id, cast({{ dbt.date_trunc('month', 'spans.span_from') }} as date)
            order by spans.valid_from desc
        ) = 1
),

with_makers as (
    select * from final
    union all
    select
        versions.asset_id,
        versions.tenant_id,
        versions.as_of_month,
        'oem' as reference,
        maker_segments.wind_bin,
        cast(null as integer) as intervals,
        maker_segments.own_speed_mps as mean_speed_mps,
        maker_segments.own_power_pu as mean_power_pu,
        cast(null as decimal(18, 9)) as sd_power_pu
    from versions
    inner join maker_segments
        on
            versions.asset_id = maker_segments.asset_id
            and versions.valid_from = maker_segments.valid_from
    where maker_segments.own_power_pu > 0
)

select * from with_makers
