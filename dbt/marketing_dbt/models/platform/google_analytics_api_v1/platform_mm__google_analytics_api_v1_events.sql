{{ marketing.sync_to_master_hub('google_analytics_api_v1', 'events') }}
