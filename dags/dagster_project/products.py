"""One product's definitions.

Belongs here: which assets, checks, schedules and sensors a product has. Does not belong here: what
they do.
"""

import dagster as dg

from dagster_project import schedules, sensors
from dagster_project.assets.landing import landing_assets
from dagster_project.assets.loading import loading_assets
from dagster_project.assets.releasing import release_asset, report_asset
from dagster_project.assets.transforming import transforming_assets
from dagster_project.backfill import backfill_job
from dagster_project.checks import watch_checks
from dagster_project.layers import layered_definitions
from dagster_project.partitions import daily_partitions
from dagster_project.tenants import tenant_definitions
from penstock.contracts.product import Product
from penstock.settings import Settings
from penstock.transforming.manifest import read_manifest


def product_definitions(product: Product, settings: Settings) -> dg.Definitions:
    """Every room of the product, as one lineage graph, and what starts it.

    Raises: ManifestError when dbt's manifest has not been made yet.
    """
    if product.tenants is not None:
        return tenant_definitions(product, settings)
    if product.run_layers is not None:
        return layered_definitions(product, read_manifest(product, settings))
    days = daily_partitions(product, settings)
    models = transforming_assets(product, days, read_manifest(product, settings))
    daily_models = [spec.key for spec in models.specs if spec.partitions_def is not None]
    return dg.Definitions(
        assets=[
            landing_assets(product, days),
            loading_assets(product, days),
            models,
            report_asset(product),
            release_asset(product),
        ],
        asset_checks=watch_checks(product),
        jobs=[backfill_job(product)],
        schedules=[schedules.daily(product), schedules.weekly(product)],
        sensors=[
            sensors.arrival_sensor(product, days),
            sensors.elsewhere_sensor(product, days, daily_models),
        ],
    )
