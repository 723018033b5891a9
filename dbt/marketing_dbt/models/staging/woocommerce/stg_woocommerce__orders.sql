{{ marketing.generate_staging_pusher('woocommerce', 'orders') }}
