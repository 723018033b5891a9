-- A month's capacity factor is its net energy by its capacity, not a mean of daily factors.
{{ config(meta={'dagster': {'ref': {'name': 'mart_monthly_kpis'}}}) }}
with months as (
    select
        asset_id,
        performance_month,
        capacity_factor
    from {{ ref('mart_monthly_kpis') }}
    where {{ shared_dbt.rebuilt_rows('performance_month', grain='month') }}
),

days as (
    select
        asset_id,
        cast({{ dbt.date_trunc('month', 'performance_date') }} as date) as performance_month,
        sum(valid_net_generation_mwh) as net_mwh,
        sum(valid_capacity_mwh) as capacity_mwh
    from {{ ref('mart_asset_performance_daily') }}
    where {{ shared_dbt.rebuilt_rows('performance_date', grain='month') }}
    group by 1, 2
)

select
    months.asset_id,
    months.performance_month,
    months.capacity_factor,
    days.net_mwh,
    days.capacity_mwh
from months
left join days
    on
        months.asset_id = days.asset_id
        and months.performance_month = days.performance_month
where
    (months.capacity_factor is null) <> (days.capacity_mwh is null)
    or abs(months.capacity_factor - days.net_mwh / days.capacity_mwh) > 1e-8
