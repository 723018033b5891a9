{{ marketing.build_int('bigcommerce', 'orders') }}
