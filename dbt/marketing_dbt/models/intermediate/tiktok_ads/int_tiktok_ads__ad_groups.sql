{{ marketing.build_int('tiktok_ads', 'ad_groups') }}
