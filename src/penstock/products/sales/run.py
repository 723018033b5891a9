"""One run of sales: bronze, silver and gold, or one of them from what an earlier run left.

Belongs here: taking in what waits, deciding whether there is anything to do. Does not belong here:
what a run is made from (`plan.py`), doing it (`carry_out.py`).

A run that fails stays on record and blocks nothing: the next one finds its files not built and
does the work again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from penstock.contracts.layered import (
    FolderLanding,
    LandedFile,
    Layer,
    LayeredRun,
)
from penstock.contracts.product import Product
from penstock.landing.drops import look_into, note_taken
from penstock.ledger import Ledger
from penstock.loading.one_opening import one_writer
from penstock.locking import writer_lock
from penstock.products.sales.plan import (
    Plan,
    done_before,
    plan_from_files,
    plan_from_run,
)
from penstock.products.sales.receive import (
    Place,
    Received,
    has_inputs,
    present,
    receive,
    try_again,
)
from penstock.products.sales.records import (
    LATEST,
    check_new_id,
)
from penstock.runs import recorded
from penstock.settings import Settings, new_run_id

Progress = Callable[[str], None]

_ROW_GROUP = 122_880
"""Rows of one row group of DuckDB's."""


def land_folders(product: Product, settings: Settings, folders: Sequence[Path]) -> FolderLanding:
    """Receive drops: each file is kept, and good ones wait to be built.

    Raises: PenstockError for a folder without any input; WriterBusyError.
    """
    with recorded(product, settings, "land") as run_id:
        got = _receive(product, settings, folders, run_id=run_id)
    files = tuple(
        LandedFile(one.receipt.name, one.status, one.receipt.rows, one.receipt.error)
        for one in got.files
    )
    return FolderLanding(files, got.unknown)


def run_layers(
    product: Product,
    settings: Settings,
    *,
    as_of: date | None = None,
    layer: Layer | None = None,
    from_run: str | None = None,
    run_id: str | None = None,
    progress: Progress = lambda _: None,
) -> LayeredRun:
    """Build the layers from the files that count, or what `layer` and `from_run` ask for.

    Without `from_run` the drop folder is received first. `as_of` defaults to the logical date of
    the last run as long as its files are the same, else to the day the newest file was received.
    With nothing new neither dlt nor dbt starts and no run is made.

    Raises: BadInputError when a file is missing or cannot be used; DbtError when a table or test
    fails; MissingColumnError; PenstockError for an id that is taken or a run that is unknown. What
    was built before stays on record, the last release stays current.
    """
    if run_id is not None:
        check_new_id(product, settings, run_id)
    name = run_id or new_run_id()
    starts_from_files = from_run is None and layer in (None, "bronze")
    if starts_from_files:
        _take_what_waits(product, settings, run_id=name, progress=progress)
        plan = plan_from_files(product, settings, as_of=as_of, layer=layer)
        done = done_before(product, settings, plan)
        if done is not None:
            note = f"nothing new: run {done.run_id} was made from these files as of {plan.as_of}"
            return LayeredRun(None, plan.as_of, (), {}, note=note)
    else:
        plan = plan_from_run(product, settings, from_run or LATEST, as_of=as_of, layer=layer)
    settings = _frugal(settings, plan)
    # DuckDB and what it reads are imported only by those who have something to build.
    from penstock.products.sales.carry_out import carry_out  # noqa: PLC0415

    with (
        recorded(product, settings, "run", run_id=name),
        # Killed, a run is made again from its files, whatever it had written.
        one_writer(product, settings, holder="run", logged=False),
    ):
        return carry_out(product, settings, plan, run_id=name, progress=progress)


def _frugal(settings: Settings, plan: Plan) -> Settings:
    """The settings, with one thread of DuckDB where no file has work for a second.

    DuckDB shares a table out by row groups. A thread that finds none looks for it nevertheless:
    the statements of small tables take twice the processor's time with two threads.
    """
    if any(one.rows > _ROW_GROUP for one in plan.files.values()):
        return settings
    return settings.model_copy(update={"duckdb_threads": 1})


def _take_what_waits(
    product: Product, settings: Settings, *, run_id: str, progress: Progress
) -> None:
    """Receive the drop folder and try failed files again; make mock data where nothing is."""
    folder = settings.sales_drop_dir
    if has_inputs(folder):
        progress(f"receiving {folder}")
        with Ledger(product.ledger(settings)) as ledger:
            waiting = look_into(folder, ledger, settle_seconds=0)
        _receive(product, settings, [folder], run_id=run_id)
        with Ledger(product.ledger(settings)) as ledger, ledger.transaction():
            note_taken(ledger, [*waiting.settled, *waiting.unsettled])
    with Ledger(product.ledger(settings)) as ledger:
        files = present(product, settings, ledger)
    if not files and product.source(settings) == "mock":
        product.mock(product, settings, run_id=run_id, progress=progress)
    if any(one.error for one in files.values()):
        with (
            writer_lock(
                product.lock(settings), holder="run", wait_seconds=settings.lock_wait_seconds
            ),
            Ledger(product.ledger(settings)) as ledger,
        ):
            for one in try_again(Place(product, settings, ledger, run_id)):
                progress(f"{one.name} can be read now")


def _receive(
    product: Product, settings: Settings, folders: Sequence[Path], *, run_id: str
) -> Received:
    with (
        writer_lock(product.lock(settings), holder="land", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        return receive(Place(product, settings, ledger, run_id), folders)
