"""What is to be released, and the end of it when a check fails.

Belongs here: the plan of one release, stopping it with evidence. Does not belong here: the checks
(`audit.py`, `pack.py`), carrying the plan out (`sealing.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically
from penstock.releasing.canonical import canonical_json
from penstock.releasing.export import Look
from penstock.releasing.record import Record
from penstock.releasing.sealed import Check, Parent, read_metadata
from penstock.releasing.series import Series
from penstock.settings import Settings

AUDIT_FILE = "audit.json"


class AuditError(PenstockError):
    """A build that may not leave the house. `checks`: everything that was looked at."""

    def __init__(self, message: str, checks: Sequence[Check] = ()) -> None:
        super().__init__(message)
        self.checks = tuple(checks)


@dataclass(frozen=True)
class Plan:
    """What is to be sealed, from which state, as which release."""

    product: Product
    settings: Settings
    series: Series
    run_id: str
    record: Record
    started_at: str
    parent: Parent | None
    look: Look = field(default_factory=Look)
    allow_shrink: bool = False
    progress: Callable[[str], None] = lambda _: None

    @property
    def parent_dir(self) -> Path | None:
        """The parent's folder, if it is still there."""
        if self.parent is None:
            return None
        folder = self.series.release_dir(self.parent.run_id)
        return folder if folder.is_dir() else None

    @property
    def parent_sources(self) -> list[str]:
        """The sources of the parent's data; none without one."""
        folder = self.parent_dir
        return [] if folder is None else list(read_metadata(folder).inputs["sources"])

    @property
    def run_dir(self) -> Path:
        """Where this run keeps its log, and its evidence if it fails."""
        return self.settings.runs_dir / self.run_id


def require(plan: Plan, checks: Sequence[Check]) -> list[Check]:
    """The checks, if all were passed. Raises: AuditError, after the evidence is written."""
    failed = [one for one in checks if not one.passed and not one.warns]
    if failed:
        evidence = plan.run_dir / AUDIT_FILE
        text = canonical_json([asdict(one) for one in checks])
        write_text_atomically(evidence, text)
        current = plan.series.current()
        stays = "nothing is released" if current is None else f"{current.name} stays current"
        message = "\n".join(
            [
                f"{plan.product.name}: the audit failed, {stays}:",
                *(f"  {one.name}: {one.message}" for one in failed),
                f"evidence: {evidence}",
            ]
        )
        raise AuditError(message, checks)
    return list(checks)
