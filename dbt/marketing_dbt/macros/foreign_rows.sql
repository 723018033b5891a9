{#
  Rows of the run's tenant that are not its own, by table: every table that has a tenant_slug says
  whose each row is; every typed record is one that this tenant pushed out of a raw table of its
  own; every fact is one of these records.
#}
{% macro foreign_rows() -%}
    {%- for platform, object in marketing.sources_of() %}
    {%- set model = 'int_' ~ platform ~ '__' ~ object %}
    {%- set raw_tables = marketing.load_clients(platform, object) | map(attribute='table') | list %}
    select '{{ model }}' as relation, record.tenant_skey
    from {{ ref(model) }} as record
    left join (
        select distinct tenant_skey
        from {{ ref('platform_mm__' ~ marketing.connectors()[platform]['master_model'] ~ '_' ~ object) }}
        where
            tenant_slug = '{{ marketing.tenant() }}'
            and source_platform = '{{ platform }}'
            and split_part(delivery_id, '/', 1) in {{ marketing.sql_list(raw_tables) }}
    ) as own on record.tenant_skey = own.tenant_skey
    where own.tenant_skey is null or record.tenant_slug is distinct from '{{ marketing.tenant() }}'
    union all
    {%- endfor %}
    {%- for kind, fact in [
        ['ad_performance', 'fct_ad_performance'], ['orders', 'fct_orders'], ['events', 'fct_events'],
    ] %}
    select '{{ fact }}' as relation, fact.tenant_skey
    from {{ ref(fact) }} as fact
    where fact.tenant_skey is null or fact.tenant_skey not in (
        {%- for platform, object in marketing.sources_of(kind=kind) %}
        select tenant_skey from {{ ref('int_' ~ platform ~ '__' ~ object) }}
        {{ 'union all' if not loop.last }}
        {%- else %}
        select cast('' as varchar) as tenant_skey
        {%- endfor %}
    )
    union all
    {%- endfor %}
    {%- for table in [
        'fct_ad_performance', 'fct_orders', 'fct_events', 'fct_sessions', 'dim_campaigns', 'dim_users'
    ] %}
    select '{{ table }}' as relation, tenant_skey
    from {{ ref(table) }}
    where tenant_slug is distinct from '{{ marketing.tenant() }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
