{{ marketing.generate_staging_pusher('bing_ads', 'ad_groups') }}
