"""What is kept over all tenants: keys, schemas, configurations, contracts, manifests.

Belongs here: landing what there is to tell of tenants, contracts and releases, the declaration of
the platform as a product of its own. Does not belong here: how its tables are made (dbt).
"""
