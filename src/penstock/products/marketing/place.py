"""For whom and as what a table is received.

Belongs here: the tenant's place, a file on its way, the refusal of one. Does not belong here:
receiving (`receive.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.products.marketing.catalogue import Catalogue, read_catalogue
from penstock.products.marketing.tenants import Tenant, read_tenants
from penstock.settings import Settings


class RefusedTableError(PenstockError):
    """A table that goes to quarantine. `outcome` names the kind of refusal."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Place:
    """Where and for whom tables are received."""

    product: Product
    settings: Settings
    ledger: Ledger
    tenant: Tenant
    catalogue: Catalogue
    run_id: str
    is_mock: bool = False
    again: bool = False

    @property
    def quarantine(self) -> Path:
        """Folder of the tenant's refused files."""
        return quarantine_of(self.product, self.settings)

    def stands(self, delivery_id: str | None) -> bool:
        """Whether a delivery is there and was not retracted."""
        delivery = self.ledger.delivery(delivery_id) if delivery_id else None
        return delivery is not None and delivery.stands


@dataclass(frozen=True)
class Incoming:
    """A file, who delivered it and when (naive UTC), and the day it is filed under."""

    path: Path
    name: str
    source: str | None
    delivered_at: datetime
    day: date


def quarantine_of(product: Product, settings: Settings) -> Path:
    """Folder of a tenant's refused files."""
    return settings.quarantine_dir / product.series


def open_place(
    product: Product, settings: Settings, ledger: Ledger, *, run_id: str, is_mock: bool = False
) -> Place:
    """The place of a tenant's product. Raises: PenstockError when it is no tenant's."""
    if not product.tenant:
        message = f"{product.name}: whose tables? expected --tenant SLUG"
        raise PenstockError(message)
    tenant = read_tenants(settings).tenant(product.tenant)
    return Place(product, settings, ledger, tenant, read_catalogue(settings), run_id, is_mock)
