{{ marketing.generate_staging_pusher('tiktok_ads', 'ad_groups') }}
