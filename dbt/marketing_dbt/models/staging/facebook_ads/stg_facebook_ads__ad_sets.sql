{{ marketing.generate_staging_pusher('facebook_ads', 'ad_sets') }}
