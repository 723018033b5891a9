"""The product `sales`: CRM and ERP drops through bronze, silver and gold.

Belongs here: everything that only sales knows. Does not belong here: anything two products share.
"""
