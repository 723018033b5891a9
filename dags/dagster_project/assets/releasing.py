"""Release: today the report; sealed releases come with their room.

Belongs here: calling the product's report. Does not belong here: what a report says.
"""

import dagster as dg

from dagster_project.partitions import SINGLE_RUN
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, room
from dagster_project.translators import report_spec
from penstock.contracts.product import Product


def releasing_assets(product: Product) -> dg.AssetsDefinition:
    """The HTML report of the marts."""

    @dg.multi_asset(
        name=f"{product.name}_report",
        specs=[report_spec(product)],
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def report(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> dg.MaterializeResult[None]:
        with room(context, product, settings, "report"):
            page = product.report(product, settings)
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(page.as_uri()),
                "bytes": page.stat().st_size,
            }
        )

    return report
