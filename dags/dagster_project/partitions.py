"""Daily partitions, and the days a run is about.

Belongs here: the one partitions definition, reading a run's days. Does not belong here: deciding
which days to run (schedules, sensors).
"""

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from penstock.contracts.product import Product
from penstock.landing.days import files_by_day, first_partition
from penstock.settings import Settings

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


def days_of(run: dg.DagsterRun) -> tuple[date, date]:
    """First and last day of a run; yesterday for one that names none."""
    for first, last in (
        (_ONE_DAY, _ONE_DAY),
        (_FIRST_DAY, _LAST_DAY),
        (_FIRST_ASKED, _LAST_ASKED),
    ):
        if first in run.tags and last in run.tags:
            return date.fromisoformat(run.tags[first]), date.fromisoformat(run.tags[last])
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    return yesterday, yesterday


def asked_tags(first: date, last: date) -> dict[str, str]:
    """Tags that say what days a run is about which materializes none of them."""
    return {_FIRST_ASKED: first.isoformat(), _LAST_ASKED: last.isoformat()}


def day_tags(first: date, last: date) -> dict[str, str]:
    """Tags that make one run of the days from `first` to `last`."""
    if first == last:
        return {_ONE_DAY: first.isoformat()}
    return {_FIRST_DAY: first.isoformat(), _LAST_DAY: last.isoformat()}
