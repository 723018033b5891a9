{{ marketing.build_fct_ad_performance() }}
