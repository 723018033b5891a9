"""The backfill job: the command line's figures, its checks, and no event per day."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.partitions import days_of
from penstock.loading.verdicts import CHECKS, DATED_CHECKS
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.dagster_worlds import BACKFILL, ELSEWHERE, FIRST, LAST, DagsterWorld, key
from support.warehouses import differing_rows

pytestmark = pytest.mark.integration


def days(first: object, last: object) -> Mapping[str, Any]:
    config = {"first_day": str(first), "last_day": str(last)}
    return {"ops": {f"{BACKFILL}_land": {"config": config}}}


def last_verdict(world: DagsterWorld, check: str) -> str:
    """How a check of the weather ended last."""
    history = world.instance.event_log_storage.get_asset_check_execution_history
    [latest] = history(dg.AssetCheckKey(key("raw", "weather"), check), limit=1)
    return latest.status.value


def test_a_backfill_builds_what_the_command_line_builds(
    empty_world: DagsterWorld, by_command: Settings
) -> None:
    result = empty_world.run({}, job=BACKFILL, config=days(FIRST, LAST))
    recorded = empty_world.instance.get_run_by_id(result.run_id)

    assert result.success
    assert differing_rows(empty_world.warehouse, PRODUCT.warehouse(by_command)) == []
    assert {last_verdict(empty_world, check) for check in (*CHECKS, *DATED_CHECKS)} == {"SUCCEEDED"}
    assert result.get_asset_materialization_events() == []
    assert recorded is not None
    assert days_of(recorded) == (FIRST, LAST)
    marked = empty_world.tick(ELSEWHERE).asset_events
    assert {one.partition for one in marked} == {f"2025-03-0{day}" for day in range(1, 6)}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2025-03-05", "2025-03-01", "first_day 2025-03-05 is after last_day 2025-03-01"),
        ("yesterday", "2025-03-01", "first_day: expected a day such as 2026-01-31"),
    ],
)
def test_days_that_are_none_are_refused_before_anything_is_done(
    empty_world: DagsterWorld, first: str, last: str, said: str
) -> None:
    result = empty_world.run({}, job=BACKFILL, config=days(first, last))
    [failure] = [one for one in result.all_events if one.is_step_failure]
    told = failure.step_failure_data.user_failure_data

    assert told is not None
    assert told.description is not None
    assert said in told.description
    assert _files(empty_world.raw_dir) == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
