"""Generators of CRM and ERP drops whose dirt is planted and counted."""
