"""Everything Dagster has to know, put together.

Belongs here: putting it together. Does not belong here: anything else; importing reads nothing.
"""

from functools import cache

import dagster as dg

from dagster_project import PRODUCTS
from dagster_project.event_log import write_ahead
from dagster_project.products import product_definitions
from dagster_project.resources import resources
from dagster_project.sensors import failure_sensor
from penstock.contracts.registry import load_product
from penstock.garbage import collect_seldom
from penstock.settings import Settings, read_settings


def build_defs(settings: Settings) -> dg.Definitions:
    """The definitions of every product over the directories of `settings`.

    Raises: ManifestError when dbt's manifest has not been made yet.
    """
    shared = dg.Definitions(
        resources=resources(settings),
        # One process per run: dlt and dbt are imported once, and one writer is all there can be.
        executor=dg.in_process_executor,
        sensors=[failure_sensor()],
    )
    products = [product_definitions(load_product(name), settings) for name in PRODUCTS]
    return dg.Definitions.merge(shared, *products)


@cache
def _once() -> dg.Definitions:
    return build_defs(read_settings())


@dg.definitions
def defs() -> dg.Definitions:
    """What the code server loads; a run asks for it once per step."""
    collect_seldom()
    write_ahead()
    return _once()
