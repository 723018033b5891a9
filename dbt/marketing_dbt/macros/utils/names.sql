{#
  Names of relations carry the tenant; names of models do not.

  PENSTOCK_TENANT is read while the project is parsed, and again while a statement runs. penstock
  parses once for all tenants, with {tenant} in its place, and gives every run the names of its own.
#}
{% macro tenant() -%}
    {{ return(env_var('PENSTOCK_TENANT', '') or 'demo') }}
{%- endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name in ('staging', 'intermediate', 'analytics') -%}
        {{ marketing.tenant() ~ '_' ~ custom_schema_name }}
    {%- else -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}

{# stg_facebook_ads__ads -> stg_tyrell_corp__facebook_ads_ads; fct_orders -> fct_<tenant>__orders. #}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set prefix, _, rest = node.name.partition('_') -%}
    {%- if prefix in ('stg', 'int', 'fct', 'dim') -%}
        {{ prefix ~ '_' ~ marketing.tenant() ~ '__' ~ rest.replace('__', '_') }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
