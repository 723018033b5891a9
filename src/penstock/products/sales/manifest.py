"""The manifest of bronze: every file of a run's full set, by reference to the store.

Belongs here: its entries, reading it back. Does not belong here: the store (`receipts.py`), pages.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.receipts import Receipt

MANIFEST = "manifest.json"


def manifest_files(
    files: Mapping[str, Receipt], before: Mapping[str, Receipt]
) -> list[dict[str, Any]]:
    """One entry per input of the full set; `before` are the files of the last successful run."""
    return [
        _entry(one.contract.table, one.path, one.source_system, files, before) for one in INPUTS
    ]


def _entry(
    table: str,
    path: str,
    source_system: str,
    files: Mapping[str, Receipt],
    before: Mapping[str, Receipt],
) -> dict[str, Any]:
    receipt = files.get(table)
    if receipt is None:
        missing = {"table": table, "source_system": source_system, "name": path}
        return {**missing, "status": "failed", "error": "missing: it has never been received"}
    same = table in before and before[table].sha256 == receipt.sha256
    status = "failed" if receipt.error else "unchanged" if same else "new"
    return {**asdict(receipt), "status": status, "stored_as": f"received/{receipt.sha256}.csv"}


def read_manifest(folder: Path) -> dict[str, Receipt]:
    """The files of a run by table, those that were never received left out."""
    path = folder / "bronze" / MANIFEST
    files = json.loads(path.read_text(encoding="utf-8"))["files"] if path.exists() else []
    return {
        one["table"]: Receipt(
            **{
                key: value
                for key, value in one.items()
                if key not in ("status", "stored_as", "ignored_columns")
            },
            ignored_columns=tuple(one["ignored_columns"]),
        )
        for one in files
        if "sha256" in one
    }
