{{ marketing.build_int('instagram_ads', 'ads') }}
