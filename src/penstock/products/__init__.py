"""Data products: one folder each, built on the spine, never importing one another."""
