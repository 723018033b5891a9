"""What a product with tenants and connectors tells of them, as rows to show.

Belongs here: the declaration of the answers, asking a product for its own. Does not belong here:
any product; printing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from penstock.errors import PenstockError
from penstock.settings import Settings

if TYPE_CHECKING:
    from penstock.contracts.product import Product

Status = Literal["active", "onboarding", "suspended"]


@dataclass(frozen=True)
class Listing:
    """Rows to show, and what is wrong."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relations:
    """What is a tenant's in a warehouse, by exact names: a prefix could be another tenant's.

    `raw_tables` lie in the schema `raw`; the `schemas` hold what is `built` for the tenant alone;
    `pooled` schemas hold rows of all tenants.
    """

    raw_tables: frozenset[str]
    schemas: frozenset[str]
    built: frozenset[str]
    pooled: frozenset[str]


@dataclass(frozen=True)
class Directory:
    """What can be asked: the tenants, the connectors, one connector, one file.

    `start_connector` writes the models of a connector that are not there yet and returns them.
    `set_status` writes a tenant's `status`, and says whether it was another before. `entry` is the
    text of a tenant's entry, None without one, and `remove_entry` takes it out of the file;
    `relations` are a tenant's whether it has an entry or not.
    """

    tenants: Callable[[Settings], Listing]
    connectors: Callable[[Settings], Listing]
    connector: Callable[[Settings, str], Listing]
    fingerprint: Callable[[Settings, Path], Listing]
    start_connector: Callable[[Settings, str], list[Path]]
    status: Callable[[Settings, str], Status]
    set_status: Callable[[Settings, str, Status], bool]
    entry: Callable[[Settings, str], str | None]
    remove_entry: Callable[[Settings, str], bool]
    relations: Callable[[Settings, str], Relations]


def directory_of(product: "Product") -> Directory:
    """What the product tells of tenants and connectors. Raises: PenstockError if it has none."""
    if product.directory is None:
        message = f"{product.name} has neither tenants nor connectors"
        raise PenstockError(message)
    return product.directory()
