{{ marketing.sync_to_master_hub('bigcommerce_api_v1', 'orders') }}
