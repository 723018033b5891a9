{{ marketing.generate_staging_pusher('shopify', 'orders') }}
