{{ marketing.generate_staging_pusher('bing_ads', 'account_performance_report') }}
