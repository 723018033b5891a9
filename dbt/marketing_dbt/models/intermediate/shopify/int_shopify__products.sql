{{ marketing.build_int('shopify', 'products') }}
