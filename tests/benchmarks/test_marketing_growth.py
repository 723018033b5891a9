"""Growth: what one tenant's day costs, however many tenants share the warehouse.

BENCH_TENANTS names the counts, such as 2,10,50,100. Filling a world takes some five seconds a
tenant. Processor time is compared: a run of one tenant is one process.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from penstock.releasing.release import release
from penstock.settings import REPOSITORY_ROOT, Settings, new_run_id
from penstock.transforming.shared_parse import parsed_manifest
from support.tenants import START, build, mock_load, of, tenant_entry, tenant_settings

COUNTS = tuple(int(one) for one in os.environ.get("BENCH_TENANTS", "2,10").split(","))
DAYS, RATIO = 3, 1.2
SOURCES = ("google_ads", "shopify", "google_analytics")
FIRST = "tenant_000"


@dataclass(frozen=True)
class Costs:
    """With so many tenants: processor time, s, of one's day and of the parse; files of SQL."""

    day: float
    parse: float
    sql_files: int


def tell(text: str) -> None:
    print(f"\n{text}")  # noqa: T201 - a benchmark's figures are its output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("growth")
    yield made
    shutil.rmtree(made)


def _world(folder: Path, count: int) -> Settings:
    entries = [tenant_entry(f"tenant_{n:03}", n, SOURCES) for n in range(count)]
    return tenant_settings(folder, entries)


def _fill(settings: Settings, slug: str) -> None:
    mock_load(settings, slug, end=START)
    build(settings, slug)
    release(of(settings, slug), settings, run_id=new_run_id())


def _day(settings: Settings, day: date) -> float:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(
        [
            *(sys.executable, "-m", "penstock.cli", "run", "marketing", "--tenant", FIRST),
            *("--start", str(day), "--end", str(day)),
        ],
        env={
            **os.environ,
            "PENSTOCK_DATA_DIR": str(settings.data_dir),
            "PENSTOCK_REFERENCE_DIR": str(settings.reference_dir),
        },
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return used() - before


def _parse(settings: Settings) -> float:
    started = time.process_time()
    parsed_manifest(of(settings, FIRST), settings, run_id=new_run_id())
    return time.process_time() - started


def test_a_tenants_day_costs_the_same_however_many_there_are(folder: Path) -> None:
    costs: dict[int, Costs] = {}
    filled, day = 0, START
    for count in COUNTS:
        settings = _world(folder, count)
        started = time.perf_counter()
        for n in range(filled, count):
            _fill(settings, f"tenant_{n:03}")
        first_day = (time.perf_counter() - started) / (count - filled)
        filled = count
        days = []
        for _ in range(DAYS):
            day += timedelta(days=1)
            days.append(_day(settings, day))
        models = REPOSITORY_ROOT / "dbt" / "marketing_dbt" / "models"
        one = Costs(statistics.median(days), _parse(settings), len(list(models.rglob("*.sql"))))
        tell(
            f"{count} tenants: a tenant's day {one.day:.1f} s, parse {one.parse:.2f} s of the"
            f" processor; {one.sql_files} files of SQL; a further tenant's first day"
            f" {first_day:.1f} s"
        )
        costs[count] = one
    assert len({one.sql_files for one in costs.values()}) == 1
    assert costs[COUNTS[-1]].day <= RATIO * costs[COUNTS[0]].day
