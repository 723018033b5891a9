{# What the account says is left of each input is what its silver table holds. #}
with row_accounting as (
    select * from {{ ref('row_accounting') }}
),

last_rules as (
    select
        row_accounting.table_name,
        row_accounting.rows_out
    from row_accounting
    qualify
        row_number() over (
            partition by row_accounting.table_name
            order by row_accounting.step desc
        ) = 1
),

silver_rows as (
    {%- for table in cleaning_rules() %}
    select
        '{{ table.table }}' as table_name,
        count(*) as row_count
    from {{ ref(table.table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    last_rules.table_name,
    last_rules.rows_out,
    silver_rows.row_count
from last_rules
left join silver_rows
    on last_rules.table_name = silver_rows.table_name
where silver_rows.row_count is distinct from last_rules.rows_out
