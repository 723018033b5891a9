"""dbt in process: one project, one command, its results as data.

Belongs here: arguments, environment and results of dbt. Does not belong here: when to run it;
the writer's lock.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from penstock.transforming.results import FAILED, DbtError, NodeResult, keep_results

_HOOK = "operation"
"""dbt's word for what a project does at the start or end of a run."""


def run_dbt(
    command: Sequence[str],
    *,
    project: Path,
    state_dir: Path,
    environment: Mapping[str, str],
    target: str,
    manifest: Manifest | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[NodeResult]:
    """Run a dbt command; logs, target and partial parsing live in `state_dir`.

    What became of each node is kept there too, see `last_results`. With a `manifest`, nothing is
    parsed.

    Raises: DbtError naming every model and test that failed, or why dbt could not start.
    """
    common = _options(project, state_dir)
    target_options = _target(target, state_dir)
    with _surroundings(environment):
        _install_packages(project, common)
        runner = dbtRunner(manifest, callbacks=[_reporter(progress)])
        result = runner.invoke([*command, *common, *target_options])
    every = [_node_result(one) for one in getattr(result.result, "results", None) or []]
    # A project's hooks are neither models nor tests: only one that failed is told of.
    results = [one for one in every if one.kind != _HOOK or one.status in FAILED]
    if results:
        keep_results(results, state_dir)
    if not result.success:
        raise DbtError(_explain(results, result.exception, state_dir), results)
    return results


def parse_dbt(
    *, project: Path, state_dir: Path, environment: Mapping[str, str], target: str
) -> Manifest:
    """Parse a project, what has changed since the last parse in `state_dir` only.

    Raises: DbtError when it cannot be parsed.
    """
    common = _options(project, state_dir)
    with _surroundings(environment):
        _install_packages(project, common)
        command = ["parse", "--no-write-json", *common, *_target(target, state_dir)]
        result = dbtRunner().invoke(command)
    if not isinstance(result.result, Manifest):
        raise DbtError(_explain([], result.exception, state_dir))
    return result.result


def compile_dbt(
    *,
    project: Path,
    state_dir: Path,
    environment: Mapping[str, str],
    target: str,
    manifest: Manifest,
    keep: bool,
) -> list[dict[str, Any]]:
    """The models and data tests of a parsed project as its manifest tells of them, compiled.

    With `keep` the manifest is written too.

    Raises: DbtError when the project does not compile.
    """
    common = _options(project, state_dir)
    command = ["compile", "--exclude", "test_type:unit", *([] if keep else ["--no-write-json"])]
    with _surroundings(environment):
        _install_packages(project, common)
        runner = dbtRunner(manifest)
        result = runner.invoke([*command, *common, *_target(target, state_dir)])
    compiled = getattr(result.result, "results", None) or []
    if not result.success or not compiled:
        failed = [_node_result(one) for one in compiled]
        raise DbtError(_explain(failed, result.exception, state_dir), failed)
    return [one.node.to_dict() for one in compiled]


def _options(project: Path, state_dir: Path) -> list[str]:
    return [
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--log-path", str(state_dir / "logs"), "--log-level", "none"),
        *("--log-level-file", "info", "--no-use-colors"),
        *("--no-send-anonymous-usage-stats", "--no-version-check"),
    ]


def _target(target: str, state_dir: Path) -> list[str]:
    return ["--target", target, "--target-path", str(state_dir / "target")]


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


def _explain(
    results: Sequence[NodeResult], exception: BaseException | None, state_dir: Path
) -> str:
    failed = [one for one in results if one.status in FAILED]
    lines = [f"  {one.kind} {one.name}: {one.message.strip()}" for one in failed]
    if exception is not None:
        lines.append(f"  {exception}")
    log = state_dir / "logs" / "dbt.log"
    return "\n".join(
        ["dbt did not pass; what was built before stays to be built again:", *lines, f"log: {log}"]
    )
