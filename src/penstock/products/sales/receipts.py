"""Bronze: what was received, file by file, and which files make the present set.

Belongs here: the store of received files, addressed by content, and the journal of receipts. Does
not belong here: finding files in a drop (`receive.py`); loading.

A received file is kept once, unchanged, as `received/<sha256>.csv`, whatever it is worth: a broken
one is evidence. The journal has one line per receipt; of every input the last line counts.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from penstock.contracts.product import MOCK, Product
from penstock.landing.files import write_atomically
from penstock.products.sales.contracts import INPUTS
from penstock.settings import Settings

_FOLDER = "received"
_JOURNAL = "receipts.jsonl"


@dataclass(frozen=True)
class Receipt:
    """One file as it was received. `error` is empty when it can be used.

    `source` is the source system, or `mock`; `modified_at` and `received_at` are UTC in ISO 8601;
    `delivery_id` names the landed Parquet file that its rows are loaded from.
    """

    table: str
    source_system: str
    name: str
    source: str
    sha256: str
    bytes: int
    modified_at: str
    received_at: str
    rows: int = 0
    types: Mapping[str, str] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    error: str = ""
    delivery_id: str = ""
    run_id: str = ""

    @property
    def received_on(self) -> date:
        """Day of the receipt, UTC."""
        return datetime.fromisoformat(self.received_at).date()


def store_dir(product: Product, settings: Settings) -> Path:
    """Folder of the received files and their journal."""
    return product.raw_dir(settings) / _FOLDER


def stored_file(product: Product, settings: Settings, sha256: str) -> Path:
    """Where a received file is kept."""
    return store_dir(product, settings) / f"{sha256}.csv"


def keep(product: Product, settings: Settings, file: Path, sha256: str) -> Path:
    """Keep a file's content once, read-only; returns where."""
    kept = stored_file(product, settings, sha256)
    if not kept.exists():
        write_atomically(kept, lambda temporary: _copy(file, temporary))
        kept.chmod(0o444)
    return kept


def record(product: Product, settings: Settings, receipt: Receipt) -> None:
    """Append a receipt to the journal, durably."""
    journal = store_dir(product, settings) / _JOURNAL
    journal.parent.mkdir(parents=True, exist_ok=True)
    before = journal.read_bytes() if journal.exists() else b""
    # A line that a killed process cut off is no receipt: what comes next starts a line.
    gap = "" if not before or before.endswith(b"\n") else "\n"
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{gap}{json.dumps(asdict(receipt), ensure_ascii=False)}\n")
        file.flush()
        os.fsync(file.fileno())


def receipts(product: Product, settings: Settings) -> list[Receipt]:
    """Every receipt, the oldest first."""
    journal = store_dir(product, settings) / _JOURNAL
    if not journal.exists():
        return []
    # Not `splitlines`: a column's name may hold U+2028, which JSON leaves as it is.
    lines = journal.read_text(encoding="utf-8").split("\n")
    return [receipt for line in lines if (receipt := _receipt(line)) is not None]


def present_set(known: Iterable[Receipt], *, retracted: Collection[str] = ()) -> dict[str, Receipt]:
    """Of every input, by table, the receipt that counts, in load order.

    The last one; retracted deliveries do not count, nor do mock files once a real one has come.
    """
    standing = [one for one in known if not one.delivery_id or one.delivery_id not in retracted]
    is_real = any(one.source != MOCK for one in standing)
    last = {one.table: one for one in standing if not (is_real and one.source == MOCK)}
    return {
        one.contract.table: last[one.contract.table] for one in INPUTS if one.contract.table in last
    }


def _receipt(line: str) -> Receipt | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return Receipt(**{**values, "ignored_columns": tuple(values["ignored_columns"])})


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
