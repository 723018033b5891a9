"""What is kept over all tenants of a product: one asset without partitions, all rooms in one step.

Belongs here: calling the rooms for the platform's declaration. Does not belong here: what it keeps.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.assets.releasing import audited_release, release_metadata
from dagster_project.checks import audit_result, audit_spec
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.translators import platform_spec, room_key
from penstock.contracts.product import PLATFORM, Product
from penstock.loading.load import load
from penstock.runs import land_own
from penstock.tenancy import one_tenant
from penstock.transforming.transform import transform


def platform_asset(product: Product) -> dg.AssetsDefinition:
    """The platform's release."""
    key = room_key(product, PLATFORM)

    @dg.multi_asset(
        name=f"{product.name}_{PLATFORM}",
        specs=[platform_spec(product)],
        check_specs=[audit_spec(product, key=key)],
        retry_policy=RETRIES,
        pool=product.name,
    )
    def publish(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        one = one_tenant(product, settings, PLATFORM)
        tell = progress(context)
        with room(context, one, settings, PLATFORM) as run_id:
            files = land_own(one, settings)
            load(one, settings, run_id=run_id, progress=tell)
            built = transform(one, settings, run_id=run_id, progress=tell)
            report = yield from audited_release(context, one, settings, run_id=run_id, key=key)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **release_metadata(report),
                "files_landed": files,
                "built": built.reason,
            },
        )
        yield audit_result(product, report.checks, key=key)

    return publish
