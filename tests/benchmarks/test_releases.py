"""Speed of releasing and verifying, as ratios; absolute times are printed for the record."""

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from penstock.landing.files import sha256_of
from penstock.releasing import bag
from penstock.releasing.verify import verify
from penstock.settings import Settings
from support import releases
from support.releases import FIRST_DAY, Tiny

ASSETS, COLUMNS, REPEATS = 10, 40, 5


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("releases")
    yield folder
    shutil.rmtree(folder)


def build(days: int, *, per_day: int = 24, assets: int = ASSETS) -> Tiny:
    """As wide as a fleet's marts: hourly rows of ten assets with 40 figures, and a row per day."""
    figures = ", ".join(
        f"((i * 7919 + s * {n + 1}) % 100003 / 17)::decimal(18, 9) as figure_{n}"
        for n in range(COLUMNS)
    )
    first = FIRST_DAY - timedelta(days=3650)
    interval = (
        f"create or replace table marts.fct_reading as select 'asset_' || i as site_id,"
        f" timestamp '{first}' + to_seconds(s * {86400 // per_day}) as read_at, {figures}"
        f" from range({days * per_day}) as r(s), range({assets}) as q(i)"
    )
    daily = (
        f"create or replace table marts.mart_day as select 'asset_' || i as site_id,"
        f" (date '{first}' + s::integer) as day, {figures}"
        f" from range({days}) as r(s), range({assets}) as q(i)"
    )
    return Tiny(changes=(interval, daily))


def cost_of_a_daily_release(settings: Settings, history: int) -> float:
    """Median seconds of sealing and publishing one more day after `history` days."""
    releases.release(settings, 0, build(history))
    seconds = []
    for number in range(1, REPEATS + 1):
        releases.write_warehouse(settings, build(history + number))
        started = time.perf_counter()
        assert releases.seal_and_publish(settings, number, Tiny()) is not None
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def test_a_daily_release_does_not_grow_with_history(scratch: Path) -> None:
    """Ten assets, hourly: only the months that changed are written."""
    year = cost_of_a_daily_release(Settings(data_dir=scratch / "one_year"), 365)
    decade = cost_of_a_daily_release(Settings(data_dir=scratch / "ten_years"), 3650)
    ratio = decade / year
    sys.stdout.write(
        f"\none more day: after a year {year:.2f} s, after ten {decade:.2f} s; "
        f"ratio {ratio:.2f} (promised <= 2)\n"
    )

    assert ratio <= 2


def test_verifying_runs_at_the_speed_of_hashing(scratch: Path) -> None:
    settings = Settings(data_dir=scratch)
    releases.release(settings, 0, build(365, per_day=144))
    folder = releases.folder(settings)
    files = sorted(bag.files_below(folder)[0])
    size = sum((folder / one).stat().st_size for one in files)
    hashing, verifying = [], []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for one in files:
            sha256_of(folder / one)
        hashing.append(time.perf_counter() - started)
        started = time.perf_counter()
        assert verify(folder).passed
        verifying.append(time.perf_counter() - started)
    started = time.perf_counter()
    rows = verify(folder, strict=True).rows
    strict = time.perf_counter() - started
    ratio = statistics.median(hashing) / statistics.median(verifying)
    sys.stdout.write(
        f"\n{size / 1e6:,.0f} MB: verify at {ratio:.2f} x plain SHA-256 (promised >= 0.5); strict "
        f"{rows:,} rows of {COLUMNS + 2} columns at {rows / strict:,.0f} per second\n"
    )

    assert ratio >= 0.5
