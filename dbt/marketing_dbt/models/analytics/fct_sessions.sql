{{ marketing.build_fct_sessions() }}
