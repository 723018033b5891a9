"""A real Dagster: code server, web server and daemon over a data directory of the test's own."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.settings import REPOSITORY_ROOT

DAGS = REPOSITORY_ROOT / "dags"
JOB = "renewable_daily"
LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
RUNS = """
{ runsOrError(limit: 50) { ... on Runs { results { runId status tags { key value } } } } }
"""
EVENTS = """
query($run: ID!) {
  logsForRun(runId: $run) { ... on EventConnection { events {
    __typename ... on EngineEvent { metadataEntries { label ... on TextMetadataEntry { text }
      ... on IntMetadataEntry { intValue } } } ... on MessageEvent { message } } } }
}
"""


@dataclass(frozen=True)
class Server:
    """A running server; `seconds` from its start until its page answered."""

    port: int
    seconds: float
    group: int

    def kill(self) -> None:
        """SIGKILL for every process of the server, its runs' workers included."""
        os.killpg(self.group, signal.SIGKILL)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            data: dict[str, Any] = json.load(answer)["data"]
        return data

    def launch(self, tags: Mapping[str, str]) -> str:
        """Start the daily job as a click does; returns the run's id."""
        params = {
            "selector": {
                "repositoryName": "__repository__",
                "repositoryLocationName": "dagster_project.definitions",
                "jobName": JOB,
            },
            "runConfigData": {},
            "executionMetadata": {
                "tags": [{"key": key, "value": value} for key, value in tags.items()]
            },
        }
        launched = self.ask(LAUNCH, {"params": params})["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def runs(self) -> list[dict[str, Any]]:
        """The latest runs: runId, status, tags by key."""
        results: list[dict[str, Any]] = self.ask(RUNS)["runsOrError"]["results"]
        return [{**one, "tags": {t["key"]: t["value"] for t in one["tags"]}} for one in results]

    def status(self, run_id: str) -> str:
        return next(str(one["status"]) for one in self.runs() if one["runId"] == run_id)

    def ended(self, run_id: str) -> bool:
        return self.status(run_id) in {"SUCCESS", "FAILURE", "CANCELED"}

    def wait_for(self, run_id: str, *, seconds: float) -> str:
        """The status a run ended with; fails if it does not end in time."""
        until(lambda: self.ended(run_id), seconds=seconds, what=f"run {run_id} to end")
        return self.status(run_id)

    def worker(self, run_id: str) -> int | None:
        """Process id of the run's worker, once it says so."""
        for event in self.ask(EVENTS, {"run": run_id})["logsForRun"]["events"]:
            for entry in event.get("metadataEntries", ()):
                if entry["label"] == "pid":
                    return int(entry.get("text") or entry.get("intValue"))
        return None


def until(holds: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Wait for something another process does; fails with `what` when it takes too long."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < deadline:
        if found := holds():
            return found
        pause.wait(0.1)
    raise AssertionError(f"waited {seconds:g} s for {what}")


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[Server]:
    """`make ui` on a free port, stopped with all its processes at the end."""
    port = _free_port()
    log = data_dir.parent / f"server-{port}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster_project.serve", "--port", str(port)],
            cwd=DAGS,
            env={**os.environ, "PENSTOCK_DATA_DIR": str(data_dir), **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: process.poll() is not None or _answers(port), seconds=120, what="the server")
        assert process.poll() is None, log.read_text()
        yield Server(port, time.monotonic() - started, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            _kill_group(process.pid)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _kill_group(group: int) -> None:
    """Whatever of the session the server left behind."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
