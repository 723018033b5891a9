"""Penstock in Dagster: assets, checks, schedules and sensors over the functions of `penstock`.

Belongs here: wiring. Does not belong here: logic (whatever decides something is in `src/penstock`).
"""

PRODUCTS = ("renewable", "sales", "marketing")
"""The products that run in Dagster."""
