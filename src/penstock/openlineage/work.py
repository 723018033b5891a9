"""Work as it is told: which room, in which run, from what to what.

Belongs here: plain data that rooms can fill without any library. Does not belong here: events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """One room of a product at work in one run."""

    product: str
    room: str
    run_id: str


@dataclass(frozen=True)
class Dataset:
    """One set of rows. What is None is not known, or costs too much to know.

    `columns`: name to type. `version`: the identity of the content.
    """

    name: str
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None


@dataclass
class Work:
    """What is read and written; whoever does the work completes it before it ends."""

    inputs: Sequence[Dataset]
    outputs: Sequence[Dataset] = ()
