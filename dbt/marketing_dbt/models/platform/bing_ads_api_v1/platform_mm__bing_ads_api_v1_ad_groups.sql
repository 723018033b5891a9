{{ marketing.sync_to_master_hub('bing_ads_api_v1', 'ad_groups') }}
