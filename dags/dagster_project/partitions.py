"""Partitions by day, or by day and tenant, and what a run is about.

Belongs here: the partitions definitions, reading a run's days and tenant. Does not belong here:
deciding which to run (schedules, sensors).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from penstock.contracts.product import Product
from penstock.landing.days import files_by_day, first_partition
from penstock.settings import Settings

DAY, TENANT = "day", "tenant"
"""The two dimensions of the partitions of a product with tenants."""

_DAY_OF_TENANT = f"dagster/partition/{DAY}"
_TENANT = f"dagster/partition/{TENANT}"
_ONE_DAY = "dagster/partition"
_FIRST_DAY = "dagster/asset_partition_range_start"
_LAST_DAY = "dagster/asset_partition_range_end"
_FIRST_ASKED, _LAST_ASKED = "penstock/first_day", "penstock/last_day"
"""Tags of a run over days whose assets are not materialized day by day."""

SINGLE_RUN = dg.BackfillPolicy.single_run()
"""A range of days is one run: one load, one build, one writer."""


def daily_partitions(product: Product, settings: Settings) -> dg.DailyPartitionsDefinition:
    """UTC days from the product's first to yesterday."""
    raw_dir = product.raw_dir(settings)
    landed = [day for table in product.dated_tables for day in files_by_day(raw_dir, table)]
    first = first_partition(landed, given=settings.first_day, today=datetime.now(UTC).date())
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone="UTC")


def tenants_listed(product: Product) -> dg.DynamicPartitionsDefinition:
    """The tenants that Dagster knows of: added and removed while it runs."""
    return dg.DynamicPartitionsDefinition(name=_list_name(product))


def tenant_partitions(product: Product, settings: Settings) -> dg.MultiPartitionsDefinition:
    """Each UTC day of each tenant."""
    return dg.MultiPartitionsDefinition(
        {DAY: daily_partitions(product, settings), TENANT: tenants_listed(product)}
    )


def listed_tenants(instance: dg.DagsterInstance, product: Product) -> list[str]:
    """The tenants that Dagster knows of now."""
    return list(instance.get_dynamic_partitions(_list_name(product)))


def list_tenants(instance: dg.DagsterInstance, product: Product, slugs: Sequence[str]) -> None:
    """Let Dagster know of further tenants at once."""
    instance.add_dynamic_partitions(_list_name(product), list(slugs))


def tenant_day(tenant: str, day: date) -> dg.MultiPartitionKey:
    """The partition of a tenant's day."""
    return dg.MultiPartitionKey({DAY: day.isoformat(), TENANT: tenant})


def tenant_day_tags(tenant: str, day: date) -> dict[str, str]:
    """Tags that make a run the one of a tenant's day."""
    return {
        _ONE_DAY: str(tenant_day(tenant, day)),
        _DAY_OF_TENANT: day.isoformat(),
        _TENANT: tenant,
    }


def tenant_of(run: dg.DagsterRun) -> str | None:
    """The tenant a run is about; None for one of a product without tenants, or of several.

    A backfill names even a single partition by a range.
    """
    keys = [run.tags[tag] for tag in (_FIRST_DAY, _LAST_DAY) if tag in run.tags]
    ranged = {key.partition("|")[2] for key in keys}
    return run.tags.get(_TENANT) or (ranged.pop() if len(ranged) == 1 else None) or None


def days_of(run: dg.DagsterRun) -> tuple[date, date]:
    """First and last day of a run; yesterday for one that names none."""
    for first, last in (
        (_DAY_OF_TENANT, _DAY_OF_TENANT),
        (_ONE_DAY, _ONE_DAY),
        (_FIRST_DAY, _LAST_DAY),
        (_FIRST_ASKED, _LAST_ASKED),
    ):
        if first in run.tags and last in run.tags:
            return _day(run.tags[first]), _day(run.tags[last])
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    return yesterday, yesterday


def _day(key: str) -> date:
    """The day of a partition, the tenant beside it or not: dimensions are in order of name."""
    return date.fromisoformat(key.partition("|")[0])


def _list_name(product: Product) -> str:
    return f"{product.name}_tenants"


def asked_tags(first: date, last: date) -> dict[str, str]:
    """Tags that say what days a run is about which materializes none of them."""
    return {_FIRST_ASKED: first.isoformat(), _LAST_ASKED: last.isoformat()}


def day_tags(first: date, last: date) -> dict[str, str]:
    """Tags that make one run of the days from `first` to `last`."""
    if first == last:
        return {_ONE_DAY: first.isoformat()}
    return {_FIRST_DAY: first.isoformat(), _LAST_DAY: last.isoformat()}
