{{ marketing.generate_staging_pusher('google_ads', 'ad_performance') }}
