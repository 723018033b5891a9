{#
  Google Analytics 4. Revenue is in the shop's currency, the tenant's, where the export has it, else
  in US dollars by the export's own conversion.
#}
{% macro connector_google_analytics() -%}
    {{ return({
        'domain': 'analytics',
        'master_model': 'google_analytics_api_v1',
        'objects': {'events': 'events'},
    }) }}
{%- endmacro %}

{% macro engine_google_analytics_api_v1__events() -%}
    {{ return({
        'fields': [
            'name', 'timestamp', 'user_pseudo_id', 'user_id', 'traffic_source_source',
            'traffic_source_medium', 'traffic_source_name', 'geo_country', 'device_category',
            'ecommerce_transaction_id', 'ecommerce_purchase_revenue',
            'ecommerce_purchase_revenue_in_usd',
        ],
        'columns': {
            'event_name': marketing.as_text('name'),
            'event_at': marketing.as_time('"timestamp"'),
            'user_pseudo_id': marketing.as_text('user_pseudo_id'),
            'user_id': marketing.as_text('user_id'),
            'source': marketing.as_text('traffic_source_source'),
            'medium': marketing.as_text('traffic_source_medium'),
            'campaign': marketing.as_text('traffic_source_name'),
            'country': marketing.as_text('geo_country'),
            'device': marketing.as_text('device_category'),
            'transaction_id': marketing.as_text('ecommerce_transaction_id'),
            'revenue': 'coalesce(' ~ marketing.as_money('ecommerce_purchase_revenue') ~ ', '
                ~ marketing.as_money('ecommerce_purchase_revenue_in_usd') ~ ')',
            'currency': "case when ecommerce_purchase_revenue is not null then '"
                ~ marketing.get_tenant_config().get('currency', 'USD')
                ~ "' when ecommerce_purchase_revenue_in_usd is not null then 'USD' end",
        },
    }) }}
{%- endmacro %}
