"""What a product with tenants and connectors tells of them, as rows to show.

Belongs here: the declaration of the answers. Does not belong here: any product; printing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from penstock.settings import Settings

Status = Literal["active", "onboarding", "suspended"]


@dataclass(frozen=True)
class Listing:
    """Rows to show, and what is wrong."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directory:
    """What can be asked: the tenants, the connectors, one connector, one file.

    `start_connector` writes the models of a connector that are not there yet and returns them.
    `set_status` writes a tenant's `status`, and says whether it was another before.
    """

    tenants: Callable[[Settings], Listing]
    connectors: Callable[[Settings], Listing]
    connector: Callable[[Settings, str], Listing]
    fingerprint: Callable[[Settings, Path], Listing]
    start_connector: Callable[[Settings, str], list[Path]]
    status: Callable[[Settings, str], Status]
    set_status: Callable[[Settings, str, Status], bool]
