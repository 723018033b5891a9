"""What a product tells of drops and runs when its inputs are whole files built in layers.

Belongs here: the accounts of a landing and of a run, as data. Does not belong here: doing either;
any product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from penstock.errors import UsageError

Layer = Literal["bronze", "silver", "gold"]
LAYERS: tuple[Layer, ...] = ("bronze", "silver", "gold")
"""The layers, in the order they are built."""


def as_layer(name: str | None) -> Layer | None:
    """A layer by its name; None for none. Raises: UsageError listing the names there are."""
    if name is None:
        return None
    for layer in LAYERS:
        if layer == name:
            return layer
    message = f"--layer {name}: expected one of {', '.join(LAYERS)}"
    raise UsageError(message)


@dataclass(frozen=True)
class LandedFile:
    """One file of a drop: `status` is new, unchanged or failed, `problem` says why it failed."""

    name: str
    status: Literal["new", "unchanged", "failed"]
    rows: int
    problem: str = ""


@dataclass(frozen=True)
class FolderLanding:
    """The account of a drop: its files, and files in it that nothing is made of."""

    files: tuple[LandedFile, ...]
    unknown: tuple[Path, ...] = ()


@dataclass(frozen=True)
class LayeredRun:
    """What a run in layers did.

    `run_id` is None when there was nothing to do, and `note` says why. `rows` counts the rows of
    the tables that were built; `folder` holds the run's record. `release` is the current release
    if gold was built (`is_new_release`: it is this run's), `pages` are its reports.
    """

    run_id: str | None
    as_of: date | None
    layers: tuple[Layer, ...]
    rows: Mapping[str, int]
    folder: Path | None = None
    note: str = ""
    release: Path | None = None
    is_new_release: bool = False
    pages: tuple[Path, ...] = ()
