"""One opening and one checkpoint of a warehouse for all that a command does there.

Belongs here: how far that reaches, what the ledger has to know when it ends. Does not belong here:
the connection that is kept (`kept_open.py`).

DuckDB reads the description of every table when it opens a file, and writes all of them with each
checkpoint, which it makes when the last connection closes. Both grow with the tables of every
tenant: a command that opened the file in each room paid for them in each room.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.in_step import file_state, follow, keep_in_step, set_out, state_to_keep
from penstock.loading.kept_open import is_kept, kept_connection, kept_open
from penstock.loading.recover import known_deliveries
from penstock.locking import writer_of_rooms
from penstock.settings import Settings

_log = logging.getLogger(__name__)


@contextmanager
def one_opening(product: Product, settings: Settings, *, logged: bool = True) -> Iterator[None]:
    """Within the block the warehouse is opened once at most; the writer's lock is held.

    Not `logged`, DuckDB writes no log: a kill before the checkpoint leaves the warehouse as it was
    before the block, and the ledger knows. For whoever makes everything anew in any case: what he
    writes is written once, not twice. Blocks may lie in each other: the outermost counts.
    """
    warehouse = product.warehouse(settings)
    if is_kept(warehouse):
        yield
        return
    before, opened = None, False
    if not logged:
        # Setting out anew hides whatever was not in step, or lost, before.
        with Ledger(product.ledger(settings)) as ledger:
            keep_in_step(product, settings, ledger)
            known_deliveries(product, settings, ledger)
    try:
        with kept_open(warehouse, logged=logged) as kept:
            try:
                with nullcontext() if logged else _written_at_the_end(product, settings):
                    yield
            finally:
                before, opened = file_state(warehouse), bool(kept)
    finally:
        if opened:
            follow(product, settings, before)


@contextmanager
def _written_at_the_end(product: Product, settings: Settings) -> Iterator[None]:
    # The last connection makes a checkpoint as it closes, too, and tells of no failure.
    set_out(product, settings)
    try:
        yield
    except BaseException:
        try:
            checkpoint(product, settings)
        except PenstockError:
            # What failed first says more; the ledger knows that the file is not written.
            _log.exception("%s could not be written", product.warehouse(settings))
        raise
    checkpoint(product, settings)


def checkpoint(product: Product, settings: Settings) -> None:
    """Write what the log of a warehouse that is kept open holds into its file, now.

    Otherwise its last connection does so as it closes, and nothing else is done meanwhile.

    Raises: WarehouseError, the file being as it was.
    """
    warehouse = product.warehouse(settings)
    connection = kept_connection(warehouse)
    if connection is None:
        return
    # Imported already, by who opened the connection; others do without.
    import duckdb  # noqa: PLC0415

    from penstock.loading.warehouse import WarehouseError  # noqa: PLC0415

    before = file_state(warehouse), state_to_keep(warehouse)
    try:
        with connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        message = (
            f"{warehouse}: could not be written ({error}); it is as it was: mend that, for example "
            "free some space, and run again"
        )
        raise WarehouseError(message) from error
    follow(product, settings, *before)


@contextmanager
def one_writer(
    product: Product, settings: Settings, *, holder: str, logged: bool = True
) -> Iterator[None]:
    """Hold the writer's lock over several rooms, and open the warehouse once for all of them.

    The lock has to be held as long as the file is open: a writer that got it in between would wait
    for the file while this one waits for the lock. `logged` as by `one_opening`.

    Raises: WriterBusyError.
    """
    lock, wait = product.lock(settings), settings.lock_wait_seconds
    with (
        writer_of_rooms(lock, holder=holder, wait_seconds=wait),
        one_opening(product, settings, logged=logged),
    ):
        yield
