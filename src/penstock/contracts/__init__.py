"""The engine of contracts: what may enter the warehouse, declared once as a Pydantic schema.

Belongs here: columns derived from a schema (Arrow, Polars, dlt, documentation, fingerprint),
vectorised checks, row hashes, the declaration of a data product.
Does not belong here: a product's own schemas; reading files.
"""
