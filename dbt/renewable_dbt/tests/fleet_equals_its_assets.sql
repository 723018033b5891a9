-- The fleet's day is the sum of its assets, a plant counted through its units and never twice.
{{ config(meta={'dagster': {'ref': {'name': 'mart_fleet_summary'}}}) }}
{%- set columns = ['gross_generation_mwh', 'potential_mwh', 'availability_loss_mwh',
    'curtailment_loss_mwh', 'performance_loss_mwh'] %}

with fleet as (
    select
        period_start,
        {%- for column in columns %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        sum(n_assets) as n_assets
    from {{ ref('mart_fleet_summary') }}
    where period_grain = 'day' and {{ shared_dbt.rebuilt_rows('period_start') }}
    group by period_start
),

daily as (
    select *
    from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt_rows('performance_date') }}
),

plants as (
    select distinct
        parent_asset_id as asset_id,
        performance_date
    from daily
    where parent_asset_id is not null
),

assets as (
    select
        daily.performance_date,
        {%- for column in columns %}
        sum(daily.{{ column }}) as {{ column }},
        {%- endfor %}
        count(*) as n_assets
    from daily
    left join plants
        on
            daily.asset_id = plants.asset_id
            and daily.performance_date = plants.performance_date
    where plants.asset_id is null
    group by daily.performance_date
)

select
    assets.*,
    fleet.*
from assets
full outer join fleet
    on assets.performance_date = fleet.period_start
where
    assets.n_assets is distinct from fleet.n_assets
    {%- for column in columns %}
    or assets.{{ column }} is distinct from fleet.{{ column }}
    {%- endfor %}
