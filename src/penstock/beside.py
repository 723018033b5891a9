"""Doing one thing in a thread while another is done.

Belongs here: starting it, waiting for it, its error. Does not belong here: what is done.

DuckDB, Arrow, compression and hashing let other threads run. A table of one row group is worked by
one thread of DuckDB only: what keeps a second core busy is another table.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do `work` in a thread of its own while the block runs; both are done when the block is.

    A connection to DuckDB is one thread's: `work` needs a cursor of its own.

    Raises: what the block raises; else what `work` raised.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        started = pool.submit(work)
        yield
        started.result()
