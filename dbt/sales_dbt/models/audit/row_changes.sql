{#- One branch per rule and value; the rules are listed in macros/rules.sql. The linter knows none:
    it sees `null` and `true` in their place. -#}
{%- set branches = cleaning_branches() -%}

with final as (
    {%- for branch in branches %}
    select
        '{{ branch.table }}' as table_name,
        cast({{ branch.key or 'null' }} as varchar) as row_key,
        _source_row as source_row,
        '{{ branch.rule }}' as rule,
        '{{ branch.action }}' as action,
        '{{ branch.column }}' as column_name,
        cast({{ branch.before or 'null' }} as varchar) as value_before,
        cast({{ branch.after or 'null' }} as varchar) as value_after
    from {{ ref(branch.cleaned) }}
    where {{ branch.condition or true }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
