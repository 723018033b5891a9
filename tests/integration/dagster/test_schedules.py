"""Schedules: yesterday's partition every morning, the report on Mondays."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

from support.dagster_worlds import DAILY, WEEKLY, DagsterWorld, key

pytestmark = pytest.mark.integration


def evaluated(world: DagsterWorld, name: str, at: datetime) -> Any:
    """What the daemon would be told by the schedule at that time (`ScheduleExecutionData`)."""
    context = dg.build_schedule_context(
        instance=world.instance,
        scheduled_execution_time=at,
        repository_def=world.definitions.get_repository_def(),
        resources=world.resources(),
    )
    return world.definitions.resolve_schedule_def(name).evaluate_tick(context)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 24, 6, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 3, 1, 6, tzinfo=UTC), "2026-02-28"),
        (datetime(2026, 1, 1, 6, tzinfo=UTC), "2025-12-31"),
    ],
)
def test_the_daily_schedule_asks_for_yesterday(
    empty_world: DagsterWorld, at: datetime, day: str
) -> None:
    [request] = evaluated(empty_world, "renewable_daily_schedule", at).run_requests

    assert request.partition_key == day
    assert request.tags["dagster/partition"] == day
    assert "dagster/asset_partition_range_start" not in request.tags
    assert request.job_name in (None, DAILY)


def test_the_daily_schedule_is_at_six_utc(empty_world: DagsterWorld) -> None:
    schedule = empty_world.definitions.resolve_schedule_def("renewable_daily_schedule")

    assert schedule.job_name == DAILY
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "UTC")


def test_the_weekly_schedule_is_on_mondays_at_eight_utc(empty_world: DagsterWorld) -> None:
    schedule = empty_world.definitions.resolve_schedule_def("renewable_weekly_schedule")
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    [request] = evaluated(empty_world, schedule.name, monday).run_requests

    assert schedule.job_name == WEEKLY
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 8 * * 1", "UTC")
    assert request.partition_key is None


def test_the_weekly_job_is_the_report_alone(empty_world: DagsterWorld) -> None:
    job = empty_world.definitions.resolve_job_def(WEEKLY)

    assert job.asset_layer.selected_asset_keys == {key("report")}
    assert job.partitions_def is None
    assert job.tags["penstock/product"] == "renewable"
