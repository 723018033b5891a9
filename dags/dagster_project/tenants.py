"""A product with tenants: its rooms by day and tenant, and what starts them.

Belongs here: job, schedule and sensors of tenants. Does not belong here: who is served and who is
due (`penstock.contracts.roll`), what has been dropped (`penstock.loading.arrivals`).
"""

from datetime import timedelta

import dagster as dg

from dagster_project.assets.platform import platform_asset
from dagster_project.assets.tenant_rooms import tenant_assets
from dagster_project.partitions import (
    list_tenants,
    listed_tenants,
    tenant_day,
    tenant_partitions,
    tenants_listed,
)
from dagster_project.resources import SettingsResource
from dagster_project.schedules import PRODUCT_TAG, daily_job_name
from dagster_project.tenant_sensors import arrival_sensor, roll_of, roll_sensor
from penstock.contracts.product import Product
from penstock.contracts.roll import due_tenants, list_changes
from penstock.settings import Settings


def tenant_definitions(product: Product, settings: Settings) -> dg.Definitions:
    """The rooms of all tenants as one lineage graph, and what starts them."""
    partitions = tenant_partitions(product, settings)
    platform = [] if product.platform is None else [platform_asset(product)]
    kept = dg.AssetSelection.assets(*platform)
    job = dg.define_asset_job(
        daily_job_name(product),
        selection=dg.AssetSelection.key_prefixes([product.name]) - kept,
        tags={PRODUCT_TAG: product.name},
        description="Land, load, transform and release one day of one tenant.",
    )
    return dg.Definitions(
        assets=[*tenant_assets(product, partitions), *platform],
        jobs=[job],
        schedules=[_daily(product), *(_after_all(product, one) for one in platform)],
        sensors=[
            roll_sensor(product, tenants_listed(product)),
            arrival_sensor(product, daily_job_name(product)),
        ],
    )


def _daily(product: Product) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{product.name}_daily_schedule",
        description="06:00 UTC: yesterday of every tenant that is served, a run each.",
        job_name=daily_job_name(product),
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def yesterday(
        context: dg.ScheduleEvaluationContext, settings: SettingsResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        roll = roll_of(product, settings)
        listed = listed_tenants(context.instance, product)
        added = list_changes(roll, listed).added
        list_tenants(context.instance, product, added)
        day = context.scheduled_execution_time.date() - timedelta(days=1)
        due = due_tenants(roll, [*listed, *added])
        if not due:
            return dg.SkipReason("no tenant is served")
        keys = [tenant_day(slug, day) for slug in due]
        return [dg.RunRequest(run_key=key, partition_key=key) for key in keys]

    return yesterday


def _after_all(product: Product, platform: dg.AssetsDefinition) -> dg.ScheduleDefinition:
    """A few minutes later: the queue runs it after the tenants' runs, however long they take."""
    return dg.ScheduleDefinition(
        name=f"{platform.op.name}_schedule",
        description="06:05 UTC: what is kept over all tenants, after their runs in the queue.",
        job=dg.define_asset_job(
            f"{platform.op.name}_daily",
            selection=dg.AssetSelection.assets(platform),
            tags={PRODUCT_TAG: product.name},
            description="Bring what is kept over all tenants up to date, and release it.",
        ),
        cron_schedule="5 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
