{{ marketing.generate_staging_pusher('tiktok_ads', 'ads') }}
