{{ marketing.build_int('mixpanel', 'people') }}
