{{ marketing.build_int('google_ads', 'ad_groups') }}
