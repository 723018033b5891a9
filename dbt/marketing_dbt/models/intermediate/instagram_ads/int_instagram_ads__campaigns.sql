{{ marketing.build_int('instagram_ads', 'campaigns') }}
