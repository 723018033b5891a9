"""What a run is made from: the files that count, or what an earlier run left.

Belongs here: which files, which logical date, whether it was done before. Does not belong here:
doing it (`run.py`); receiving files (`receive.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from penstock.contracts.layered import LAYERS, Layer
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.stale import is_built
from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.manifest import read_manifest
from penstock.products.sales.receipts import Receipt
from penstock.products.sales.receive import present, set_id
from penstock.products.sales.records import RunRecord, find_record, records, run_folder
from penstock.settings import Settings
from penstock.transforming.transform import models_hash


class BadInputError(PenstockError):
    """Files of the set that are missing or cannot be used: nothing is built from the others."""


@dataclass(frozen=True)
class Plan:
    """What a run is made from: its files, its logical date, and the layers to build."""

    files: Mapping[str, Receipt]
    as_of: date
    layers: tuple[Layer, ...]
    from_run: RunRecord | None
    signature: str


def plan_from_files(
    product: Product, settings: Settings, *, as_of: date | None, layer: Layer | None
) -> Plan:
    """The set that counts now."""
    with Ledger(product.ledger(settings)) as ledger:
        files = present(product, settings, ledger)
    if not files:
        message = (
            f"nothing of {product.name} has been received; expected {len(INPUTS)} files: "
            f"`penstock land {product.name} FOLDER`, or drop source_crm and source_erp into "
            f"{settings.sales_drop_dir}"
        )
        raise BadInputError(message)
    same = [one for one in records(product, settings) if one.set_id == set_id(files)]
    kept = same[0].as_of_date if same else max(one.received_on for one in files.values())
    logical = as_of or kept
    layers: tuple[Layer, ...] = LAYERS if layer is None else (layer,)
    return Plan(files, logical, layers, None, _signature(product, files, logical))


def plan_from_run(
    product: Product,
    settings: Settings,
    from_run: str,
    *,
    as_of: date | None,
    layer: Layer | None,
) -> Plan:
    """The files of an earlier run, and for gold its silver tables."""
    origin = find_record(
        product, settings, from_run, layer="silver" if layer == "gold" else "bronze"
    )
    if layer == "gold" and as_of not in (None, origin.as_of_date):
        message = (
            f"--as-of {as_of}: silver of run {origin.run_id} was made as of {origin.as_of}; build "
            f"silver first: penstock run {product.name} --layer silver --as-of {as_of} "
            f"--from-run {origin.run_id}"
        )
        raise PenstockError(message)
    files = read_manifest(run_folder(settings, origin.run_id))
    logical = as_of or origin.as_of_date
    layers: tuple[Layer, ...] = LAYERS if layer is None else (layer,)
    return Plan(files, logical, layers, origin, _signature(product, files, logical))


def done_before(product: Product, settings: Settings, plan: Plan) -> RunRecord | None:
    """The run that built all layers of what is planned, if none has built anything since.

    Bronze alone is new as long as nobody has built on it: what failed above is tried again. So is
    what the ledger no longer knows to be built.
    """
    built = [one for one in records(product, settings) if "silver" in one.layers]
    if not built:
        return None
    last = built[0]
    same = last.signature == plan.signature
    if not same or last.outcome != "done" or last.layers != LAYERS:
        return None
    with Ledger(product.ledger(settings)) as ledger:
        return last if is_built(ledger) else None


def files_before(product: Product, settings: Settings) -> dict[str, Receipt]:
    """The files of the last successful run."""
    for one in records(product, settings):
        if one.outcome == "done":
            return read_manifest(run_folder(settings, one.run_id))
    return {}


def problems(files: Mapping[str, Receipt]) -> list[str]:
    """What keeps the set from being built, file by file."""
    found = []
    for one in INPUTS:
        receipt = files.get(one.contract.table)
        if receipt is None:
            found.append(f"{one.path}: is missing; it has never been received: land it")
        elif receipt.error:
            found.append(receipt.error)
    return found


def _signature(product: Product, files: Mapping[str, Receipt], as_of: date) -> str:
    """What decides every row: the files, the logical date, the rules."""
    facts = [set_id(files), as_of.isoformat(), models_hash(product.dbt_project)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
