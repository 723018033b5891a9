"""Events at size: fact queries read typed columns, whatever the payload holds.

A million events of one tenant go from a file to a release. A question asked of the released fact is
compared with the same question asked of the same rows as plain typed Parquet.
"""

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from penstock.loading.load import load
from penstock.products.marketing.receive import land_tables
from penstock.releasing.release import release
from penstock.releasing.series import series_of
from penstock.settings import Settings, new_run_id
from support.tenants import build, of, tenant_entry, tenant_settings

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
REPEATS, RATIO = 9, 1.5
TENANT = "acme"
FIRST = datetime(2026, 3, 1)
NAMES = ("page_view", "view_item", "add_to_cart", "begin_checkout", "purchase")
QUESTION = """
    select event_name, country, cast(event_at as date), count(*), sum(revenue)
    from {rows} group by all order by all
"""


def tell(text: str) -> None:
    print(f"\n{text}")  # noqa: T201 - a benchmark's figures are its output


def events(count: int) -> pl.DataFrame:
    """As GA4's export has them: a fifth are purchases, by 50,000 visitors within 30 days."""
    number = pl.int_range(count)
    is_purchase = number % len(NAMES) == len(NAMES) - 1
    at = pl.lit(FIRST) + pl.duration(seconds=number * 2_591_999 // count)
    return pl.select(
        number.alias("number"),
        at.dt.strftime("%Y-%m-%d").alias("date"),
        at.alias("timestamp"),
        (number % len(NAMES)).replace_strict(dict(enumerate(NAMES))).alias("name"),
        pl.format("visitor_{}", number * 7919 % 50_000).alias("user_pseudo_id"),
        number.cast(pl.String).alias("bundle_sequence_id"),
        pl.lit(0, dtype=pl.Int64).alias("batch_event_index"),
        pl.format("country_{}", number % 23).alias("geo_country"),
        pl.when(is_purchase).then(number % 10_007 / 100).alias("ecommerce_purchase_revenue"),
        pl.when(is_purchase).then(number.cast(pl.String)).alias("ecommerce_transaction_id"),
    ).drop("number")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Path]]:
    folder = tmp_path_factory.mktemp("events")
    settings = tenant_settings(folder, [tenant_entry(TENANT, 1, ["google_analytics"])])
    rows = events(EVENTS)
    rows.write_parquet(folder / "events.parquet")
    plain = folder / "plain.parquet"
    rows.select(
        event_name="name",
        event_at="timestamp",
        country="geo_country",
        revenue=pl.col("ecommerce_purchase_revenue").cast(pl.Decimal(18, 6)),
    ).write_parquet(plain)
    land_tables(of(settings, TENANT), settings, [folder / "events.parquet"])
    started = time.perf_counter()
    load(of(settings, TENANT), settings)
    build(settings, TENANT)
    release(of(settings, TENANT), settings, run_id=new_run_id())
    tell(f"{EVENTS:,} events from file to release: {time.perf_counter() - started:.0f} s")
    yield settings, plain
    shutil.rmtree(folder)


def seconds(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    started = time.perf_counter()
    connection.execute(sql).fetchall()
    return time.perf_counter() - started


def test_a_fact_is_as_fast_as_plain_typed_parquet(world: tuple[Settings, Path]) -> None:
    settings, plain = world
    released = series_of(settings, of(settings, TENANT).series).current()
    assert released is not None
    (database,) = released.rglob("*.duckdb")
    parquet = sorted(released.rglob(f"fct_{TENANT}__events*/**/*.parquet"))
    sources = {
        "plain": f"'{plain}'",
        "released Parquet": f"read_parquet({[str(one) for one in parquet]})",
        "released DuckDB": f"{TENANT}_analytics.fct_{TENANT}__events",
    }
    with duckdb.connect(str(database), read_only=True, config={"threads": 2}) as connection:
        asked = {name: QUESTION.format(rows=rows) for name, rows in sources.items()}
        answers = {name: connection.execute(sql).fetchall() for name, sql in asked.items()}
        assert answers["plain"] == answers["released Parquet"] == answers["released DuckDB"]
        assert sum(row[3] for row in answers["plain"]) == EVENTS
        times = [
            {name: seconds(connection, sql) for name, sql in asked.items()} for _ in range(REPEATS)
        ]
    median = {name: statistics.median(one[name] for one in times) for name in sources}
    for name, taken in median.items():
        tell(f"{name}: {1000 * taken:.0f} ms, {taken / median['plain']:.2f} times plain")
    assert max(median.values()) <= RATIO * median["plain"]
