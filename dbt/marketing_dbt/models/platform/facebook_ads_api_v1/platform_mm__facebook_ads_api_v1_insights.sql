{{ marketing.sync_to_master_hub('facebook_ads_api_v1', 'insights') }}
