{#
  WooCommerce. Money is decimal text in the order's currency; customer 0 is a guest.
#}
{% macro connector_woocommerce() -%}
    {{ return({
        'domain': 'ecommerce',
        'master_model': 'woocommerce_api_v1',
        'objects': {
            'orders': 'orders',
            'products': 'products',
        },
    }) }}
{%- endmacro %}

{% macro engine_woocommerce_api_v1__orders() -%}
    {{ return({
        'fields': [
            'id',
            'date_created_gmt',
            'total',
            'currency',
            'status',
            'line_items',
            'billing',
            'customer_id',
        ],
        'columns': {
            'order_id': marketing.as_text('id'),
            'order_date': marketing.as_time('date_created_gmt'),
            'total_price': marketing.as_money('total'),
            'currency': marketing.as_text('currency'),
            'financial_status': marketing.as_text('status'),
            'customer_email': "json_extract_string(billing, '$.email')",
            'customer_id': "nullif(customer_id, '0')",
            'line_items_json': marketing.as_text('line_items'),
        },
    }) }}
{%- endmacro %}

{% macro engine_woocommerce_api_v1__products() -%}
    {{ return({
        'fields': [
            'id',
            'name',
            'type',
            'status',
        ],
        'columns': {
            'product_id': marketing.as_text('id'),
            'product_name': marketing.as_text('name'),
            'product_type': marketing.as_text('"type"'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}
