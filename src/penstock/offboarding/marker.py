"""The marker of an offboarding that has begun: what it is about, and how far it got.

Belongs here: the file and its form. Does not belong here: the steps (`offboard.py`).

It lies beside the tenant's ledger, not in it, since the ledger goes too. While it is there the
tenant is half gone: nothing may be made of it until the offboarding is finished.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically
from penstock.settings import Settings


@dataclass(frozen=True)
class Marker:
    """An offboarding under way. `export` is its folder, empty where there was nothing to export.

    `raw_tables` and `runs` are those of the ledger, which may be gone by now.
    """

    began_at: str
    export: str
    is_exported: bool
    raw_tables: Sequence[str]
    runs: Sequence[str]


def marker_file(product: Product, settings: Settings, slug: str) -> Path:
    """Where the marker of a tenant lies."""
    return settings.warehouse_dir / product.name / f"{slug}.offboarding.json"


def read_marker(path: Path) -> Marker | None:
    """The marker; None without one.

    Raises: PenstockError when it is none.
    """
    try:
        return Marker(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        message = (
            f"{path}: is no marker of an offboarding ({error}); expected the file as it was "
            "written: restore it from a copy"
        )
        raise PenstockError(message) from error


def write_marker(path: Path, marker: Marker) -> None:
    """Write it, whole or not at all."""
    write_text_atomically(path, json.dumps(asdict(marker), indent=1))


def refuse_half_gone(product: Product, settings: Settings, slug: str) -> None:
    """Raises: PenstockError when an offboarding of the tenant has begun and is not finished."""
    path = marker_file(product, settings, slug)
    if path.exists():
        message = (
            f"{product.name}: tenant {slug} is being offboarded (see {path}): part of its data is "
            f"gone already; finish it first: penstock tenants offboard {slug}"
        )
        raise PenstockError(message)
