{{ marketing.build_int('tiktok_ads', 'ads_reports_daily') }}
