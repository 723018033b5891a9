"""Transforming: the stale days of the working warehouse are built, under the writer's lock.

Belongs here: deciding what to rebuild. Does not belong here: dbt itself (`dbt_run.py`), running
what it has compiled (`increment.py`); rules.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.in_step import announce, confirm, keep_in_step, leave
from penstock.loading.one_opening import one_opening
from penstock.loading.recover import known_deliveries
from penstock.loading.stale import BUILT_WITH, in_words, mark_built, stale_from
from penstock.locking import writer_lock
from penstock.openlineage.observe import observed
from penstock.openlineage.work import Dataset
from penstock.settings import Settings
from penstock.transforming.rebuilds import note_rebuild

if TYPE_CHECKING:
    from penstock.transforming.results import NodeResult

_log = logging.getLogger(__name__)
BUILT_FROM = "built_from"
"""Ledger fact: the deliveries the tables are built from, one a line, where not all count."""
BUILT_AS_OF = "built_as_of"
"""Ledger fact: the logical date of the tables, where they depend on one."""
_MODEL_FILES = ("*.sql", "*.yml")


@dataclass(frozen=True)
class TransformReport:
    """What one transform did. `rebuilt_from` is None when everything was built.

    `reason` says why: nothing stale, stale days, changed models, or asked for.
    """

    reason: str
    rebuilt_from: date | None
    results: tuple["NodeResult", ...]

    @property
    def built(self) -> bool:
        """Whether anything was built."""
        return bool(self.results)


def transform(
    product: Product,
    settings: Settings,
    *,
    full_refresh: bool = False,
    test: bool = True,
    run_id: str = "",
    as_of: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> TransformReport:
    """Build what is stale; everything when asked for, or when the models have changed.

    Where dbt runs, its artefacts carry `run_id`. `as_of` is the logical date (ISO 8601) of a
    product whose tables depend on one.

    Raises: WriterBusyError; DbtError (the days stay stale); PenstockError when nothing is loaded.
    """
    with (
        writer_lock(
            product.lock(settings), holder="transform", wait_seconds=settings.lock_wait_seconds
        ),
        Ledger(product.ledger(settings)) as ledger,
    ):
        keep_in_step(product, settings, ledger)
        if not _is_anything_loaded(product, settings, ledger):
            message = (
                f"nothing of {product.series} is loaded yet: `penstock mock` or `penstock land` "
                "first, then `penstock load`."
            )
            raise PenstockError(message)
        models = models_of(product)
        stale = stale_from(ledger)
        built_with = ledger.fact(BUILT_WITH)
        changed = built_with != models
        if stale is None and not changed and not full_refresh:
            return TransformReport("nothing is stale", None, ())
        is_told = bool(product.dated_tables)  # what to build again; other models find it, or all is
        whole = full_refresh or changed or not (is_told or product.finds_changes)
        first = (
            None
            if whole or stale is None or not is_told
            else rebuild_from(stale, product.lookback_days)
        )
        reason = _reason(
            full_refresh=full_refresh, built_with=built_with, models=models, stale=stale
        )
        progress(f"building: {reason}")
        token = announce(ledger)
        environment = {
            **build_environment(product, settings, first),
            # dbt copies variables of this prefix into its manifest and its results.
            "DBT_ENV_CUSTOM_ENV_PENSTOCK_RUN_ID": run_id,
            "PENSTOCK_AS_OF": as_of,
            **product.environment,
        }
        note_rebuild(ledger, first)
        with observed_build(product, settings, run_id=run_id):
            with one_opening(product, settings):
                results = None
                if first is not None and not product.select:
                    # DuckDB is imported by those who build: nothing stale does not pay for it.
                    from penstock.transforming.increment import build_increment  # noqa: PLC0415

                    results = build_increment(
                        product, settings, first, test=test, progress=progress
                    )
                if results is None:
                    results = _build(
                        product, settings, environment, whole=whole, test=test, progress=progress
                    )
                leave(product, settings, token)
            with ledger.transaction():
                confirm(product, settings, ledger, token)
                note_built(ledger, models, as_of=as_of)
        _log.info("built: %s; %s models and tests passed", reason, len(results))
        return TransformReport(reason, first, tuple(results))


def _is_anything_loaded(product: Product, settings: Settings, ledger: Ledger) -> bool:
    if not product.warehouse(settings).exists():
        return False
    # A tenant's warehouse is there as soon as another one has loaded.
    return not product.tenant or bool(known_deliveries(product, settings, ledger))


@contextmanager
def observed_build(
    product: Product, settings: Settings, *, run_id: str
) -> Iterator[dict[str, int]]:
    """Tell OpenLineage that published tables are built out of the raw ones: as `observed`.

    Yields what the caller may fill: the rows of each table that was built, where it counts them.
    If it stays empty, all were built.
    """
    rows: dict[str, int] = {}
    with observed(
        settings,
        product=product.name,
        room="transform",
        run_id=run_id,
        inputs=[Dataset(f"{product.name}.raw.{table}") for table in product.contracts],
    ) as work:
        yield rows
        work.outputs = [
            Dataset(f"{product.name}.{one.layer}.{one.name}", rows=rows.get(one.name))
            for one in product.published
            if not rows or one.name in rows
        ]


def _reason(*, full_refresh: bool, built_with: str | None, models: str, stale: date | None) -> str:
    if full_refresh:
        return "everything was asked for"
    if built_with is None:
        return "nothing was built yet"
    if built_with != models:
        return "the models have changed"
    return in_words(stale)


def rebuild_from(stale: date, lookback_days: int) -> date:
    """First day to build again when days from `stale` on have changed.

    >>> rebuild_from(date(2026, 3, 1), 1)
    datetime.date(2026, 2, 28)
    """
    return stale - timedelta(days=lookback_days)


def built_models(product: Product, settings: Settings) -> str | None:
    """`models_hash` of the models that the last build was made with; None before the first."""
    if not product.ledger(settings).exists():
        return None
    with Ledger(product.ledger(settings)) as ledger:
        return ledger.fact(BUILT_WITH)


def note_built(
    ledger: Ledger, models: str, *, deliveries: Iterable[str] | None = None, as_of: str = ""
) -> None:
    """Remember that everything is built with `models` (a `models_hash`).

    Where not every loaded delivery counts, `deliveries` are those that do; `as_of` is the logical
    date where tables depend on one.
    """
    mark_built(ledger)
    chosen = None if deliveries is None else "\n".join(sorted(deliveries))
    ledger.put_facts({BUILT_WITH: models, BUILT_FROM: chosen, BUILT_AS_OF: as_of or None})


def models_hash(project: Path) -> str:
    """SHA-256 over the project's and its local packages' SQL and YAML, by name and content."""
    digest = hashlib.sha256()
    shared = project.parent / "shared_dbt"
    for folder in (project, shared):
        files = [path for pattern in _MODEL_FILES for path in folder.rglob(pattern)]
        for path in sorted(files):
            inside = path.relative_to(folder)
            if inside.parts[0] in ("target", "dbt_packages", "logs"):
                continue
            digest.update(f"{folder.name}/{inside}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def models_of(product: Product) -> str:
    """Identity of all that decides how a product's tables come about: its models and environment.

    It is `models_hash` for a product whose models read nothing of its own.
    """
    models = models_hash(product.dbt_project)
    if not product.environment:
        return models
    facts = json.dumps([models, dict(product.environment), product.select], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()


def build_environment(
    product: Product, settings: Settings, rebuilt_from: date | None
) -> dict[str, str]:
    """What dbt's profile and macros read: the warehouse, DuckDB's limits, the day to build from."""
    return {
        "PENSTOCK_BUILD_WAREHOUSE": str(product.warehouse(settings)),
        "PENSTOCK_WAREHOUSE_DIR": str(settings.warehouse_dir),
        "PENSTOCK_DUCKDB_MEMORY_LIMIT": settings.duckdb_memory_limit,
        "PENSTOCK_DUCKDB_THREADS": str(settings.duckdb_threads),
        "PENSTOCK_DUCKDB_TEMP_DIRECTORY": str(settings.duckdb_temp_directory),
        "PENSTOCK_REBUILD_FROM": "" if rebuilt_from is None else rebuilt_from.isoformat(),
    }


def _build(
    product: Product,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    whole: bool,
    test: bool,
    progress: Callable[[str], None],
) -> list["NodeResult"]:
    # dbt takes three seconds to import: a transform with nothing stale does not pay for it.
    from penstock.loading.warehouse import wait_until_writable  # noqa: PLC0415
    from penstock.transforming.dbt_run import run_dbt  # noqa: PLC0415
    from penstock.transforming.shared_parse import parsed_manifest  # noqa: PLC0415

    wait_until_writable(
        product.warehouse(settings),
        wait_seconds=settings.lock_wait_seconds,
        config=settings.duckdb_config,
    )
    command = ["build", "--exclude-resource-type", "unit_test"] if test else ["run"]
    if product.select:
        command += ["--select", *product.select]
    run_id = environment["DBT_ENV_CUSTOM_ENV_PENSTOCK_RUN_ID"]
    # dbt's manifest takes a second to write and only changes with the models.
    return run_dbt(
        [*command, "--full-refresh" if whole else "--no-write-json"],
        project=product.dbt_project,
        state_dir=product.engine_dir(settings) / "dbt",
        environment=environment,
        target="prod",
        manifest=parsed_manifest(product, settings, run_id=run_id),
        progress=progress,
    )
