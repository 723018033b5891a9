{{ marketing.build_int('mixpanel', 'events') }}
