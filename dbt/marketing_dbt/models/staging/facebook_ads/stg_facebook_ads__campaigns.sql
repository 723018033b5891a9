{{ marketing.generate_staging_pusher('facebook_ads', 'campaigns') }}
