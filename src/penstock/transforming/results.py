"""What became of dbt's nodes, as data; reading it does not need dbt.

Belongs here: results of a run, kept in memory or on disk. Does not belong here: running dbt.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically

RESULTS = "results.json"
"""The file that keeps them, in dbt's state directory."""

GOOD = {"success", "pass"}
FAILED = {"error", "fail", "runtime error"}
"""dbt's own words for how a node ended."""


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
        return self.status in GOOD


class DbtError(PenstockError):
    """dbt could not run, or a model or test of it failed. `results`: what became of each node."""

    def __init__(self, message: str, results: Sequence[NodeResult] = ()) -> None:
        super().__init__(message)
        self.results = tuple(results)


def last_results(state_dir: Path) -> list[NodeResult]:
    """What became of each node in the last run that kept its state in `state_dir`.

    Raises: DbtError when there was none.
    """
    path = state_dir / RESULTS
    if not path.exists():
        message = (
            f"{path}: is missing; `penstock transform PRODUCT --full-refresh` writes it again."
        )
        raise DbtError(message)
    return [NodeResult(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def keep_results(results: Sequence[NodeResult], state_dir: Path) -> None:
    """Keep the results as `last_results` reads them: dbt's own artifacts take a second to write."""
    text = json.dumps([asdict(one) for one in results], indent=1)
    write_text_atomically(state_dir / RESULTS, text)
