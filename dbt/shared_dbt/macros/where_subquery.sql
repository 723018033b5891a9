{#
  A data test reads only what this run rebuilt when its config says where: "rebuilt(<column>)" or
  "rebuilt(<column>, month)"; after a full build it reads the whole table.
#}
{% macro default__get_where_subquery(relation) -%}
    {%- set where = (config.get('where') or '') | trim -%}
    {%- if where.startswith('rebuilt(') -%}
        {%- set arguments = where[8:-1].split(',') | map('trim') | list -%}
        {%- set day = shared_dbt.resolved_rebuild_day_for_test() -%}
        {%- if day is none -%}
            {%- set where = '' -%}
        {%- else -%}
            {%- set start = shared_dbt.shifted_day(day, 0, arguments[1] | default('day')) -%}
            {%- set where = arguments[0] ~ " >= date '" ~ start ~ "'" -%}
        {%- endif -%}
    {%- endif -%}
    {%- if where -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as rebuilt_rows') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
