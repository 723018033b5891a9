"""Faults that pass by themselves: waiting and trying again is the remedy.

Belongs here: telling them from all others. Does not belong here: trying again.
"""

import errno
import sqlite3

from penstock.locking import WriterBusyError

_PASSING = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.EMFILE,
    errno.ENFILE,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ECONNRESET,
}
_DUCKDB_IS_LOCKED = "lock on file"
_SQLITE_IS_LOCKED = ("locked", "busy")


def is_transient(error: BaseException) -> bool:
    """Whether the error, or one it came from, is a busy writer or another passing fault.

    >>> is_transient(OSError(errno.EAGAIN, "try again")), is_transient(ValueError("no number"))
    (True, False)
    """
    cause: BaseException | None = error
    while cause is not None:
        if _passes(cause):
            return True
        cause = cause.__cause__
    return False


def _passes(error: BaseException) -> bool:
    match error:
        case WriterBusyError():
            return True
        case sqlite3.OperationalError():
            return any(word in str(error) for word in _SQLITE_IS_LOCKED)
        case OSError():
            return error.errno in _PASSING
        case _:
            return _DUCKDB_IS_LOCKED in str(error)
