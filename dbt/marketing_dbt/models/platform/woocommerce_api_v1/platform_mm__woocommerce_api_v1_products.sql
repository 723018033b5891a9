{{ marketing.sync_to_master_hub('woocommerce_api_v1', 'products') }}
