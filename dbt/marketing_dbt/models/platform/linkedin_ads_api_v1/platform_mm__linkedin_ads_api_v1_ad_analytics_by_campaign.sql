{{ marketing.sync_to_master_hub('linkedin_ads_api_v1', 'ad_analytics_by_campaign') }}
