{# Shopify. Money is decimal text in the shop's currency; times have landed as UTC. #}
{% macro connector_shopify() -%}
    {{ return({
        'domain': 'ecommerce',
        'master_model': 'shopify_api_v1',
        'objects': {'orders': 'orders', 'products': 'products'},
    }) }}
{%- endmacro %}

{% macro engine_shopify_api_v1__orders() -%}
    {{ return({
        'fields': [
            'id', 'created_at', 'total_price', 'currency', 'financial_status', 'email',
            'customer_id', 'line_items',
        ],
        'columns': {
            'order_id': marketing.as_text('id'),
            'order_date': marketing.as_time('created_at'),
            'total_price': marketing.as_money('total_price'),
            'currency': marketing.as_text('currency'),
            'financial_status': marketing.as_text('financial_status'),
            'customer_email': marketing.as_text('email'),
            'customer_id': marketing.as_text('customer_id'),
            'line_items_json': marketing.as_text('line_items'),
        },
    }) }}
{%- endmacro %}

{% macro engine_shopify_api_v1__products() -%}
    {{ return({
        'fields': ['id', 'title', 'vendor', 'product_type', 'status'],
        'columns': {
            'product_id': marketing.as_text('id'),
            'product_name': marketing.as_text('title'),
            'vendor': marketing.as_text('vendor'),
            'product_type': marketing.as_text('product_type'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}
