"""Every check of the project, one line each: `make check`.

Belongs here: which commands make up a check, running them side by side, their verdicts.
Does not belong here: rules (they live in pyproject.toml, .sqlfluff and tools/check_project.py).

A failed step never hides the others; what a step printed is shown only when it failed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = ROOT / "data" / ".check"


@dataclass(frozen=True)
class Step:
    """One command of the check and the name its verdict carries."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """How a step ended."""

    step: Step
    passed: bool
    seconds: float
    output: str

    @property
    def line(self) -> str:
        """The verdict in one line."""
        return f"{'ok' if self.passed else 'FAILED':<7}{self.step.name:<22}{self.seconds:6.1f} s"


def tool(name: str) -> str:
    """Path of a tool that is installed beside the running Python."""
    return str(Path(sys.executable).parent / name)


def dbt_projects(root: Path) -> Iterator[Path]:
    """Projects dbt can parse alone: those with a profile (a package of macros has none)."""
    return (found.parent for found in sorted(root.glob("dbt/*/profiles.yml")))


def parse_step(project: Path) -> Step:
    """`dbt parse` of one project, writing only below the scratch directory."""
    scratch = SCRATCH / project.name
    places = (
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")),
    )
    command = (tool("dbt"), "--warn-error", "--no-send-anonymous-usage-stats", "parse", *places)
    return Step(f"dbt parse {project.name}", command)


def steps(root: Path) -> list[Step]:
    """All steps, the slow ones first so that they overlap."""
    return [
        Step("types (mypy)", (tool("mypy"),)),
        *(
            [Step("sqlfluff", sqlfluff_command())]
            if any(root.glob("dbt/*/models/**/*.sql"))
            else []
        ),
        *(parse_step(project) for project in dbt_projects(root)),
        Step("boundaries", (tool("lint-imports"),)),
        Step("project rules", (sys.executable, "tools/check_project.py")),
        Step("ruff", (tool("ruff"), "check")),
        Step("format", (tool("ruff"), "format", "--check")),
    ]


def sqlfluff_command() -> tuple[str, ...]:
    """`sqlfluff lint` of the dbt projects, in one process: the steps already run side by side."""
    return (tool("sqlfluff"), "lint", "--disable-progress-bar", "--processes", "1", "dbt")


def run(step: Step) -> Verdict:
    """Run one step without a terminal and measure it."""
    started = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        errors="replace",
    )
    return Verdict(step, done.returncode == 0, time.monotonic() - started, done.stdout)


def main(chosen: Sequence[str]) -> int:
    """Run the steps whose names contain one of `chosen` (all without any); 1 when one failed."""
    todo = [s for s in steps(ROOT) if not chosen or any(word in s.name for word in chosen)]
    failed: list[Verdict] = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for future in as_completed([pool.submit(run, step) for step in todo]):
            verdict = future.result()
            print(verdict.line, flush=True)
            if not verdict.passed:
                failed.append(verdict)
    for verdict in failed:
        print(f"\n--- {verdict.step.name}: {' '.join(verdict.step.command)}\n{verdict.output}")
    summary = ", ".join(verdict.step.name for verdict in failed)
    print(f"check failed: {summary}" if failed else f"check passed: {len(todo)} steps")
    return 1 if failed or not todo else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
