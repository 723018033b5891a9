"""A drop folder: files that others put there, and which of them a landing has taken.

Belongs here: finding the files, remembering those taken. Does not belong here: landing them; when
to look.

A file is taken once, in the state it is in (size and time): it stays where it lies, and a delivery
that was retracted does not come back because its file was never cleared away. Written again, it is
another file.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from penstock.ledger import Ledger


@dataclass(frozen=True)
class DroppedFile:
    """A file of a drop folder. `name` is its path below the folder, `state` its size and time."""

    path: Path
    name: str
    modified_ns: int
    state: str

    @property
    def source(self) -> str | None:
        """Who delivered it: the folder it lies in, if that is below the drop folder."""
        first, _, rest = self.name.partition("/")
        return first if rest else None


@dataclass(frozen=True)
class Drop:
    """What nobody has taken yet, the oldest first; `unsettled` may still be being written."""

    settled: tuple[DroppedFile, ...] = ()
    unsettled: tuple[DroppedFile, ...] = ()


def look_into(folder: Path, ledger: Ledger, *, settle_seconds: float) -> Drop:
    """The files below `folder` that were not taken in the state they are in.

    A file that changed less than `settle_seconds` ago is unsettled. Names that begin with a dot do
    not count, in any part of the path.
    """
    waiting = sorted(
        (one for one in _files(folder) if ledger.fact(_fact(one)) != one.state),
        key=lambda one: (one.modified_ns, one.name),
    )
    still = (time.time() - settle_seconds) * 1e9
    return Drop(
        tuple(one for one in waiting if one.modified_ns <= still),
        tuple(one for one in waiting if one.modified_ns > still),
    )


def note_taken(ledger: Ledger, files: Iterable[DroppedFile]) -> None:
    """Remember, within the caller's transaction, that these files were taken as they are."""
    ledger.put_facts({_fact(one): one.state for one in files})


def _files(folder: Path) -> Iterable[DroppedFile]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts) or not path.is_file():
            continue
        stat = path.stat()
        state = f"{stat.st_size} {stat.st_mtime_ns}"
        yield DroppedFile(path, inside.as_posix(), stat.st_mtime_ns, state)


def _fact(file: DroppedFile) -> str:
    return f"dropped {file.name}"
