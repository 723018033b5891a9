"""What rows refer to (assets) has changed: which deliveries have to be judged again.

Belongs here: comparing what the gate judged by with what it would judge by now. Does not belong
here: the gate; which days become stale.

Without this, a row's fate would depend on whether its asset was declared before or after it.
"""

import json
from collections.abc import Iterator, Mapping

import polars as pl

from penstock.contracts.contract import Contract, Reference
from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.admit import referenced_rows
from penstock.loading.discover import pending_files
from penstock.settings import Settings

Grounds = Mapping[str, str]
"""Per entity what the gate judges its rows by: intervals of its versions, first day."""

_CHANGED = "references_changed"
_JUDGED_BY = "judged_by:"


def known_rows(product: Product, settings: Settings, reference: Reference) -> pl.DataFrame:
    """All rows that the reference may name, the latest delivery last."""
    target = product.contracts[reference.table]
    landed = pending_files(product.raw_dir(settings), [target.table], [], run_id="")
    return referenced_rows(target, landed)


def deliveries_to_judge_again(product: Product, settings: Settings, ledger: Ledger) -> set[str]:
    """Loaded deliveries whose rows the gate might judge otherwise by now.

    Those with rows of an entity whose grounds have changed, and those with refused rows of a
    table that refers to it.
    """
    again: set[str] = set()
    for reference, contracts in _references(product):
        before = _judged_by(ledger, reference)
        now = grounds(known_rows(product, settings, reference), reference)
        if before is not None:
            entities = now.keys() | before.keys()
            again |= ledger.covering(one for one in entities if now.get(one) != before.get(one))
        if before != now:
            tables = {one.table for one in contracts}
            again |= {
                one.origin for one in ledger.quarantine() if one.origin.partition("/")[0] in tables
            }
    return again


def is_told(ledger: Ledger) -> bool:
    """Whether a reference's rows have gone since the last load."""
    return ledger.fact(_CHANGED) is not None


def tell(ledger: Ledger) -> None:
    """A reference's rows have gone: the next load has to look."""
    ledger.put_facts({_CHANGED: "yes"})


def remember(product: Product, settings: Settings, ledger: Ledger) -> None:
    """Every loaded delivery is judged by what is declared now."""
    facts = {
        _JUDGED_BY + reference.table: json.dumps(
            grounds(known_rows(product, settings, reference), reference), sort_keys=True
        )
        for reference, _ in _references(product)
    }
    ledger.put_facts({**facts, _CHANGED: None})


def grounds(known: pl.DataFrame, reference: Reference) -> Grounds:
    """Per entity what the gate judges its rows by."""
    wanted = (reference.version_column, reference.interval_column)
    columns = [name for name in wanted if name is not None]
    key = [name for name in (reference.column, reference.version_column) if name is not None]
    latest = known.unique(key, keep="last", maintain_order=True).sort(key)
    first = known.group_by(reference.column).agg(
        [] if reference.since_column is None else [pl.col(reference.since_column).min()]
    )
    told = {str(row[0]): [str(row[1:])] for row in first.iter_rows()}
    for entity, *values in latest.select(reference.column, *columns).iter_rows():
        told[str(entity)].append(str(values))
    return {entity: "; ".join(values) for entity, values in told.items()}


def _references(product: Product) -> Iterator[tuple[Reference, list[Contract]]]:
    by_table: dict[str, list[Contract]] = {}
    for one in product.contracts.values():
        if one.reference is not None:
            by_table.setdefault(one.reference.table, []).append(one)
    for contracts in by_table.values():
        if contracts[0].reference is not None:
            yield contracts[0].reference, contracts


def _judged_by(ledger: Ledger, reference: Reference) -> Grounds | None:
    """What the loaded rows were judged by; None in a ledger that never noted it."""
    text = ledger.fact(_JUDGED_BY + reference.table)
    found: Grounds | None = None if text is None else json.loads(text)
    return found
