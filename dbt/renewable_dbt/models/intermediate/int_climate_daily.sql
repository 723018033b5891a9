{{ config(materialized='view') }}

-- what was to be expected of a day before it came: sums over earlier days of its calendar month
with daily as (
    select
        asset_id,
        performance_date,
        is_by_maker,
        curve_epoch,
        extract(month from performance_date) as calendar_month,
        potential_mwh,
        judged_capacity_mwh
    from {{ ref('int_performance_daily') }}
),

with_past as (
    select
        daily.asset_id,
        daily.performance_date,
        count(daily.potential_mwh) over days_before as climate_days,
        sum(daily.potential_mwh) over days_before as potential_mwh,
        sum(daily.judged_capacity_mwh) over days_before as capacity_mwh
    from daily
    window days_before as (
        partition by
            daily.asset_id, daily.is_by_maker, daily.curve_epoch, daily.calendar_month
        order by daily.performance_date
        rows between unbounded preceding and 1 preceding
    )
),

climate as (
    select
        with_past.asset_id,
        with_past.performance_date,
        case
            when with_past.climate_days >= {{ constant('climate_days') }}
                then {{ shared_dbt.ratio('with_past.potential_mwh', 'with_past.capacity_mwh') }}
        end as climate_capacity_factor
    from with_past
)

select * from climate
