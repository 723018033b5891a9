{{ marketing.build_dim_users() }}
