"""Dagster's own SQLite files: opened once, their statements compiled once, events not waited for.

Belongs here: how connections to these files are opened. Does not belong here: what Dagster writes.

Dagster makes an engine and opens a connection for every statement, some 1,400 times in a run of one
day. Each would read the file's schema again and compile its statement again; each commit would wait
for the disk, and each close, being the last, once more while SQLite empties and deletes its
write-ahead log. A killed process loses nothing without these waits; a power cut can lose the last
events, never the file (https://www.sqlite.org/wal.html).
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine

_MOST_HELD = 8
_MOST_COMPILED = 500


@cache
def write_ahead() -> None:
    """From now on, in this process: commits join the log, and its connections are used again."""
    shelf, statements = _Shelf(), _Statements()

    def connect(dialect: Dialect, _record: object, cargs: Any, cparams: Any) -> Any:
        if dialect.name != "sqlite":
            return None  # as the dialect does it
        return shelf.connection(*cargs, **cparams)

    def compiled_before(connection: Connection) -> None:
        opened: object = connection.connection.dbapi_connection
        if isinstance(opened, _Held):
            connection.execution_options(compiled_cache=statements)

    event.listen(Engine, "do_connect", connect)
    event.listen(Engine, "engine_connect", compiled_before)


class _Held(sqlite3.Connection):
    """A connection that is put back when it is closed, if its file has a write-ahead log."""

    def open_for(self, shelf: "_Shelf", opened_as: Hashable, path: str) -> None:
        self._shelf, self.opened_as = shelf, opened_as
        self.is_used = True
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        self._is_relaxed = self._relax()
        self.file = _file(path)  # reading the journal's mode has made it

    def cursor(self, *args: Any, **options: Any) -> Any:
        made = super().cursor(*args, **options)
        self._cursors.add(made)
        return made

    def close(self) -> None:
        if not self.is_used:
            return  # closed before; it may be somebody else's soon
        for one in tuple(self._cursors):
            one.close()  # not read to its end, it would keep the file as it was for the next user
        self.rollback()
        self._is_relaxed = self._is_relaxed or self._relax()
        self.is_used = False
        if not (self._is_relaxed and self._shelf.take_back(self)):
            self.close_for_good()

    def close_for_good(self) -> None:
        super().close()

    def _relax(self) -> bool:
        if super().execute("pragma journal_mode").fetchone() != ("wal",):
            return False
        super().execute("pragma synchronous = normal")
        return True


class _Shelf:
    """A connection to each of the files used last, open while nobody uses it."""

    def __init__(self) -> None:
        self._idle: OrderedDict[Hashable, _Held] = OrderedDict()
        self._one_at_a_time = Lock()  # the code server answers in many threads

    def connection(self, path: str, **options: Any) -> _Held:
        """One that is open already, as long as its file is still the one of that name."""
        opened_as = (path, *sorted(options.items()))
        with self._one_at_a_time:
            idle = self._idle.pop(opened_as, None)
        if idle is not None:
            if idle.file == _file(path):
                idle.is_used = True
                return idle
            idle.close_for_good()
        shared = {**options, "check_same_thread": False}  # between threads, one after the other
        opened: _Held = sqlite3.connect(path, factory=_Held, **shared)
        opened.open_for(self, opened_as, path)
        return opened

    def take_back(self, connection: _Held) -> bool:
        """Whether it stays open: one of a file does."""
        with self._one_at_a_time:
            if connection.opened_as in self._idle:
                return False
            self._idle[connection.opened_as] = connection
            oldest = self._idle.popitem(last=False)[1] if len(self._idle) > _MOST_HELD else None
        if oldest is not None:
            oldest.close_for_good()
        return True


class _Statements(dict[Hashable, Any]):
    """What SQLAlchemy has compiled, for all engines: its keys name the dialect, one per engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_for_any_engine(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self) >= _MOST_COMPILED:
            self.clear()
        super().__setitem__(_for_any_engine(key), compiled)


def _for_any_engine(key: tuple[Hashable, ...]) -> Hashable:
    return tuple(type(part) if isinstance(part, Dialect) else part for part in key)


def _file(path: str) -> tuple[int, int] | None:
    """What the file of that name is to the file system."""
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
