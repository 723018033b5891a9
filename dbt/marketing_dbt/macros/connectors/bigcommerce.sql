{#
  BigCommerce. Money is decimal text in the order's currency; customer 0 is a guest.
#}
{% macro connector_bigcommerce() -%}
    {{ return({
        'domain': 'ecommerce',
        'master_model': 'bigcommerce_api_v1',
        'objects': {
            'orders': 'orders',
            'products': 'products',
        },
    }) }}
{%- endmacro %}

{% macro engine_bigcommerce_api_v1__orders() -%}
    {{ return({
        'fields': [
            'id',
            'date_created',
            'total_inc_tax',
            'currency_code',
            'payment_status',
            'products',
            'billing_address',
            'customer_id',
        ],
        'columns': {
            'order_id': marketing.as_text('id'),
            'order_date': marketing.as_time('date_created'),
            'total_price': marketing.as_money('total_inc_tax'),
            'currency': marketing.as_text('currency_code'),
            'financial_status': marketing.as_text('payment_status'),
            'customer_email': "json_extract_string(billing_address, '$.email')",
            'customer_id': "nullif(customer_id, '0')",
            'line_items_json': marketing.as_text('products'),
        },
    }) }}
{%- endmacro %}

{% macro engine_bigcommerce_api_v1__products() -%}
    {{ return({
        'fields': [
            'id',
            'name',
            'type',
            'is_visible',
        ],
        'columns': {
            'product_id': marketing.as_text('id'),
            'product_name': marketing.as_text('name'),
            'product_type': marketing.as_text('"type"'),
            'status': "case is_visible when 'true' then 'visible' when 'false' then 'hidden' end",
        },
    }) }}
{%- endmacro %}
