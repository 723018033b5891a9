{{ marketing.generate_staging_pusher('google_ads', 'ads') }}
