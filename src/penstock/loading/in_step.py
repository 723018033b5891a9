"""Ledger and warehouse in step: noticing that one of them was put back to an earlier state.

Belongs here: the token that both keep of their last common commit, and mending the ledger when
they differ. Does not belong here: a ledger or warehouse that is gone (`recover.py`).

Every writer of the warehouse announces a new token to the ledger, leaves it in the warehouse when
it is done (`audit.commits`) and confirms it with its own commit to the ledger. A killed writer
leaves one of the two tokens the ledger knows of; a restored backup of either file does not, nor
does a writer that was killed before it wrote down what it had kept no log of.
"""

import logging
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.account import deliveries_in_warehouse
from penstock.loading.kept_open import is_logged
from penstock.loading.stale import forget_build
from penstock.settings import Settings

_log = logging.getLogger(__name__)

_TOKEN, _ANNOUNCED, _FILE = "commit_token", "announced_token", "warehouse_file"
_UNWRITTEN = "not written yet"
"""Stands for the file's state as long as the file lacks what was written without a log."""


def announce(ledger: Ledger) -> str:
    """A new token, known to the ledger before the first write; for `leave` and `confirm`."""
    token = token_hex(8)
    with ledger.transaction():
        ledger.put_facts({_ANNOUNCED: token})
    return token


def leave(product: Product, settings: Settings, token: str) -> None:
    """Leave the token in the warehouse, after everything else was written there.

    Raises: WriterBusyError when somebody reads the warehouse for too long.
    """
    # DuckDB is imported by those who write: looking at the ledger does not pay for it.
    from penstock.loading.warehouse import open_warehouse  # noqa: PLC0415

    warehouse = product.warehouse(settings)
    if not warehouse.exists():
        return
    with open_warehouse(
        warehouse, wait_seconds=settings.lock_wait_seconds, config=settings.duckdb_config
    ) as connection:
        connection.execute("create schema if not exists audit")
        connection.execute(
            f"create or replace table audit.{product.commits} as select '{token}' as token"
        )


def confirm(product: Product, settings: Settings, ledger: Ledger, token: str) -> None:
    """Remember, within the writer's transaction, that the warehouse is as the ledger says."""
    state = state_to_keep(product.warehouse(settings))
    ledger.put_facts({_TOKEN: token, _ANNOUNCED: None, _FILE: state})


def set_out(product: Product, settings: Settings) -> None:
    """Let the ledger know that the warehouse is written without a log from now on.

    Killed before its checkpoint, the file has none of the tokens that the ledger knows of.

    Raises: WriterBusyError when somebody reads the warehouse for too long.
    """
    token = token_hex(8)
    leave(product, settings, token)
    with Ledger(product.ledger(settings)) as ledger, ledger.transaction():
        confirm(product, settings, ledger, token)


def last_commit(ledger: Ledger) -> str | None:
    """The token of the last common commit: another one, and the warehouse holds something else."""
    return ledger.fact(_TOKEN)


def follow(product: Product, settings: Settings, *before: str | None) -> None:
    """Remember how the warehouse is after its checkpoint, if `before` it was as the ledger says.

    `before` are its `file_state` as the writer's last connection was about to close, or as it was
    and what stands for it (`state_to_keep`) where the checkpoint is known to have succeeded.
    """
    state = file_state(product.warehouse(settings))
    with Ledger(product.ledger(settings)) as ledger:
        if state not in before and ledger.fact(_FILE) in before:
            with ledger.transaction():
                ledger.put_facts({_FILE: state})


def keep_in_step(product: Product, settings: Settings, ledger: Ledger) -> None:
    """Mend the ledger where the warehouse is not the one it last wrote of.

    Costs a look at the file's size and time; only a file that has changed is opened.
    """
    warehouse = product.warehouse(settings)
    state = state_to_keep(warehouse)
    if not warehouse.exists() or ledger.fact(_TOKEN) is None or ledger.fact(_FILE) == state:
        return
    token = _token_in(product, settings)
    if token is not None and token in (ledger.fact(_TOKEN), ledger.fact(_ANNOUNCED)):
        with ledger.transaction():
            ledger.put_facts({_FILE: state})
        return
    _log.warning(
        "%s is not as the ledger left it (killed before it was written, or one of them was put "
        "back?): compared row by row, and everything is built again",
        warehouse,
    )
    _reconcile(product, settings, ledger)
    with ledger.transaction():
        ledger.put_facts({_TOKEN: token or "", _ANNOUNCED: None, _FILE: state})


def _reconcile(product: Product, settings: Settings, ledger: Ledger) -> None:
    """What the warehouse lacks comes again, what it should not have leaves, all is stale."""
    there, coverage = deliveries_in_warehouse(product, settings)
    held = {one.delivery_id: one for one in there}
    known = {one.delivery_id: one for one in ledger.deliveries()}
    lacking = [
        one
        for one in known.values()
        if one.status in ("loaded", "rejected")
        and (one.delivery_id not in held or held[one.delivery_id].sha256 != one.sha256)
    ]
    too_many = [
        one for one in known.values() if one.status == "retracted" and one.delivery_id in held
    ]
    unknown = [one for one in there if one.delivery_id not in known]
    with ledger.transaction():
        ledger.put_coverage([one.delivery_id for one in lacking], [])
        ledger.put_deliveries(replace(one, status="landed") for one in lacking)
        ledger.put_deliveries(replace(one, status="retracting") for one in too_many)
        names = {one.delivery_id for one in unknown}
        ledger.put_deliveries(unknown)
        ledger.put_coverage(names, [one for one in coverage if one.delivery_id in names])
        forget_build(ledger)


def _token_in(product: Product, settings: Settings) -> str | None:
    import duckdb  # noqa: PLC0415 - as in `leave`

    from penstock.loading.warehouse import open_to_read  # noqa: PLC0415

    with open_to_read(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    ) as connection:
        try:
            # Asking for the table by name: looking it up would read the columns of all tables.
            rows = connection.execute(f"select token from audit.{product.commits}").fetchall()
        except duckdb.CatalogException:
            return None
    return str(rows[0][0]) if rows else None


def state_to_keep(warehouse: Path) -> str | None:
    """What the ledger keeps of the file: its state, unless what was written is not in it yet."""
    return file_state(warehouse) if is_logged(warehouse) else _UNWRITTEN


def file_state(warehouse: Path) -> str | None:
    """Size and time of the file, which a checkpoint changes; None where there is none."""
    if not warehouse.exists():
        return None
    stat = warehouse.stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}"
