{{ marketing.build_int('bing_ads', 'ad_groups') }}
