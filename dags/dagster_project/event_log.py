"""Dagster's own SQLite files, written without waiting for the disk at every event.

Belongs here: how connections to these files are opened. Does not belong here: what Dagster writes.

Dagster opens a connection per statement and closes it again. Each commit then waits for the disk,
and each close, being the last, once more while SQLite empties and deletes its write-ahead log: some
2,500 waits in a run of one day. A killed process loses nothing this way; a power cut can lose the
last events, never the file (https://www.sqlite.org/wal.html).
"""

import sqlite3
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

_MOST_HELD = 8


@cache
def write_ahead() -> None:
    """From now on, in this process: commits join the log, and the log stays open between them."""
    held: OrderedDict[str, sqlite3.Connection] = OrderedDict()
    one_at_a_time = Lock()  # the code server answers in many threads

    def relax(connection: Any, _record: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        if connection.execute("pragma journal_mode").fetchone() != ("wal",):
            return
        connection.execute("pragma synchronous = normal")
        path = connection.execute("pragma database_list").fetchone()[2]
        with one_at_a_time:
            if path not in held:
                # As long as one connection that has read stays open, no other one is the last.
                held[path] = sqlite3.connect(path, check_same_thread=False)
                held[path].execute("select count(*) from sqlite_master").fetchone()
            held.move_to_end(path)
            if len(held) > _MOST_HELD:
                held.popitem(last=False)[1].close()

    event.listen(Engine, "connect", relax)
