"""Releases of a product small enough to be made in a moment: no files, no dbt, a literal warehouse.

What is real: sealing, publishing, everything that reads a release. What stands in for the rooms
before: a DuckDB file written by hand and a record of what they would have told.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable
from penstock.releasing.plan import Plan
from penstock.releasing.record import Model, Record
from penstock.releasing.release import publish
from penstock.releasing.sealed import Input, Parent
from penstock.releasing.sealing import SealedRelease, seal_release
from penstock.releasing.series import Series, series_of
from penstock.settings import Settings
from penstock.transforming.results import NodeResult

FIRST_DAY = date(2026, 1, 1)
DAYS = 40


def _report(product: Product, settings: Settings) -> Path:
    page = settings.reports_dir / "tiny.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("<!doctype html><title>Tiny</title><p>All is well.</p>\n", encoding="utf-8")
    return page


TINY = Product(
    name="tiny",
    contracts={},
    published=(
        PublishedTable("dim_site", ("site_id",)),
        PublishedTable("mart_day", ("site_id", "day"), month_column="day"),
        PublishedTable(
            "fct_reading",
            ("site_id", "read_at"),
            month_column="read_at",
            in_warehouse=False,
            is_built_by_day=True,
        ),
    ),
    declaring="",
    parse_declared=lambda *_: pl.DataFrame(),
    mock=lambda *_, **__: 0,
    report=_report,
    source=lambda _: "files",
    summary="from mart_day",
)

_TABLES = {
    "dim_site": "select 'site_' || i as site_id, 'Site ' || i as name from range(2) as r(i)",
    "mart_day": (
        "select 'site_' || i as site_id, date '{first}' + d::integer as day,"
        " (i * 1000 + d * 3.5)::decimal(18, 9) as energy_mwh,"
        " case when d % 7 = 0 then null else 'ok' end as status"
        " from range(2) as r(i), range({days}) as s(d)"
    ),
    "fct_reading": (
        "select 'site_' || i as site_id, timestamp '{first}' + to_hours(h * 6) as read_at,"
        " (h * 0.25)::decimal(18, 9) as energy_mwh, h % 5 = 0 as is_estimated"
        " from range(2) as r(i), range({days} * 4) as s(h)"
    ),
}


@dataclass(frozen=True)
class Tiny:
    """One build: days, statements run on the tables afterwards, threads, order of insertion."""

    days: int = DAYS
    changes: Sequence[str] = ()
    threads: int = 1
    is_shuffled: bool = False


def run_id(number: int) -> str:
    """The id of the n-th run."""
    return f"202602{number // 24 + 1:02}T{number % 24:02}0000Z-{number:08x}"


def write_warehouse(settings: Settings, build: Tiny) -> None:
    """The working warehouse of the build."""
    path = TINY.warehouse(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for name, sql in _TABLES.items():
            text = sql.format(first=FIRST_DAY, days=build.days)
            order = " order by hash(site_id || 7) desc, 2 desc" if build.is_shuffled else ""
            connection.execute(f"create table marts.{name} as {text}{order}")
        for change in build.changes:
            connection.execute(change)


def record(settings: Settings, build: Tiny) -> Record:
    """What the rooms before would tell of the build."""
    dbt_dir = TINY.engine_dir(settings) / "dbt"
    (dbt_dir / "target").mkdir(parents=True, exist_ok=True)
    (dbt_dir / "target" / "manifest.json").write_text('{"nodes": {}}\n')
    (dbt_dir / "results.json").write_text("[]\n")
    with duckdb.connect(str(TINY.warehouse(settings)), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns order by all"
        ).fetchall()
    nodes = {
        name: Model(
            name=name,
            description=f"{name}. One row per key.",
            columns={column: f"What {column} is." for table, column in columns if table == name},
            required=(),
            depends_on=(),
            code="select 1",
            path=f"models/{name}.sql",
        )
        for name in {table for table, _ in columns}
    }
    return Record(
        inputs=tuple(_input(FIRST_DAY + timedelta(days=one)) for one in range(build.days)),
        quarantined=(),
        stale=None,
        models="m" * 64,
        built_with="m" * 64,
        as_of=None,
        results=(NodeResult("unique_site", "test", "pass", 0.1, ""),),
        nodes=nodes,
        dbt_dir=dbt_dir,
    )


def plan(settings: Settings, number: int, build: Tiny, **options: object) -> Plan:
    """The plan of the n-th release."""
    series = series_of(settings, TINY.name)
    latest = next(reversed(series.released()), None)
    made = Plan(
        product=TINY,
        settings=settings.model_copy(update={"duckdb_threads": build.threads}),
        series=series,
        run_id=run_id(number),
        record=record(settings, build),
        started_at="2026-02-01T00:00:00Z",
        parent=None if latest is None else Parent(latest.run_id, latest.root, latest.seal),
    )
    return replace(made, **options)  # type: ignore[arg-type]  # a test names what it changes


def release(
    settings: Settings, number: int = 0, build: Tiny | None = None, **options: object
) -> SealedRelease | None:
    """Build, seal and publish the n-th release; None if it would say what the last one says."""
    build = build or Tiny()
    write_warehouse(settings, build)
    return seal_and_publish(settings, number, build, **options)


def seal_and_publish(
    settings: Settings, number: int, build: Tiny, **options: object
) -> SealedRelease | None:
    """Release the working warehouse as it is."""
    order = plan(settings, number, build, **options)
    building = order.series.building_dir(order.run_id)
    try:
        sealed = seal_release(order, building)
        if sealed is not None:
            publish(order.series, building, sealed.metadata, sealed.seal)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return sealed


def folder(settings: Settings, number: int = 0) -> Path:
    """Where the n-th release lies."""
    return tiny_series(settings).release_dir(run_id(number))


def tiny_series(settings: Settings) -> Series:
    """The series of the tiny product."""
    return series_of(settings, TINY.name)


def edit_json(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change a JSON file in place."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    change(facts)
    path.chmod(0o644)
    path.write_text(json.dumps(facts), encoding="utf-8")


def _input(day: date) -> Input:
    return Input(
        file=f"reading/reading_{day}.parquet",
        table="reading",
        status="loaded",
        source="test",
        sha256=f"{day.toordinal():064x}",
        bytes=1000,
        delivered_at=f"{day}T06:00:00",
        rows_read=8,
        rows_accepted=8,
        rows_quarantined=0,
        message="",
        run_id=run_id(0),
    )
