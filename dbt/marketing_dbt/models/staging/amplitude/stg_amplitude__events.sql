{{ marketing.generate_staging_pusher('amplitude', 'events') }}
