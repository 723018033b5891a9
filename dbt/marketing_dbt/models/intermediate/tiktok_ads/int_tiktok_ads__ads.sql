{{ marketing.build_int('tiktok_ads', 'ads') }}
