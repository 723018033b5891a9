{{ marketing.generate_staging_pusher('linkedin_ads', 'ad_analytics') }}
