{#- The rules are listed in macros/rules.sql. -#}
with row_changes as (
    select * from {{ ref('row_changes') }}
),

run_inputs as (
    select * from {{ ref('run_inputs') }}
),

rules as (
    {%- set ns = namespace(first=true) %}
    {%- for table in cleaning_rules() %}
    {%- for rule in table.rules %}
    {{ '' if ns.first else 'union all' }}
    select
        '{{ table.table }}' as table_name,
        '{{ table.input }}' as input_name,
        {{ loop.index }} as step,
        '{{ rule.rule }}' as rule
    {%- set ns.first = false %}
    {%- endfor %}
    {%- endfor %}
),

counted as (
    select
        row_changes.table_name,
        row_changes.rule,
        count(case when row_changes.action = 'dropped' then 1 end) as rows_dropped,
        count(case when row_changes.action = 'changed' then 1 end) as values_changed
    from row_changes
    group by row_changes.table_name, row_changes.rule
),

joined as (
    select
        rules.table_name,
        rules.step,
        rules.rule,
        coalesce(run_inputs.row_count, 0) as rows_received,
        coalesce(counted.rows_dropped, 0) as rows_dropped,
        coalesce(counted.values_changed, 0) as values_changed
    from rules
    left join run_inputs
        on rules.input_name = run_inputs.table_name
    left join counted
        on rules.table_name = counted.table_name and rules.rule = counted.rule
),

final as (
    select
        joined.table_name,
        cast(joined.step as bigint) as step,
        joined.rule,
        cast(
            joined.rows_received + joined.rows_dropped - sum(joined.rows_dropped) over (
                partition by joined.table_name
                order by joined.step
                rows between unbounded preceding and current row
            ) as bigint
        ) as rows_in,
        cast(joined.rows_dropped as bigint) as rows_dropped,
        cast(
            joined.rows_received - sum(joined.rows_dropped) over (
                partition by joined.table_name
                order by joined.step
                rows between unbounded preceding and current row
            ) as bigint
        ) as rows_out,
        cast(joined.values_changed as bigint) as values_changed
    from joined
)

select * from final
