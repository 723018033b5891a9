{{ marketing.build_int('facebook_ads', 'insights') }}
