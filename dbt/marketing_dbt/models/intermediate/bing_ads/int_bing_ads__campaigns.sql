{{ marketing.build_int('bing_ads', 'campaigns') }}
