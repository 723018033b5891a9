{{ marketing.generate_staging_pusher('shopify', 'products') }}
