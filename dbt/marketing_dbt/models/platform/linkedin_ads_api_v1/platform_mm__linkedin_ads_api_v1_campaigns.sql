{{ marketing.sync_to_master_hub('linkedin_ads_api_v1', 'campaigns') }}
