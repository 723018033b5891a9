{{ config(meta={'day_column': 'performance_month', 'grain': 'month'}) }}

with daily as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'performance_date') }} as date) as performance_month
    from {{ ref('mart_loss_waterfall_daily') }}
    where is_counted_in_fleet and {{ shared_dbt.rebuilt('performance_date', grain='month') }}
),

summed as (
    select
        {%- for step in waterfall_steps() %}
        {{ waterfall_sum(step) }} as {{ step }}_mwh,
        {%- endfor %}
        daily.tenant_id,
        daily.portfolio,
        daily.technology,
        daily.performance_month
    from daily
    group by daily.tenant_id, daily.portfolio, daily.technology, daily.performance_month
),

steps as (
    {%- for step in waterfall_steps() %}
    select
        summed.tenant_id,
        summed.portfolio,
        summed.technology,
        summed.performance_month,
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
