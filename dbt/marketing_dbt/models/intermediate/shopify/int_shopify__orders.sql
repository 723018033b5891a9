{{ marketing.build_int('shopify', 'orders') }}
