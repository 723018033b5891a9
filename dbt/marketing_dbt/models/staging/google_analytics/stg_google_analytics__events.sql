{{ marketing.generate_staging_pusher('google_analytics', 'events') }}
