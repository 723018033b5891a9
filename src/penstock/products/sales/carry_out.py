"""Carrying a planned run out: bronze, silver, gold, release.

Belongs here: the order of the steps, what stops a run. Does not belong here: the steps themselves
(`build.py`, the spine's rooms); what a run writes down (`records.py`, `write_up.py`).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from importlib import import_module

from penstock.beside import beside
from penstock.contracts.layered import (
    LAYERS,
    Layer,
    LayeredRun,
)
from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.in_step import announce, confirm, leave
from penstock.loading.load import load
from penstock.loading.one_opening import checkpoint
from penstock.products.sales.build import (
    build_layer,
    count_rows,
    keep_silver,
    project_nodes,
    restore_silver,
)
from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.manifest import manifest_files
from penstock.products.sales.plan import (
    BadInputError,
    Plan,
    files_before,
    problems,
)
from penstock.products.sales.receive import (
    set_id,
)
from penstock.products.sales.records import (
    Journal,
    LayerLog,
    RunRecord,
    run_folder,
    write_record,
)
from penstock.products.sales.write_up import (
    write_bronze,
    write_summary,
    write_tables,
)
from penstock.releasing.release import ReleaseReport, release
from penstock.settings import Settings
from penstock.transforming.results import NodeResult, keep_results
from penstock.transforming.transform import models_hash, note_built, observed_build

Progress = Callable[[str], None]


def carry_out(
    product: Product, settings: Settings, plan: Plan, *, run_id: str, progress: Progress
) -> LayeredRun:
    """Do what was planned, and keep a record of it however it ends; the writer's lock is held.

    Raises: as `run_layers`.
    """
    record = RunRecord(
        product=product.name,
        run_id=run_id,
        started_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        as_of=plan.as_of.isoformat(),
        asked_for=" ".join(plan.layers),
        from_run=plan.from_run.run_id if plan.from_run else "",
        set_id=set_id(plan.files),
        signature=plan.signature,
    )
    write_record(settings, record)
    journal = Journal(settings, record)
    rows: dict[str, int] = {}
    released: ReleaseReport | None = None
    try:
        _bronze(product, settings, plan, journal, progress)
        if plan.layers != ("bronze",):
            rows = _build(product, settings, plan, journal, progress)
        write_summary(journal)
        if "gold" in plan.layers:
            released = release(product, settings, run_id=run_id, progress=progress)
        checkpoint(product, settings)
    except BaseException as error:
        journal.end("failed", str(error) or type(error).__name__)
        write_summary(journal)
        raise
    journal.end("done")
    write_summary(journal)
    return LayeredRun(
        run_id,
        plan.as_of,
        plan.layers,
        rows,
        journal.folder,
        release=None if released is None else released.release,
        is_new_release=released is not None and released.is_new,
        pages=() if released is None else released.pages,
    )


def _import_release() -> None:
    """Import what a release needs, while DuckDB builds and Python waits."""
    import_module("penstock.releasing.sealing")
    import_module("penstock.products.sales.report")


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
    """Silver and gold, one after the other; the rows of what was built."""
    rows: dict[str, int] = {}
    results: list[NodeResult] = []
    deliveries = [one.delivery_id for one in plan.files.values()]
    with observed_build(product, settings, run_id=journal.record.run_id) as counted:
        if plan.layers == ("gold",) and plan.from_run is not None:
            _take_silver(product, settings, plan.from_run, journal)
        everything = project_nodes(product, settings)
        with beside(_import_release if "gold" in plan.layers else lambda: None):
            for layer in [one for one in LAYERS if one in plan.layers and one != "bronze"]:
                with journal.layer(layer) as log:
                    built = build_layer(
                        product,
                        settings,
                        layer,
                        everything=everything,
                        deliveries=deliveries,
                        as_of=plan.as_of,
                        progress=progress,
                    )
                    for one in built:
                        log.say(f"{one.kind} {one.name}: {one.status} {one.message}".rstrip())
                    results += built
                    rows |= _write_layer(product, settings, layer, log)
                    counted.update(rows)
        # What became of every node, whichever layer it belongs to, goes into the release.
        keep_results(results, product.engine_dir(settings) / "dbt")
        if "gold" in plan.layers:
            _commit_build(product, settings, deliveries, plan.as_of)
    return rows


def _commit_build(
    product: Product, settings: Settings, deliveries: Sequence[str], as_of: date
) -> None:
    """Tell warehouse and ledger, in step, what is built.

    DuckDB may have written any part of it into the file by now: only this token says all of it.
    """
    with Ledger(product.ledger(settings)) as ledger:
        token = announce(ledger)
        leave(product, settings, token)
        with ledger.transaction():
            note_built(
                ledger,
                models_hash(product.dbt_project),
                deliveries=deliveries,
                as_of=as_of.isoformat(),
            )
            confirm(product, settings, ledger, token)


def _take_silver(
    product: Product, settings: Settings, from_run: RunRecord, journal: Journal
) -> None:
    """Silver as an earlier run left it."""
    with journal.layer("silver") as log:
        log.say(f"taken from run {from_run.run_id}")
        restore_silver(product, settings, run_folder(settings, from_run.run_id) / "silver")
        _write_layer(product, settings, "silver", log)


def _write_layer(
    product: Product, settings: Settings, layer: Layer, log: LayerLog
) -> dict[str, int]:
    """The page of a layer, and silver itself for whoever starts from it; the tables' rows."""
    rows = count_rows(product, settings, layer)
    if layer == "silver":
        keep_silver(product, settings, log.folder)
    write_tables(log, product, settings, layer, rows)
    return rows
