{{ marketing.build_int('google_analytics', 'events') }}
