"""The assets, one module per room."""
