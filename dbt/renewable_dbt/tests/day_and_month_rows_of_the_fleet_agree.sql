-- A month of the fleet is the sum of its days.
{{ config(meta={'dagster': {'ref': {'name': 'mart_fleet_summary'}}}) }}
with sums as (
    select
        tenant_id,
        portfolio,
        technology,
        cast({{ dbt.date_trunc('month', 'period_start') }} as date) as period_month,
        sum(case when period_grain = 'day' then net_generation_mwh end) as net_of_days,
        sum(case when period_grain = 'month' then net_generation_mwh end) as net_of_month
    from {{ ref('mart_fleet_summary') }}
    where {{ shared_dbt.rebuilt_rows('period_start', grain='month') }}
    group by 1, 2, 3, 4
)

select *
from sums
where net_of_days is distinct from net_of_month
