{{ marketing.sync_to_master_hub('mixpanel_api_v1', 'people') }}
