{{ marketing.build_int('linkedin_ads', 'ad_analytics') }}
