{{ marketing.generate_staging_pusher('amazon_ads', 'sponsored_products_product_ads') }}
