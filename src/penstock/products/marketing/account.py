"""Where a tenant's files went: by which outcome they were routed, which are refused, and why.

Belongs here: reading the account that landing left. Does not belong here: landing (`receive.py`),
the rules of routing (`routing.py`).
"""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from penstock.contracts.product import Product
from penstock.contracts.routes import RefusedTable, Routes
from penstock.landing.files import PartitionName
from penstock.ledger import Delivery, Ledger
from penstock.products.marketing.land_table import schema_fact
from penstock.products.marketing.place import Place, open_place
from penstock.settings import Settings


def routes_of(product: Product, settings: Settings, run_id: str) -> Routes:
    """The outcomes of the files that a run landed, and every file that is in quarantine now.

    Raises: PenstockError when it is no tenant's product.
    """
    with Ledger(product.ledger(settings)) as ledger:
        place = open_place(product, settings, ledger, run_id=run_id)
        deliveries = ledger.deliveries()
        mine = [one for one in deliveries if one.run_id == run_id]
        routed = Counter(_outcome(ledger, one) for one in mine)
    standing = [one for one in deliveries if one.stands]
    newest = max((one.delivered_at for one in standing), default=None)
    return Routes(dict(sorted(routed.items())), _refused(place), _text(newest))


def _outcome(ledger: Ledger, delivery: Delivery) -> str:
    """By which outcome the shape of a landed file was routed when it was seen first."""
    name = PartitionName.parse(delivery.delivery_id.rpartition("/")[2])
    shape = "" if name is None else name.source or ""
    seen = ledger.fact(schema_fact(delivery.table_name, shape))
    return "unknown" if seen is None else str(json.loads(seen)["outcome"])


def _refused(place: Place) -> tuple[RefusedTable, ...]:
    verdicts: list[dict[str, Any]] = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(place.quarantine.glob("*.json"))
    ]
    return tuple(
        sorted(
            (RefusedTable(one["name"], one["outcome"], one["message"]) for one in verdicts),
            key=lambda one: (one.name, one.outcome),
        )
    )


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
