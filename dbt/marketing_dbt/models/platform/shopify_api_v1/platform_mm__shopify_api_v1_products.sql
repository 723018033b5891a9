{{ marketing.sync_to_master_hub('shopify_api_v1', 'products') }}
