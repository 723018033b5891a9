{{ marketing.generate_staging_pusher('linkedin_ads', 'campaigns') }}
