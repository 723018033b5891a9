"""Start the UI, the code server and the daemon: `make ui`.

Belongs here: the directory and the environment they need. Does not belong here: definitions.
"""

import argparse
import fcntl
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from dagster_project import PRODUCTS
from penstock.contracts.registry import load_product
from penstock.errors import PenstockError
from penstock.settings import Settings, read_settings
from penstock.transforming.manifest import write_manifest

_DAGS = Path(__file__).resolve().parents[1]
_UNDER_WAY = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_QUEUED = dg.DagsterRunStatus.QUEUED


def prepare(settings: Settings) -> Path:
    """Make dbt's manifests and Dagster's home, `<data>/dagster`; returns the home."""
    for product in map(load_product, PRODUCTS):
        if product.tenants is None:  # the assets of one with tenants are rooms, not models
            write_manifest(product, settings)
    home = settings.data_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_DAGS / "instance.yaml", home / "dagster.yaml")
    return home


def environment(home: Path) -> dict[str, str]:
    """What Dagster's processes read."""
    return {
        **os.environ,
        "DAGSTER_HOME": str(home),
        # One event says which partitions a run is about to make, not one per partition: a range
        # of 365 days starts some 20 s earlier.
        "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "1",
    }


def limit_pools(home: Path) -> None:
    """One run at a time in the pool of each product that has one.

    A pool that no run has asked for yet would let the first ones through together.
    """
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for product in map(load_product, PRODUCTS):
            if product.tenants is not None:
                instance.event_log_storage.set_concurrency_slots(product.name, 1)


def bury_killed_runs(home: Path) -> None:
    """Fail the runs that a server killed before this one left behind: they would count as busy.

    Runs are processes below a server, and one server at a time has this home.
    """
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for run in instance.get_runs(filters=dg.RunsFilter(statuses=_UNDER_WAY)):
            instance.report_run_failed(run, "the server was killed while this run was under way")


def forget_old_runs(home: Path, before: datetime) -> int:
    """Delete runs that began before a moment, with their events and logs; returns how many.

    The days that only they had marked are marked again, as after the home was deleted.
    """
    finished = [one for one in dg.DagsterRunStatus if one not in (*_UNDER_WAY, _QUEUED)]
    with dg.DagsterInstance.from_config(str(home)) as instance:
        filters = dg.RunsFilter(statuses=finished, created_before=before)
        runs = [one.dagster_run.run_id for one in instance.get_run_records(filters=filters)]
        for run_id in runs:
            instance.delete_run(run_id)
            shutil.rmtree(home / "storage" / run_id, ignore_errors=True)
    return len(runs)


def hold(home: Path) -> None:
    """Hold Dagster's home as long as this process, whatever it becomes, or a child of it lives.

    Raises: PenstockError when another server has it.
    """
    descriptor = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = (
            f"{home}: another server is running on it; open its page, stop it (Ctrl-C where it was "
            "started), or set PENSTOCK_DATA_DIR to another directory"
        )
        raise PenstockError(message) from error
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the standard library's signature


def main() -> None:
    """Replace this process by `dagster dev`."""
    parser = argparse.ArgumentParser(description="Dagster's UI and daemon for Penstock.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="3000")
    options = parser.parse_args()
    try:
        settings = read_settings()
        home = prepare(settings)
        hold(home)
        limit_pools(home)
        bury_killed_runs(home)
        forget_old_runs(home, datetime.now(UTC) - timedelta(days=settings.keep_history_days))
    except PenstockError as error:
        sys.exit(str(error))
    dagster = str(Path(sys.executable).parent / "dagster")
    command = [
        *(dagster, "dev", "-m", "dagster_project.definitions", "-d", str(_DAGS)),
        *("--host", options.host, "--port", options.port),
    ]
    os.chdir(_DAGS)
    os.execve(dagster, command, environment(home))  # noqa: S606 - our own program, no shell


if __name__ == "__main__":
    main()
