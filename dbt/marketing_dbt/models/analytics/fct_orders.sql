{{ marketing.build_fct_orders() }}
