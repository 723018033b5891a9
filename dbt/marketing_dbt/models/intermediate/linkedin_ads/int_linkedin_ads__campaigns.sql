{{ marketing.build_int('linkedin_ads', 'campaigns') }}
