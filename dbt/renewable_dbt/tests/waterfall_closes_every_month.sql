-- Potential minus the losses is net, exactly, for every asset and for the fleet, and the fleet is
-- the sum of the assets that count.
{{ config(meta={'dagster': {'ref': {'name': 'mart_loss_waterfall_monthly'}}}) }}
with steps as (
    select
        asset_id as owner,
        technology,
        performance_month,
        step,
        mwh
    from {{ ref('mart_loss_waterfall_monthly') }}
    where {{ shared_dbt.rebuilt_rows('performance_month', grain='month') }}
    union all
    select
        concat_ws('/', 'fleet', tenant_id, portfolio) as owner,
        technology,
        performance_month,
        step,
        mwh
    from {{ ref('mart_loss_waterfall_fleet_monthly') }}
    where {{ shared_dbt.rebuilt_rows('performance_month', grain='month') }}
),

waterfalls as (
    select
        {%- for step in waterfall_steps() %}
        sum(case when step = '{{ step }}' then mwh end) as {{ step }},
        {%- endfor %}
        owner,
        technology,
        performance_month
    from steps
    group by owner, technology, performance_month
),

fleet_potential as (
    select
        performance_month,
        sum(potential) as potential
    from waterfalls
    where owner like 'fleet/%'
    group by performance_month
),

counted_potential as (
    select
        cast({{ dbt.date_trunc('month', 'performance_date') }} as date) as performance_month,
        sum(potential_mwh) as potential
    from {{ ref('mart_loss_waterfall_daily') }}
    where
        is_counted_in_fleet
        and {{ shared_dbt.rebuilt_rows('performance_date', grain='month') }}
    group by cast({{ dbt.date_trunc('month', 'performance_date') }} as date)
)

select
    owner,
    performance_month
from waterfalls
where
    potential - availability_loss - curtailment_loss - performance_loss - electrical_loss
    <> net_generation
union all
select
    'fleet' as owner,
    performance_month
from counted_potential
left join fleet_potential using (performance_month)
where counted_potential.potential is distinct from fleet_potential.potential
