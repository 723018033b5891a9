"""What a product that routes its files tells of where they went.

Belongs here: the account of a run's routes, as data. Does not belong here: routing; any product.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RefusedTable:
    """A file in quarantine: `outcome` is the kind of refusal, `message` says what differs."""

    name: str
    outcome: str
    message: str


@dataclass(frozen=True)
class Routes:
    """The files a run landed, counted by outcome (exact, superset, ...), and all that are refused.

    `refused` are in quarantine now, whichever run put them there: they are tried with every run.
    `newest` is the latest time of delivery (ISO 8601, UTC) of all that ever landed, '' if none did.
    """

    routed: Mapping[str, int]
    refused: tuple[RefusedTable, ...]
    newest: str = ""
