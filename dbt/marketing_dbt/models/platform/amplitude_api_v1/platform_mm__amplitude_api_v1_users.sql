{{ marketing.sync_to_master_hub('amplitude_api_v1', 'users') }}
