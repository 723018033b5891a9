"""The writer's lock: one process writes one warehouse.

Belongs here: the `flock` every writer takes, whoever starts it (command line, orchestrator, dbt
`prod`), and the shared one by which a run shows that it is alive. Does not belong here: readers
(they use copies or releases), DuckDB's own lock.

The kernel frees a lock when its holder dies, however it dies; nothing has to be cleaned up.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from penstock.errors import PenstockError

_POLL_SECONDS = 0.1
_OF_ROOMS: set[tuple[Path, int]] = set()
"""Locks that a thread holds for all its rooms (`writer_of_rooms`)."""


class WriterBusyError(PenstockError):
    """Another process holds the writer's lock longer than this one may wait."""


@contextmanager
def writer_lock(path: Path, *, holder: str, wait_seconds: float) -> Iterator[None]:
    """Hold the exclusive lock at `path`; `holder` says what for (shown to who has to wait).

    Raises: WriterBusyError after `wait_seconds`, naming the process that holds the lock.
    """
    if (path, threading.get_ident()) in _OF_ROOMS:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _acquire(file.fileno(), path=path, wait_seconds=wait_seconds)
        file.truncate(0)
        file.write(
            json.dumps(
                {"pid": os.getpid(), "doing": holder, "since": f"{datetime.now(UTC):%FT%TZ}"}
            )
        )
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def writer_of_rooms(path: Path, *, holder: str, wait_seconds: float) -> Iterator[None]:
    """`writer_lock` over several rooms: those that ask for it within the block have it already.

    Raises: as `writer_lock`.
    """
    with writer_lock(path, holder=holder, wait_seconds=wait_seconds):
        held = (path, threading.get_ident())
        _OF_ROOMS.add(held)
        try:
            yield
        finally:
            _OF_ROOMS.discard(held)


@contextmanager
def sign_of_life(path: Path) -> Iterator[None]:
    """Share the lock at `path` as long as the block runs: `is_alive` says so meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_alive(path: Path) -> bool:
    """Whether any process gives a sign of life at `path`."""
    if not path.exists():
        return False
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def lock_holder(path: Path) -> str | None:
    """Who holds the lock at `path` right now, in words; None when it is free."""
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _describe(path)
        fcntl.flock(file, fcntl.LOCK_UN)
    return None


def _acquire(descriptor: int, *, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                message = (
                    f"{path.name}: the warehouse is being written by {_describe(path)}; "
                    f"waited {wait_seconds:g} s. Let it finish and run again, or raise "
                    "PENSTOCK_LOCK_WAIT_SECONDS."
                )
                raise WriterBusyError(message) from None
            time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
        else:
            return


def _describe(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        # Between taking the lock and writing its name a holder is anonymous for an instant.
        return "another process"
    return f"process {holder['pid']} ({holder['doing']}, since {holder['since']})"
