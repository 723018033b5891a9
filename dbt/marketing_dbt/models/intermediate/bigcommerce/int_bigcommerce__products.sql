{{ marketing.build_int('bigcommerce', 'products') }}
