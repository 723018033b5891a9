{{ marketing.build_int('bing_ads', 'ads') }}
