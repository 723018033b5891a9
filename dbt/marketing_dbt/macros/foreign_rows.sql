{# Rows of the run's tenant that are not its own, by table. #}
{% macro foreign_rows() -%}
    {%- for kind, fact in [
        ['ad_performance', 'fct_ad_performance'], ['orders', 'fct_orders'], ['events', 'fct_events'],
    ] %}
    {%- set sources = marketing.sources_of(kind=kind) %}
    select '{{ fact }}' as relation, fact.tenant_skey
    from {{ ref(fact) }} as fact
    left join (
        {%- for platform, object in sources %}
        select distinct tenant_skey
        from {{ ref('platform_mm__' ~ marketing.connectors()[platform]['master_model'] ~ '_' ~ object) }}
        where
            tenant_slug = '{{ marketing.tenant() }}'
            and source_platform = '{{ platform }}'
            and starts_with(delivery_id, '{{ marketing.tenant() }}_{{ platform }}__')
        {{ 'union all' if not loop.last }}
        {%- else %}
        select cast(null as varchar) as tenant_skey
        where false
        {%- endfor %}
    ) as own on fact.tenant_skey = own.tenant_skey
    where own.tenant_skey is null or fact.tenant_slug is distinct from '{{ marketing.tenant() }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
