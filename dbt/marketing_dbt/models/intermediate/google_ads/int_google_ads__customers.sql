{{ marketing.build_int('google_ads', 'customers') }}
