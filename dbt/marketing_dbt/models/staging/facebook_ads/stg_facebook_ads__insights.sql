{{ marketing.generate_staging_pusher('facebook_ads', 'insights') }}
