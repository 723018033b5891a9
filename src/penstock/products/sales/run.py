"""One run of sales: bronze, silver and gold, or one of them from what an earlier run left.

Belongs here: the order of the steps, what is new, what stops a run. Does not belong here: the
steps (`receive.py`, `build.py`, the spine's rooms); what a run writes down (`records.py`).

A run that fails stays on record and blocks nothing: the next one finds its files not built and
does the work again.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from penstock.contracts.layered import (
    LAYERS,
    FolderLanding,
    LandedFile,
    Layer,
    LayeredRun,
)
from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.locking import writer_lock
from penstock.products.sales.build import build_layers, export_layer, restore_silver
from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.plan import (
    BadInputError,
    Plan,
    done_before,
    files_before,
    plan_from_files,
    plan_from_run,
    problems,
)
from penstock.products.sales.receive import (
    Place,
    Received,
    inputs_in,
    present,
    receive,
    set_id,
    try_again,
)
from penstock.products.sales.records import (
    LATEST,
    Journal,
    RunRecord,
    check_new_id,
    run_folder,
    write_record,
)
from penstock.products.sales.write_up import (
    manifest_files,
    write_bronze,
    write_summary,
    write_tables,
)
from penstock.runs import recorded
from penstock.settings import Settings, new_run_id

Progress = Callable[[str], None]


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
    with recorded(product, settings, "run", run_id=name):
        return _run(product, settings, plan, name, progress)


def _run(
    product: Product, settings: Settings, plan: Plan, run_id: str, progress: Progress
) -> LayeredRun:
    started = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    record = RunRecord(
        run_id=run_id,
        started_at=started,
        as_of=plan.as_of.isoformat(),
        asked_for=" ".join(plan.layers),
        from_run=plan.from_run.run_id if plan.from_run else "",
        set_id=set_id(plan.files),
        signature=plan.signature,
    )
    write_record(product, settings, record)
    journal = Journal(product, settings, record)
    rows: dict[str, int] = {}
    try:
        _bronze(product, settings, plan, journal, progress)
        if plan.layers != ("bronze",):
            rows = _build(product, settings, plan, journal, progress)
        page = product.report(product, settings) if "gold" in plan.layers else None
    except BaseException as error:
        journal.update(
            outcome="failed",
            message=str(error) or type(error).__name__,
            ended_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        write_summary(journal)
        raise
    journal.update(outcome="done", ended_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    write_summary(journal)
    return LayeredRun(run_id, plan.as_of, plan.layers, rows, journal.folder, report=page)


def _bronze(
    product: Product, settings: Settings, plan: Plan, journal: Journal, progress: Progress
) -> None:
    """The files of the run: checked, loaded, listed by reference."""
    with journal.layer("bronze") as log:
        before = files_before(product, settings)
        write_bronze(log, manifest_files(plan.files, before))
        found = problems(plan.files)
        if found:
            first = (
                f"{len(found)} of {len(INPUTS)} files cannot be used; nothing was built and the "
                "last release stays current:"
            )
            message = "\n".join([first, *(f"  {problem}" for problem in found)])
            raise BadInputError(message)
        progress("loading")
        load(product, settings, run_id=journal.record.run_id, progress=progress)
        with Ledger(product.ledger(settings)) as ledger:
            loaded = {one.delivery_id for one in ledger.deliveries(status="loaded")}
        for one in plan.files.values():
            if one.delivery_id not in loaded:
                message = (
                    f"{one.delivery_id}: is not loaded; land {one.name} again, then "
                    f"`penstock run {product.name}`"
                )
                raise BadInputError(message)
            log.say(f"{one.name}: {one.rows:,} rows, sha256 {one.sha256}")


def _build(
    product: Product, settings: Settings, plan: Plan, journal: Journal, progress: Progress
) -> dict[str, int]:
    """Silver and gold, each exported as soon as it stands."""
    rows: dict[str, int] = {}
    with writer_lock(product.lock(settings), holder="run", wait_seconds=settings.lock_wait_seconds):
        if plan.layers == ("gold",) and plan.from_run is not None:
            silver = run_folder(product, settings, plan.from_run.run_id) / "silver"
            with journal.layer("silver") as log:
                log.say(f"taken from run {plan.from_run.run_id}")
                restore_silver(product, settings, silver)
                rows |= export_layer(product, settings, "silver", log.folder)
                write_tables(log, product, settings, "silver", rows)
        for layer in [one for one in LAYERS if one in plan.layers and one != "bronze"]:
            with journal.layer(layer) as log:
                results = build_layers(
                    product,
                    settings,
                    [layer],
                    deliveries=[one.delivery_id for one in plan.files.values()],
                    as_of=plan.as_of,
                    progress=progress,
                )
                for one in results:
                    log.say(f"{one.kind} {one.name}: {one.status} {one.message}".rstrip())
                built = export_layer(product, settings, layer, log.folder)
                write_tables(log, product, settings, layer, built)
                rows |= built
    return rows


def _take_what_waits(
    product: Product, settings: Settings, *, run_id: str, progress: Progress
) -> None:
    """Receive the drop folder and try failed files again; make mock data where nothing is."""
    folder = settings.sales_drop_dir
    if inputs_in(folder):
        progress(f"receiving {folder}")
        _receive(product, settings, [folder], run_id=run_id)
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
