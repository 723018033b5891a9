{#
  The canonical shape of each kind of object: names and types that every engine fills, and in which
  several sources are put together. What a source does not have is a typed null.
#}
{% macro canonical_columns(kind) -%}
    {%- set shapes = {
        'ad_performance': [
            ['report_date', 'date'], ['campaign_id', 'varchar'], ['ad_group_id', 'varchar'],
            ['ad_id', 'varchar'], ['spend', 'decimal(18, 6)'], ['currency', 'varchar'],
            ['impressions', 'bigint'], ['clicks', 'bigint'], ['conversions', 'decimal(18, 6)'],
            ['conversion_value', 'decimal(18, 6)'],
        ],
        'campaigns': [
            ['campaign_id', 'varchar'], ['campaign_name', 'varchar'], ['status', 'varchar'],
            ['channel', 'varchar'], ['started_on', 'date'], ['ended_on', 'date'],
        ],
        'ad_groups': [
            ['ad_group_id', 'varchar'], ['campaign_id', 'varchar'], ['ad_group_name', 'varchar'],
            ['status', 'varchar'],
        ],
        'ads': [
            ['ad_id', 'varchar'], ['ad_group_id', 'varchar'], ['campaign_id', 'varchar'],
            ['ad_name', 'varchar'], ['status', 'varchar'],
        ],
        'accounts': [
            ['account_id', 'varchar'], ['account_name', 'varchar'], ['currency', 'varchar'],
            ['time_zone', 'varchar'],
        ],
        'orders': [
            ['order_id', 'varchar'], ['order_date', 'timestamp'], ['total_price', 'decimal(18, 6)'],
            ['currency', 'varchar'], ['financial_status', 'varchar'], ['customer_email', 'varchar'],
            ['customer_id', 'varchar'], ['line_items_json', 'varchar'],
        ],
        'products': [
            ['product_id', 'varchar'], ['product_name', 'varchar'], ['vendor', 'varchar'],
            ['product_type', 'varchar'], ['status', 'varchar'],
        ],
        'events': [
            ['event_name', 'varchar'], ['event_at', 'timestamp'], ['user_pseudo_id', 'varchar'],
            ['user_id', 'varchar'], ['profile_id', 'varchar'], ['source', 'varchar'],
            ['medium', 'varchar'], ['campaign', 'varchar'], ['country', 'varchar'],
            ['device', 'varchar'], ['transaction_id', 'varchar'], ['revenue', 'decimal(18, 6)'],
            ['currency', 'varchar'],
        ],
        'users': [
            ['profile_id', 'varchar'], ['user_pseudo_id', 'varchar'], ['user_id', 'varchar'],
            ['user_name', 'varchar'], ['email', 'varchar'], ['country', 'varchar'],
            ['first_seen_at', 'timestamp'], ['last_seen_at', 'timestamp'],
        ],
    } -%}
    {#- A finer report of the same platform: typed alike, but no fact, or money would count twice. -#}
    {{ return(shapes['ad_performance' if kind == 'ad_performance_detail' else kind]) }}
{%- endmacro %}

{# The columns that name a record, in front of the canonical ones. #}
{% macro record_columns() -%}
    {{ return([
        ['tenant_skey', 'varchar'], ['tenant_slug', 'varchar'], ['source_platform', 'varchar'],
    ]) }}
{%- endmacro %}

{# All rows of a kind from the tenant's sources; an empty table of the right types if it has none. #}
{% macro union_of_kind(kind) -%}
    {%- set columns = marketing.record_columns() + marketing.canonical_columns(kind) -%}
    {%- for platform, object in marketing.sources_of(kind=kind) %}
    select {% for column in columns %}{{ column[0] }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ ref('int_' ~ platform ~ '__' ~ object) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {% for column in columns %}cast(null as {{ column[1] }}) as {{ column[0] }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endfor %}
{%- endmacro %}
