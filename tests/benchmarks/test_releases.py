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
from penstock.releasing.export import Look
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


def one_more_day(settings: Settings, history: int, number: int) -> float:
    """Seconds of sealing and publishing the n-th day after `history` days."""
    releases.write_warehouse(settings, build(history + number))
    day = FIRST_DAY - timedelta(days=3650) + timedelta(days=history + number - 1)
    started = time.perf_counter()
    look = Look(changed_from=day - timedelta(days=1), turn=number)
    sealed = releases.seal_and_publish(settings, number, Tiny(), look=look)
    seconds = time.perf_counter() - started
    assert sealed is not None
    assert 0 < sealed.written_parts <= 4
    return seconds


def test_a_daily_release_does_not_grow_with_history(scratch: Path) -> None:
    """Ten assets, hourly: only the months that changed are written."""
    worlds = {365: Settings(data_dir=scratch / "one"), 3650: Settings(data_dir=scratch / "ten")}
    for history, settings in worlds.items():
        releases.release(settings, 0, build(history))
    seconds: dict[int, list[float]] = {history: [] for history in worlds}
    for number in range(1, REPEATS + 1):
        for history, settings in worlds.items():
            seconds[history].append(one_more_day(settings, history, number))
    year, decade = (statistics.median(seconds[history]) for history in worlds)
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
