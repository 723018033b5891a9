"""Schedules and the jobs they start.

Belongs here: which assets run together, and when (UTC). Does not belong here: what they do.
"""

from datetime import timedelta

import dagster as dg

from dagster_project.translators import report_key
from penstock.contracts.product import Product

PRODUCT_TAG = "penstock/product"
_ON = dg.DefaultScheduleStatus.RUNNING


def daily_job_name(product: Product) -> str:
    """The job of all rooms over some days: what schedule, sensor and backfills start."""
    return f"{product.name}_daily"


def daily(product: Product) -> dg.ScheduleDefinition:
    """Every day at 06:00: yesterday's partition through all rooms."""
    job = dg.define_asset_job(
        daily_job_name(product),
        # The release draws the report itself; the weekly job writes it without one.
        selection=dg.AssetSelection.key_prefixes([product.name])
        - dg.AssetSelection.assets(report_key(product)),
        tags={PRODUCT_TAG: product.name},
        description="Land, load, transform and release one day, or a range of days in one run.",
    )

    @dg.schedule(
        name=f"{product.name}_daily_schedule",
        description="06:00 UTC: yesterday's partition.",
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=_ON,
    )
    def yesterday(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.date() - timedelta(days=1)
        return dg.RunRequest(partition_key=day.isoformat())

    return yesterday


def weekly(product: Product) -> dg.ScheduleDefinition:
    """Mondays at 08:00: the report, written again from what is built."""
    return dg.ScheduleDefinition(
        name=f"{product.name}_weekly_schedule",
        description="Mondays 08:00 UTC: the summary of the week, as the HTML report.",
        job=dg.define_asset_job(
            f"{product.name}_weekly",
            selection=dg.AssetSelection.assets(report_key(product)),
            tags={PRODUCT_TAG: product.name},
            description="Write the report from what is built; nothing is landed or loaded.",
        ),
        cron_schedule="0 8 * * 1",
        execution_timezone="UTC",
        default_status=_ON,
    )
