{{ marketing.generate_staging_pusher('woocommerce', 'products') }}
