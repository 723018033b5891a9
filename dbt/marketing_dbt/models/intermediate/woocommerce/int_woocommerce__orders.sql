{{ marketing.build_int('woocommerce', 'orders') }}
