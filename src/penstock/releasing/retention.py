"""Keeping releases: what may go, what stays, which one readers use.

Belongs here: listing, pinning, rolling back, pruning. Does not belong here: making releases.
"""

from dataclasses import dataclass
from typing import Literal

from penstock.errors import PenstockError
from penstock.releasing.sealed import read_metadata
from penstock.releasing.series import Entry, Series, SeriesError, remove_tree

State = Literal["there", "pruned", "missing", "damaged"]


@dataclass(frozen=True)
class Listed:
    """One release as a list shows it. `rows` is None if it is pruned, missing or unreadable."""

    run_id: str
    at: str
    root: str
    rows: int | None
    state: State
    is_current: bool
    is_pinned: bool


@dataclass(frozen=True)
class Pruned:
    """What a pruning took, or would take. `orphans` were left by killed processes."""

    releases: tuple[str, ...]
    orphans: tuple[str, ...]


def list_releases(series: Series) -> list[Listed]:
    """Every release there ever was, newest first."""
    current, pins = series.current_entry(), series.pinned()
    listed: list[Listed] = []
    for one in reversed(series.released()):
        rows, state = _rows(series, one)
        listed.append(
            Listed(
                run_id=one.run_id,
                at=one.at,
                root=one.root,
                rows=rows,
                state=state,
                is_current=current is not None and one.run_id == current.run_id,
                is_pinned=one.run_id in pins,
            )
        )
    return listed


def pin(series: Series, run_id: str, *, unpin: bool = False) -> None:
    """Keep a release whatever is pruned; or no longer.

    Raises: SeriesError when there is no such release.
    """
    require_there(series, run_id)
    if (run_id in series.pinned()) == unpin:
        series.append("unpinned" if unpin else "pinned", run_id)


def roll_back(series: Series, run_id: str | None = None) -> str:
    """Let readers use an older release (default: the one before the current); returns its id.

    Raises: SeriesError when there is none.
    """
    current = series.current_entry()
    if run_id is None:
        if current is None or not current.parent:
            message = f"{series.name}: there is no release before the current one"
            raise SeriesError(message)
        run_id = current.parent
    require_there(series, run_id)
    if current is None or run_id != current.run_id:
        series.append("rolled_back", run_id)
        series.switch(run_id)
    return run_id


def prune(series: Series, *, keep: int, dry_run: bool) -> Pruned:
    """Take away all but the newest `keep` releases; pinned ones, the current and the newest stay.

    The newest stays because the next release takes over the parts that did not change from it.
    """
    there = [one.run_id for one in series.released() if series.release_dir(one.run_id).is_dir()]
    current = series.current_entry()
    staying = series.pinned() | set(there[-max(keep, 1) :])
    if current is not None:
        staying.add(current.run_id)
    leaving = tuple(run_id for run_id in there if run_id not in staying)
    orphans = series.orphans()
    if not dry_run:
        series.recover()
        for run_id in leaving:
            series.remove(run_id)
        for orphan in orphans:
            if orphan.exists():
                remove_tree(orphan)
    return Pruned(leaving, tuple(one.name for one in orphans))


def require_there(series: Series, run_id: str) -> None:
    """Raises: UnknownReleaseError; SeriesError when it was pruned, or its folder is gone."""
    series.entry(run_id)
    folder = series.release_dir(run_id)
    if folder.is_dir():
        return
    if run_id in _pruned(series):
        message = f"{run_id}: this release was pruned; `penstock releases list` shows what is there"
    else:
        message = f"{folder}: is gone, and nobody pruned it; put it back from a copy"
    raise SeriesError(message)


def _pruned(series: Series) -> set[str]:
    return {one.run_id for one in series.entries() if one.event == "pruned"}


def _rows(series: Series, entry: Entry) -> tuple[int | None, State]:
    folder = series.release_dir(entry.run_id)
    if not folder.is_dir():
        return None, "pruned" if entry.run_id in _pruned(series) else "missing"
    try:
        return sum(int(one["rows"]) for one in read_metadata(folder).tables), "there"
    except PenstockError:
        return None, "damaged"  # `verify` says what is wrong; the others are listed all the same
