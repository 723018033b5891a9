"""Files that were refused whole: looking at one, routing them again, giving one up.

Belongs here: what the quarantine's commands do with them. Does not belong here: rows that the gate
refused (`loading/replay.py`); landing, and the refusal itself (`receive.py`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from penstock.contracts.layered import FolderLanding
from penstock.contracts.product import Product, RefusedFiles
from penstock.ledger import Ledger
from penstock.locking import writer_lock
from penstock.products.marketing.place import open_place, quarantine_of
from penstock.products.marketing.receive import kept_as, try_again
from penstock.settings import Settings

_GIVEN_UP = "discarded"


def show(product: Product, settings: Settings, origin: str) -> dict[str, object] | None:
    """Who delivered a refused file and when, why it was refused, where it is kept; None if none."""
    verdict_file = _verdict_file(product, settings, origin)
    if verdict_file is None:
        return None
    verdict: dict[str, Any] = json.loads(verdict_file.read_text(encoding="utf-8"))
    return {
        "file": verdict["name"],
        "delivered": verdict["delivered_at"],
        "source": verdict["source"] or "not said",
        "reason": verdict["outcome"],
        "message": verdict["message"],
        "kept": str(verdict_file.with_name(verdict["path"])),
    }


def route_again(
    product: Product, settings: Settings, origins: Sequence[str], *, run_id: str
) -> FolderLanding:
    """Route refused files again, and land those that fit by now: after a contract's new revision.

    Raises: WriterBusyError; ConfigurationError.
    """
    with (
        writer_lock(
            product.lock(settings), holder="replay", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        place = open_place(product, settings, ledger, run_id=run_id)
        return FolderLanding(tuple(try_again(place, {kept_as(origin) for origin in origins})))


def give_up(product: Product, settings: Settings, origin: str) -> Path | None:
    """Lay a refused file aside, with its verdict: it is kept, and tried no more. None if none."""
    verdict_file = _verdict_file(product, settings, origin)
    if verdict_file is None:
        return None
    folder = verdict_file.parent / _GIVEN_UP
    folder.mkdir(exist_ok=True)
    kept = verdict_file.with_name(json.loads(verdict_file.read_text(encoding="utf-8"))["path"])
    # The verdict last: killed in between, the next call finds it.
    for path in (kept, verdict_file):
        if path.exists():
            path.replace(folder / path.name)
    return folder / kept.name


def _verdict_file(product: Product, settings: Settings, origin: str) -> Path | None:
    """The verdict on a refused file that is not given up."""
    short = kept_as(origin)
    path = quarantine_of(product, settings) / f"{short}.json"
    return path if short and path.exists() else None


REFUSED_FILES = RefusedFiles(show=show, replay=route_again, discard=give_up)
