{{ marketing.build_int('bing_ads', 'account_performance_report') }}
