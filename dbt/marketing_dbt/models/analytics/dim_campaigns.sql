{{ marketing.build_dim_campaigns() }}
