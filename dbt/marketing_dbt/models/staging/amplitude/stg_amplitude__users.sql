{{ marketing.generate_staging_pusher('amplitude', 'users') }}
