{{ marketing.build_int('linkedin_ads', 'ad_analytics_by_campaign') }}
