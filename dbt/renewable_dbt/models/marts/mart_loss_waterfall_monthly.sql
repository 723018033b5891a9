{{ config(meta={'day_column': 'performance_month', 'grain': 'month'}) }}

with daily as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'performance_date') }} as date) as performance_month
    from {{ ref('mart_loss_waterfall_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', grain='month') }}
),

summed as (
    select
        {%- for step in waterfall_steps() %}
        {{ waterfall_sum(step) }} as {{ step }}_mwh,
        {%- endfor %}
        max_by(daily.tenant_id, daily.performance_date) as tenant_id,
        max_by(daily.portfolio, daily.performance_date) as portfolio,
        max_by(daily.technology, daily.performance_date) as technology,
        daily.asset_id,
        daily.performance_month
    from daily
    group by daily.asset_id, daily.performance_month
),

steps as (
    {%- for step in waterfall_steps() %}
    select
        summed.asset_id,
        summed.performance_month,
        summed.tenant_id,
        summed.portfolio,
        summed.technology,
        {{ loop.index }} as step_order,
        '{{ step }}' as step,
        summed.{{ step }}_mwh as mwh
    from summed
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from steps
