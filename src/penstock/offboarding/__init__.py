"""Letting a tenant go: its data leave as an export, everything else of it is removed.

Belongs here: where a tenant's data lie, the export, their removal, the search that finds nothing
left. Does not belong here: retracting single files (`loading/retract.py`), removing what has grown
old (`tidying/`), what a product calls a tenant's relations (its `Directory`).

Names are compared whole, never by prefix: `acme` and `acme_birch` may both be tenants.
"""
