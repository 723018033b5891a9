"""One opening and one checkpoint of a warehouse for all that a command does there.

Belongs here: how far that reaches, what the ledger has to know when it ends. Does not belong here:
the connection that is kept (`kept_open.py`).

DuckDB reads the description of every table when it opens a file, and writes all of them with each
checkpoint, which it makes when the last connection closes. Both grow with the tables of every
tenant: a command that opened the file in each room paid for them in each room.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from penstock.contracts.product import Product
from penstock.loading.in_step import file_state, follow
from penstock.loading.kept_open import is_kept, kept_connection, kept_open
from penstock.locking import writer_of_rooms
from penstock.settings import Settings


@contextmanager
def one_opening(product: Product, settings: Settings) -> Iterator[None]:
    """Within the block the warehouse is opened once at most; the writer's lock is held.

    Blocks may lie in each other: the outermost counts.
    """
    warehouse = product.warehouse(settings)
    if is_kept(warehouse):
        yield
        return
    before, opened = None, False
    try:
        with kept_open(warehouse) as kept:
            try:
                yield
            finally:
                before, opened = file_state(warehouse), bool(kept)
    finally:
        if opened:
            follow(product, settings, before)


def checkpoint(product: Product, settings: Settings) -> None:
    """Write what the log of a warehouse that is kept open holds into its file, now.

    Otherwise its last connection does so as it closes, and nothing else is done meanwhile.
    """
    warehouse = product.warehouse(settings)
    connection = kept_connection(warehouse)
    if connection is not None:
        before = file_state(warehouse)
        with connection:
            connection.execute("checkpoint")
        follow(product, settings, before)


@contextmanager
def one_writer(product: Product, settings: Settings, *, holder: str) -> Iterator[None]:
    """Hold the writer's lock over several rooms, and open the warehouse once for all of them.

    The lock has to be held as long as the file is open: a writer that got it in between would wait
    for the file while this one waits for the lock.

    Raises: WriterBusyError.
    """
    lock, wait = product.lock(settings), settings.lock_wait_seconds
    with (
        writer_of_rooms(lock, holder=holder, wait_seconds=wait),
        one_opening(product, settings),
    ):
        yield
