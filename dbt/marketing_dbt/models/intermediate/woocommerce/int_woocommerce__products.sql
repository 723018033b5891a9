{{ marketing.build_int('woocommerce', 'products') }}
