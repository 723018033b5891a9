{{ marketing.sync_to_master_hub('amazon_ads_api_v1', 'sponsored_products_product_ads') }}
