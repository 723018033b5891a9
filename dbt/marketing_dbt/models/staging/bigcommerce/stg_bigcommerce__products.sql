{{ marketing.generate_staging_pusher('bigcommerce', 'products') }}
