{{ marketing.sync_to_master_hub('tiktok_ads_api_v1', 'ads_reports_daily') }}
