{{ marketing.build_fct_events() }}
