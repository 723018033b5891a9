"""What grows, how big it is, and what shrinks it.

Belongs here: one line per state that running leaves behind. Does not belong here: shrinking it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from penstock.contracts.product import Product
from penstock.settings import Settings


@dataclass(frozen=True)
class State:
    """Something on disk that grows; `remedy` says what shrinks it, or why nothing does."""

    name: str
    path: Path
    bytes: int
    files: int
    remedy: str


def states(product: Product, settings: Settings) -> list[State]:
    """Every state of a product that grows; what is not there yet is left out."""
    tidy = f"penstock tidy {product.name}"
    engine = product.engine_dir(settings)
    known = [
        ("warehouse", product.warehouse(settings), f"{tidy} (compacts it)"),
        ("landed files", product.raw_dir(settings), "evidence: kept; `penstock retract FILE`"),
        ("ledger", product.ledger(settings), f"{tidy} (old runs)"),
        ("quarantined rows", settings.quarantine_dir, "evidence: kept"),
        ("releases", settings.releases_dir, f"penstock releases prune {product.name}"),
        ("retracted files", retracted_dir(settings), f"{tidy} (old ones)"),
        ("dlt's packages", engine / "dlt", tidy),
        ("dbt's artifacts", engine / "dbt", "bounded; may be deleted, the next run makes them"),
        ("dbt's parse", product.parse_dir(settings), "bounded; may be deleted, it is made again"),
        ("dbt's manifest", engine / "manifest", "bounded"),
        ("spilled by DuckDB", settings.duckdb_temp_directory, f"{tidy} (what kills left)"),
        ("developer's copy", product.dev_warehouse(settings), "delete it; `penstock dev-sync`"),
        ("alerts", settings.alerts_file, f"{tidy} (old ones)"),
        ("Dagster's history", settings.data_dir / "dagster", "make ui (old runs, at its start)"),
    ]
    measured = [(name, path, remedy, *_size(path)) for name, path, remedy in known]
    return [
        State(name, path, size, files, remedy)
        for name, path, remedy, size, files in measured
        if files
    ]


def retracted_dir(settings: Settings) -> Path:
    """Where the files of retracted deliveries lie."""
    return settings.quarantine_dir / "retracted"


def megabytes(count: int) -> str:
    """Bytes as people read them.

    >>> megabytes(1_234_567)
    '1.2 MB'
    """
    return f"{count / 1e6:,.1f} MB"


def size_of(path: Path) -> int:
    """Bytes of a file, or of everything below a directory."""
    return _size(path)[0]


def _size(path: Path) -> tuple[int, int]:
    sizes = [one.lstat().st_size for one in _files(path)]
    return sum(sizes), len(sizes)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, _, names in os.walk(path):
        yield from (Path(folder) / name for name in names)
