"""Small drops of CRM and ERP, and worlds built from them."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from penstock.contracts.layered import FolderLanding, LayeredRun
from penstock.products.sales.product import PRODUCT
from penstock.products.sales.run import land_folders, run_layers
from penstock.settings import Settings

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "sales"
"""Six small files that hold every fault a rule knows; their own bytes matter."""

AS_OF = date(2014, 1, 28)


def own_drop(folder: Path) -> Path:
    """A copy of the small drop that a test may change."""
    shutil.copytree(FIXTURE, folder)
    return folder


def land(settings: Settings, *folders: Path) -> FolderLanding:
    """Receive drops."""
    return land_folders(PRODUCT, settings, list(folders))


def run(settings: Settings, **options: Any) -> LayeredRun:
    """Run the layers, as of a day within the small drop unless told otherwise."""
    return run_layers(PRODUCT, settings, **{"as_of": AS_OF, **options})


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a query over the working warehouse."""
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        connection.execute(f"set search_path = '{','.join(PRODUCT.schemas[:4])}'")
        return connection.execute(sql).fetchall()


def edit(file: Path, *, replace: tuple[str, str]) -> None:
    """Replace text that occurs once, line ends untouched."""
    content = file.read_bytes()
    old, new = (text.encode() for text in replace)
    assert content.count(old) == 1, f"{file}: {old!r} occurs {content.count(old)} times"
    file.write_bytes(content.replace(old, new))


def problems(landing: FolderLanding) -> Sequence[str]:
    """What is wrong with the files of a drop."""
    return [one.problem for one in landing.files if one.problem]
