{#
  Staging: one object of one of the tenant's connectors, every delivery of it, ready to be pushed
  into its master model. The raw columns, and those the contract did not know, go into
  raw_data_payload as JSON; nothing is renamed or left out.

  The raw table is named by the tenant's configuration; source() makes the edge in the graph. A
  later revision of the contract has a raw table of its own beside the first. Raw tables are made
  with the first load after their source was configured: one that is not there has no rows.
#}
{% macro generate_staging_pusher(platform, object) -%}
    {%- set landed = source('raw', platform ~ '__' ~ object) -%}
    {%- set tables = [] -%}
    {%- for raw in marketing.load_clients(platform, object) -%}
        {%- if load_relation(landed.incorporate(path={'identifier': raw['table']})) is not none -%}
            {%- do tables.append(raw) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for raw in tables %}
    select
        '{{ marketing.tenant() }}' as tenant_slug,
        '{{ platform }}' as source_platform,
        {{ marketing.gen_tenant_key(platform, raw['key']) }} as tenant_skey,
        regexp_extract(_delivery_id, '\.([0-9a-f]{32})\.', 1) as source_schema_hash,
        {% if raw['cursor'] %}cast({{ raw['cursor'] }} as varchar){% else %}cast(null as varchar){% endif %}
            as source_cursor,
        _delivered_at as loaded_at,
        _delivery_id as delivery_id,
        _source_row as source_row,
        _row_hash as record_hash,
        {{ marketing.bundle_payload(raw['columns']) }} as raw_data_payload
    from {{ landed.schema }}."{{ raw['table'] }}"
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as varchar) as tenant_slug,
        cast(null as varchar) as source_platform,
        cast(null as varchar) as tenant_skey,
        cast(null as varchar) as source_schema_hash,
        cast(null as varchar) as source_cursor,
        cast(null as timestamp) as loaded_at,
        cast(null as varchar) as delivery_id,
        cast(null as bigint) as source_row,
        cast(null as bigint) as record_hash,
        cast(null as varchar) as raw_data_payload
    where false
    {%- endfor %}
{%- endmacro %}

{# Typed columns as one JSON object, with the values of columns that the contract did not know. #}
{% macro bundle_payload(columns) -%}
    {%- set known -%}
        to_json({
            {%- for column in columns %}'{{ column }}': "{{ column }}"{{ ', ' if not loop.last }}{% endfor -%}
        })
    {%- endset -%}
    cast(
        case
            when extra_columns is null then {{ known }}
            else json_merge_patch(cast(extra_columns as json), {{ known }})
        end as varchar
    )
{%- endmacro %}
