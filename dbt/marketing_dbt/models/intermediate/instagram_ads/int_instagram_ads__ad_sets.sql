{{ marketing.build_int('instagram_ads', 'ad_sets') }}
