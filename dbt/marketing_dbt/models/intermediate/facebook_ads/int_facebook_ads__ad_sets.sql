{{ marketing.build_int('facebook_ads', 'ad_sets') }}
