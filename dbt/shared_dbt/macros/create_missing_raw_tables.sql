{#
  On the dev target only: an empty table for every source that nothing has loaded yet, so that a
  fresh clone can run `dbt run --empty` and the unit tests. The working warehouse gets its raw
  tables from loading alone.
#}
{% macro create_missing_raw_tables() -%}
    {%- if execute and target.name == 'dev' -%}
        {%- for source in graph.sources.values() if source.package_name == project_name %}
            create schema if not exists {{ source.schema }};
            create table if not exists {{ source.schema }}.{{ source.identifier }} (
                {%- for column in source.columns.values() %}
                {{ adapter.quote(column.name) }} {{ column.data_type }}{{ ',' if not loop.last }}
                {%- endfor %}
            );
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}
