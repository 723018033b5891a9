"""dbt in process: one project, one command, its results as data.

Belongs here: arguments, environment and results of dbt. Does not belong here: when to run it;
the writer's lock.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.results import NodeStatus, TestStatus
from dbt.cli.main import dbtRunner

from penstock.errors import PenstockError
from penstock.landing.files import write_atomically

_RESULTS = "results.json"
_GOOD = {NodeStatus.Success.value, NodeStatus.Pass.value}
_FAILED = {NodeStatus.Error, NodeStatus.Fail, TestStatus.Fail, TestStatus.Error}


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test. `failures` counts a test's failing rows."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str
    failures: int | None = None

    @property
    def passed(self) -> bool:
        """Whether it did what it should; a test that only warns did not."""
        return self.status in _GOOD


class DbtError(PenstockError):
    """dbt could not run, or a model or test of it failed. `results`: what became of each node."""

    def __init__(self, message: str, results: Sequence[NodeResult] = ()) -> None:
        super().__init__(message)
        self.results = tuple(results)


def run_dbt(
    command: Sequence[str],
    *,
    project: Path,
    state_dir: Path,
    environment: Mapping[str, str],
    target: str,
    progress: Callable[[str], None] = lambda _: None,
) -> list[NodeResult]:
    """Run a dbt command; logs, target and partial parsing live in `state_dir`.

    What became of each node is kept there too, see `last_results`.

    Raises: DbtError naming every model and test that failed, or why dbt could not start.
    """
    common = [
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--log-path", str(state_dir / "logs"), "--log-level", "none"),
        *("--log-level-file", "info", "--no-use-colors"),
        *("--no-send-anonymous-usage-stats", "--no-version-check"),
    ]
    target_options = ["--target", target, "--target-path", str(state_dir / "target")]
    with _surroundings(environment):
        _install_packages(project, common)
        runner = dbtRunner(callbacks=[_reporter(progress)])
        result = runner.invoke([*command, *common, *target_options])
    results = [_node_result(one) for one in getattr(result.result, "results", None) or []]
    if results:
        _keep(results, state_dir)
    if not result.success:
        raise DbtError(_explain(results, result.exception, state_dir), results)
    return results


def _install_packages(project: Path, common: Sequence[str]) -> None:
    """Link the local packages once; nothing is downloaded."""
    if (project / "packages.yml").exists() and not (project / "dbt_packages").exists():
        done = dbtRunner().invoke(["deps", *common])
        if not done.success:
            message = f"{project}: dbt deps failed: {done.exception}"
            raise DbtError(message)


@contextlib.contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """Dbt reads the process's environment and changes its directory: put both back."""
    before = {name: os.environ.get(name) for name in environment}
    directory = Path.cwd()
    os.environ.update(environment)
    try:
        yield
    finally:
        # The adapter would keep the file open, and so locked, as long as this process lives.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # untyped there
        os.chdir(directory)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _reporter(progress: Callable[[str], None]) -> Callable[[Any], None]:
    def report(event: Any) -> None:
        if event.info.name == "LogStartLine":
            progress(str(event.data.description).removeprefix("sql ").strip())

    return report


def _node_result(one: Any) -> NodeResult:
    return NodeResult(
        name=one.node.name,
        kind=str(one.node.resource_type.value),
        status=str(one.status.value),
        seconds=float(one.execution_time),
        message=str(one.message or ""),
        failures=one.failures,
    )


def last_results(state_dir: Path) -> list[NodeResult]:
    """What became of each node in the last run that kept its state in `state_dir`.

    Raises: DbtError when there was none.
    """
    path = state_dir / _RESULTS
    if not path.exists():
        message = (
            f"{path}: is missing; `penstock transform PRODUCT --full-refresh` writes it again."
        )
        raise DbtError(message)
    return [NodeResult(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _keep(results: Sequence[NodeResult], state_dir: Path) -> None:
    """Keep the results as `last_results` reads them: dbt's own artifacts take a second to write."""
    text = json.dumps([asdict(one) for one in results], indent=1)

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_atomically(state_dir / _RESULTS, write)


def _explain(
    results: Sequence[NodeResult], exception: BaseException | None, state_dir: Path
) -> str:
    failed = [one for one in results if one.status in {status.value for status in _FAILED}]
    lines = [f"  {one.kind} {one.name}: {one.message.strip()}" for one in failed]
    if exception is not None:
        lines.append(f"  {exception}")
    log = state_dir / "logs" / "dbt.log"
    return "\n".join(
        ["dbt did not pass; what was built before stays to be built again:", *lines, f"log: {log}"]
    )
