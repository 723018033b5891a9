{{ marketing.generate_staging_pusher('mixpanel', 'people') }}
