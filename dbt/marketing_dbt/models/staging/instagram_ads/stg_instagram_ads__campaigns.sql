{{ marketing.generate_staging_pusher('instagram_ads', 'campaigns') }}
