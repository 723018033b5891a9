{#
  A data test reads only what this run rebuilt when its config says where: "rebuilt(<column>)" or
  "rebuilt(<column>, month)"; after a full build it reads the whole table.
#}
{% macro default__get_where_subquery(relation) -%}
    {%- set where = (config.get('where') or '') | trim -%}
    {%- if where.startswith('rebuilt(') -%}
        {%- set arguments = where[8:-1].split(',') | map('trim') | list -%}
        {%- set grain = arguments[1] | default('day') -%}
        {%- set where = shared_dbt.rebuilt_rows(arguments[0], grain) -%}
    {%- endif -%}
    {%- if where -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as rebuilt_rows') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
