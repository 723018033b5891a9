"""Days that have landed, the manifest, runs that were killed: what the orchestrator asks for."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from penstock.locking import is_alive, sign_of_life
from penstock.overview import overview
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.run_landing import land_new
from penstock.runs import NothingLandedError, land_days, recorded, run
from penstock.settings import Settings
from penstock.transforming.built import days_done
from penstock.transforming.manifest import ManifestError, read_manifest, write_manifest
from penstock.transforming.results import last_results
from penstock.transforming.tables import row_counts
from support.warehouses import row_count
from support.worlds import FIRST_DAY, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration

RUN_ID = "20260302T060000Z-00000001"
HOLD = """
import sys
from pathlib import Path
from penstock.products.renewable.product import PRODUCT
from penstock.run_landing import land_new
from penstock.runs import recorded
from penstock.settings import Settings
with recorded(PRODUCT, Settings(data_dir=Path(sys.argv[1])), "load"):
    print("held", flush=True)
    sys.stdin.read()
"""
DIE_BEFORE_GENERATION = """
import os, sys
from datetime import date
from pathlib import Path
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
first, last = map(date.fromisoformat, sys.argv[2:])
def die(message):
    if message.startswith("generating generation"):
        os.kill(os.getpid(), 9)
PRODUCT.mock(PRODUCT, Settings(data_dir=Path(sys.argv[1])), start=first, end=last, progress=die)
"""


def test_mock_days_are_made_and_found(data_dir: Path) -> None:
    last = FIRST_DAY + timedelta(days=1)
    landed = land_days(PRODUCT, settings_for(data_dir), first=FIRST_DAY, last=last, run_id=RUN_ID)

    assert landed.mocked_files == 1 + 2 * 3  # assets, then two tables and the planted truth
    assert {table: len(days) for table, days in landed.files.items()} == {
        "weather": 2,
        "generation": 2,
    }


def test_days_whose_making_was_killed_are_whole_after_the_next_run(data_dir: Path) -> None:
    settings, yesterday = settings_for(data_dir), datetime.now(UTC).date() - timedelta(days=1)
    first = yesterday - timedelta(days=2)

    killed = subprocess.run(
        [sys.executable, "-c", DIE_BEFORE_GENERATION, str(data_dir), str(first), str(yesterday)],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (PRODUCT.raw_dir(settings) / "generation").exists()

    again = land_new(PRODUCT, settings, run_id=RUN_ID)

    assert again.mocked_files == 2 * 3  # generation and the planted truth
    assert land_new(PRODUCT, settings, run_id=RUN_ID).mocked_files == 0


def test_days_that_have_not_landed_are_named(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    ship_assets(settings)
    ship(settings, WEATHER, weather())
    last = FIRST_DAY + timedelta(days=1)

    landed = land_days(PRODUCT, settings, first=FIRST_DAY, last=last, run_id=RUN_ID)

    assert landed.mocked_files is None
    assert landed.missing("weather") == [last]
    assert landed.missing("generation") == [FIRST_DAY, last]


def test_no_file_at_all_names_the_expected_one_and_the_command(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, renewable_source="files")

    with pytest.raises(NothingLandedError, match=f"weather_{FIRST_DAY}.parquet.*penstock land"):
        land_days(PRODUCT, settings, first=FIRST_DAY, last=FIRST_DAY, run_id=RUN_ID)


def test_a_killed_run_is_told_from_a_running_one(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    meanwhile = overview(PRODUCT, settings).runs[0].outcome
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()

    assert meanwhile == "running"
    assert overview(PRODUCT, settings).runs[0].outcome == "killed"


def test_a_sign_of_life_is_shared_and_ends_with_its_last_holder(tmp_path: Path) -> None:
    path = tmp_path / "life.lock"
    with sign_of_life(path):
        with sign_of_life(path):
            assert is_alive(path)
        assert is_alive(path)
    assert not is_alive(path)


def test_a_run_is_recorded_under_the_id_it_was_given(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    with recorded(PRODUCT, settings, "load", run_id=RUN_ID) as run_id:
        pass

    assert run_id == overview(PRODUCT, settings).runs[0].run_id == RUN_ID


def test_a_missing_manifest_names_the_command_that_makes_it(data_dir: Path) -> None:
    with pytest.raises(ManifestError, match="penstock manifest renewable"):
        read_manifest(PRODUCT, settings_for(data_dir))


def test_after_a_build_everything_an_orchestrator_asks_is_there(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    last = date(2026, 3, 3)
    run(PRODUCT, settings, start=date(2026, 3, 1), end=last)

    path = write_manifest(PRODUCT, settings)
    made = path.stat().st_mtime_ns
    again = write_manifest(PRODUCT, settings)
    results = last_results(PRODUCT.engine_dir(settings) / "dbt")
    counts = row_counts(PRODUCT, settings)
    done = days_done(PRODUCT, settings)

    assert (again, again.stat().st_mtime_ns) == (path, made)
    # taken over from the build: dbt was not run for it
    built = PRODUCT.engine_dir(settings) / "dbt" / "target" / "manifest.json"
    assert path.read_bytes() == built.read_bytes()
    models = {one["name"] for one in read_manifest(PRODUCT, settings)["nodes"].values()}
    assert {one.name for one in results} <= models
    assert {one.kind for one in results if not one.passed} == set()
    mart = "mart_weather_adjusted_performance"
    assert counts[mart] == row_count(PRODUCT.warehouse(settings), mart) == 30
    assert max(done.built) == max(done.loaded["weather"]) == max(done.landed["weather"]) == last


def test_a_manifest_of_other_models_is_made_again(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    path = write_manifest(PRODUCT, settings)
    made = path.stat().st_mtime_ns
    path.with_suffix(".models").write_text("other models")

    assert write_manifest(PRODUCT, settings).stat().st_mtime_ns > made
