"""Replaying the quarantine: refused rows are judged again and loaded, recorded as a run.

Belongs here: the order of the steps. Does not belong here: the steps (`loading/replay.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.load import LoadReport, load
from penstock.loading.replay import call_again, known_origins, replay_mapped
from penstock.runs import delivery_time, read_own_mapping, recorded
from penstock.settings import Settings


@dataclass(frozen=True)
class ReplayReport:
    """What became of quarantined rows that were judged again; and of `files` refused whole."""

    open_before: int
    open_after: int
    load: LoadReport
    files: FolderLanding | None = None


def replay(
    product: Product,
    settings: Settings,
    origins: Sequence[str],
    *,
    mapping_file: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ReplayReport:
    """Judge quarantined rows of the origins (all, if none is named) again, and load them.

    With a mapping: the rows that it refused before it was mended; else those that the gate did.

    Raises: PenstockError when nothing of an origin is quarantined; as `load`.
    """
    with recorded(product, settings, "quarantine replay") as run_id:
        before = _open_rows(product, settings)
        routed: FolderLanding | None = None
        if mapping_file is None:
            routed = _route_again(product, settings, origins, run_id=run_id)
        else:
            mapping = read_own_mapping(product, mapping_file)
            replay_mapped(
                product,
                settings,
                origins,
                mapping=mapping,
                entities=product.parse_declared(mapping.assets, str(mapping_file)),
                run_id=run_id,
                delivered_at=delivery_time,
            )
        loaded = load(product, settings, run_id=run_id, progress=progress)
        return ReplayReport(before, _open_rows(product, settings), loaded, routed)


def _route_again(
    product: Product, settings: Settings, origins: Sequence[str], *, run_id: str
) -> FolderLanding | None:
    """Files that were refused whole are routed again, deliveries with refused rows loaded again."""
    with Ledger(product.ledger(settings)) as ledger:
        chosen = known_origins(ledger, origins)
    routed = None
    if product.refused_files is not None:
        routed = product.refused_files().replay(product, settings, chosen, run_id=run_id)
    call_again(product, settings, chosen)
    return routed


def _open_rows(product: Product, settings: Settings) -> int:
    with Ledger(product.ledger(settings)) as ledger:
        return sum(one.open_rows for one in ledger.quarantine())
