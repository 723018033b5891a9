"""The product `marketing`: many tenants, routed by what physically landed, one star schema each.

Belongs here: catalogue, tenants, landing contracts, routing, generators, report. Does not belong
here: SQL (`dbt/marketing_dbt`); anything another product could share.
"""
