"""A series of releases: the folder, its chain of events, the link to the current release.

Belongs here: `<releases>/<series>/` and every change of `current` and `chain.jsonl`; completing
what a killed process left. Does not belong here: what a release holds.

    data/releases/<series>/
        <run_id>/          one sealed release
        current            relative link to the release that readers use
        chain.jsonl        every event since the first release; only ever appended to

Each event carries the SHA-256 of the line before it. `current` follows the chain: an event is
written first, then the link is replaced by a rename, and whoever comes next completes a kill
between the two. A release folder without an event was never published.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from penstock.errors import PenstockError, UsageError
from penstock.landing.files import write_text_atomically
from penstock.releasing.canonical import json_line
from penstock.settings import Settings

Event = Literal["released", "rolled_back", "pinned", "unpinned", "pruned"]
CHAIN = "chain.jsonl"
_CURRENT = "current"
_BUILDING = ".building-"
_REMOVING = ".removing-"
_NO_LINE = ""
_OURS = re.compile(r"^(\.building-|\.removing-)?\d{8}T\d{6}Z-[0-9a-f]{8}$")


class SeriesError(PenstockError):
    """A series without the release asked for, or with a chain that does not hold together."""


class UnknownReleaseError(SeriesError, UsageError):
    """A release that was asked for and never was."""


@dataclass(frozen=True)
class Entry:
    """One event of a chain. `root` and `seal` are set for releases, with those of the parent."""

    event: Event
    run_id: str
    at: str
    previous: str
    root: str = ""
    seal: str = ""
    parent: str = ""
    parent_root: str = ""
    parent_seal: str = ""

    @cached_property
    def line(self) -> str:
        """The event as its line in the chain."""
        names = ("event", "run_id", "at", "previous", "root", "seal")
        more = ("parent", "parent_root", "parent_seal")
        return json_line({name: getattr(self, name) for name in (*names, *more)})

    @property
    def sha256(self) -> str:
        """SHA-256 of the line, as the next event records it."""
        return hashlib.sha256(self.line.encode()).hexdigest()


@dataclass(frozen=True)
class Series:
    """The releases of one name; `folder` may not exist yet."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def chain_file(self) -> Path:
        """Every event since the first release."""
        return self.folder / CHAIN

    def entries(self) -> list[Entry]:
        """The chain's events in their order.

        Raises: SeriesError when a line is no event or does not follow the one before.
        """
        return read_chain(self.chain_file)

    def released(self) -> list[Entry]:
        """The events of releases, pruned ones included, in their order."""
        return [one for one in self.entries() if one.event == "released"]

    def entry(self, run_id: str) -> Entry:
        """The event of one release. Raises: UnknownReleaseError naming those there are."""
        known = {one.run_id: one for one in self.released()}
        if run_id not in known:
            listed = ", ".join(list(known)[-5:]) or "none"
            message = f"{run_id}: no release of {self.name}; expected one of: {listed}"
            raise UnknownReleaseError(message)
        return known[run_id]

    def current_entry(self) -> Entry | None:
        """The release that readers use, by the chain; None before the first."""
        entries = self.entries()
        moves = [one.run_id for one in entries if one.event in ("released", "rolled_back")]
        return self.entry(moves[-1]) if moves else None

    def current(self) -> Path | None:
        """The folder that `current` leads to right now; None before the first release.

        A reader asks once and keeps to the answer: the link may move, the folder stays.
        """
        link = self.folder / _CURRENT
        if link.is_symlink():
            return self.folder / link.readlink()
        # A copy of the data directory that followed links has a folder in its place.
        return link if link.is_dir() else None

    def pinned(self) -> set[str]:
        """Releases that no pruning takes."""
        pins: set[str] = set()
        for one in self.entries():
            if one.event == "pinned":
                pins.add(one.run_id)
            elif one.event == "unpinned":
                pins.discard(one.run_id)
        return pins

    def release_dir(self, run_id: str) -> Path:
        """The folder of a release."""
        return self.folder / run_id

    def building_dir(self, run_id: str) -> Path:
        """Where a release is put together, out of every reader's sight."""
        return self.folder / f"{_BUILDING}{run_id}"

    def append(self, event: Event, run_id: str, *, at: str = "", **facts: str) -> Entry:
        """Add an event to the chain (`at`: default now); the file is replaced in one step."""
        entries = self.entries()
        entry = Entry(
            event=event,
            run_id=run_id,
            at=at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            previous=entries[-1].sha256 if entries else _NO_LINE,
            **facts,
        )
        text = "".join(f"{one.line}\n" for one in (*entries, entry))
        write_text_atomically(self.chain_file, text)
        sync_dir(self.folder)
        return entry

    def switch(self, run_id: str) -> None:
        """Let `current` lead to a release, in one step."""
        temporary = self.folder / f".{_CURRENT}.partial"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(run_id, target_is_directory=True)
        current = self.folder / _CURRENT
        if current.is_dir() and not current.is_symlink():
            remove_tree(current)  # a copy of a release that lies beside it under its own name
        temporary.replace(current)
        sync_dir(self.folder)

    def recover(self) -> None:
        """Complete what a killed process left: the link follows the chain, orphans go."""
        for orphan in self.orphans():
            remove_tree(orphan)
        entry = self.current_entry()
        found = self.current()
        if entry is not None and (found is None or found.name != entry.run_id):
            self.switch(entry.run_id)

    def orphans(self) -> list[Path]:
        """Folders of releases that were never published, or are half removed."""
        if not self.folder.exists():
            return []
        entries = self.entries()
        published = {one.run_id for one in entries if one.event == "released"}
        published -= {one.run_id for one in entries if one.event == "pruned"}
        return sorted(
            path
            for path in self.folder.iterdir()
            if _OURS.match(path.name) and path.name not in published and not path.is_symlink()
        )

    def remove(self, run_id: str) -> None:
        """Take a release away; the chain keeps its record."""
        self.append("pruned", run_id)
        leaving = self.folder / f"{_REMOVING}{run_id}"
        self.release_dir(run_id).rename(leaving)
        remove_tree(leaving)


def series_of(settings: Settings, name: str) -> Series:
    """The series of a name (a product's, say); `a/b` lies in a folder of `a`."""
    return Series(settings.releases_dir / name)


def read_chain(path: Path) -> list[Entry]:
    """The events of a chain file; none if it does not exist.

    Raises: SeriesError when a line is no event or does not follow the one before.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        message = f"{path}: is no text ({error}); expected one event per line: restore the file"
        raise SeriesError(message) from error
    entries: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        before = entries[-1].sha256 if entries else _NO_LINE
        entry = _entry(line)
        if entry is None or entry.line != line or entry.previous != before:
            message = (
                f"{path}, line {number}: does not follow the line before; expected events that "
                "were only ever appended: restore the file from a copy"
            )
            raise SeriesError(message)
        entries.append(entry)
    return entries


def _entry(line: str) -> Entry | None:
    try:
        facts: Mapping[str, Any] = json.loads(line)
        return Entry(**facts)
    except (ValueError, TypeError):
        return None


def remove_tree(path: Path) -> None:
    """Remove a release's folder; its files are read-only, which only directories decide about."""
    shutil.rmtree(path)


def sync_dir(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
