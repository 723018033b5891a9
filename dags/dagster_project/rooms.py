"""What every step shares: its run's identity, its record in the ledger, its faults.

Belongs here: the frame around a call into `penstock`. Does not belong here: any such call of a
single room.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from dagster_project.partitions import tenant_of
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.faults import is_transient
from penstock.runs import recorded
from penstock.settings import Settings, new_run_id
from penstock.tenancy import served_tenant

RUN_ID_TAG = "penstock/run_id"
_LOG_SECONDS = 2.0

RETRIES = dg.RetryPolicy(
    max_retries=3, delay=15, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
"""For faults that pass by themselves; `room` says which do."""


Context = dg.AssetExecutionContext | dg.OpExecutionContext


def progress(context: Context) -> Callable[[str], None]:
    """Log what is being done, at most every few seconds: each line is an event in the store."""
    last = -_LOG_SECONDS

    def log(text: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _LOG_SECONDS:
            last = now
            context.log.info(text)

    return log


@contextmanager
def room(context: Context, product: Product, settings: Settings, name: str) -> Iterator[str]:
    """Record the step in the ledger; yields the run id, the same in every step of a run.

    Raises: dagster.Failure with the message of an error that trying again would not mend; a
    passing fault as it is, so that the step is retried.
    """
    record = context.instance.get_run_record_by_id(context.run.run_id)
    run_id = new_run_id(
        at=None if record is None else record.create_timestamp, token=context.run.run_id[:8]
    )
    context.instance.add_run_tags(context.run.run_id, {RUN_ID_TAG: run_id})
    try:
        with recorded(product, settings, f"{context.run.job_name}: {name}", run_id=run_id):
            yield run_id
    except dg.Failure:
        raise
    except Exception as error:
        if is_transient(error):
            raise
        raise dg.Failure(str(error) or type(error).__name__, allow_retries=False) from error


@contextmanager
def tenants_room(
    context: Context, product: Product, settings: Settings, name: str
) -> Iterator[tuple[Product, str]]:
    """As `room`, for the tenant whose partition the run is; yields its declaration and the run id.

    Raises: dagster.Failure also for a tenant that is unknown or suspended, or whose entry is wrong.
    """
    tenant = tenant_of(context.run)
    if tenant is None:
        message = f"{product.name}: whose? expected a partition, or days, of one tenant"
        raise dg.Failure(message, allow_retries=False)
    try:
        one = served_tenant(product, settings, tenant)
    except PenstockError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    with room(context, one, settings, name) as run_id:
        yield one, run_id
