{#- One branch per rule and value; the rules are listed in macros/rules.sql. -#}
{%- set branches = [] -%}
{%- for table in cleaning_rules() -%}
    {%- for rule in table.rules -%}
        {%- if rule.drops -%}
            {%- do branches.append((table, rule.rule, 'dropped', rule.drops, rule.drops, none,
                "dropped_by = '" ~ rule.rule ~ "'")) -%}
        {%- else -%}
            {%- for column, before, after, condition in rule.changes -%}
                {%- do branches.append((table, rule.rule, 'changed', column, before, after,
                    'dropped_by is null and ('
                    ~ (condition or before ~ ' is distinct from cast(' ~ after ~ ' as varchar)')
                    ~ ')')) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endfor -%}

with final as (
    {% for table, rule, action, column, before, after, condition in branches -%}
        select
            '{{ table.table }}' as table_name,
            cast({{ table.key }} as varchar) as row_key,
            _source_row as source_row,
            '{{ rule }}' as rule,
            '{{ action }}' as action,
            '{{ column }}' as column_name,
            cast({{ before }} as varchar) as value_before,
            cast({{ after or 'null' }} as varchar) as value_after
        from {{ ref(table.cleaned) }}
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
