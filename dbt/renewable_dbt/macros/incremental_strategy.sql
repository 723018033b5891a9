{# dbt looks for a strategy in the project itself. #}
{% macro get_incremental_rebuild_from_sql(arg_dict) -%}
    {{ return(shared_dbt.get_incremental_rebuild_from_sql(arg_dict)) }}
{%- endmacro %}
