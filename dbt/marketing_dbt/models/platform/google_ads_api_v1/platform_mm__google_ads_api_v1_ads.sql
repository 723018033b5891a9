{{ marketing.sync_to_master_hub('google_ads_api_v1', 'ads') }}
