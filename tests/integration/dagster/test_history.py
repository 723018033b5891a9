"""Dagster's own history: runs that have outlived their age go, with their logs."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.serve import forget_old_runs

pytestmark = pytest.mark.integration

INSTANCE = Path(__file__).parents[3] / "dags" / "instance.yaml"


@dg.asset
def anything() -> None:
    """An asset to have runs of."""


def test_old_runs_go_with_their_events_and_logs(tmp_path: Path) -> None:
    shutil.copyfile(INSTANCE, tmp_path / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        run_id = dg.materialize([anything], instance=instance).run_id
    logs = tmp_path / "storage" / run_id
    logs.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)

    young = forget_old_runs(tmp_path, now - timedelta(days=1))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.has_run(run_id)
    old = forget_old_runs(tmp_path, now + timedelta(days=1))

    assert (young, old) == (0, 1)
    assert not logs.exists()
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.has_run(run_id)
        assert instance.all_logs(run_id) == []
