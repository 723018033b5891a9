"""Generators: one world per tenant, dressed as each connector lands it."""
