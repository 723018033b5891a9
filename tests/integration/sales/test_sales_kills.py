"""A sales run keeps no log of what it writes: killed anywhere, it leaves nothing half-done."""

import os
import random
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.in_step import file_state, keep_in_step
from penstock.loading.one_opening import one_writer
from penstock.loading.warehouse import WarehouseError, open_warehouse
from penstock.products.sales.product import PRODUCT
from penstock.releasing.read import current_release
from penstock.releasing.release import release
from penstock.releasing.sealed import read_tables
from penstock.releasing.verify import verify
from penstock.settings import Settings
from support.drops import AS_OF, edit, land, own_drop, rows, run
from support.worlds import settings_for

pytestmark = pytest.mark.integration

KILLS, ALL_KILLS = 3, 50
BEFORE_IT_IS_WRITTEN = (
    "penstock.loading.load._commit",
    "penstock.products.sales.carry_out._build",
    "penstock.products.sales.carry_out.keep_results",
    "penstock.products.sales.carry_out.write_summary",
    "penstock.products.sales.carry_out.release",
)
KILLED = """
import importlib, os, sys
from datetime import date
from pathlib import Path
from penstock.products.sales.product import PRODUCT
from penstock.products.sales.run import run_layers
from penstock.settings import Settings
module, name = sys.argv[2].rsplit(".", 1)
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), 9))
options = globals().get("options", {})
settings, as_of = Settings(data_dir=Path(sys.argv[1])), date.fromisoformat(sys.argv[3])
run_layers(PRODUCT, settings, as_of=as_of, **options)
"""
ONLY_SILVER = 'options = {"layer": "silver", "from_run": "latest"}'
CHECKPOINT_AFTER_SILVER = """
import penstock.products.sales.carry_out as module
from penstock.loading.kept_open import kept_connection
keep_silver = module.keep_silver
def keep_and_checkpoint(product, settings, folder):
    keep_silver(product, settings, folder)
    kept_connection(product.warehouse(settings)).execute("checkpoint")
module.keep_silver = keep_and_checkpoint
"""
SALES = "select sum(sales_amount)::int from fct_sales"


@pytest.fixture
def landed(built: Settings, tmp_path: Path) -> Settings:
    """The built world, where a changed file has come since."""
    drop = own_drop(tmp_path / "drop")
    edit(drop / "source_crm" / "sales_details.csv", replace=("1200.50,1,1200.50", "50,1,50"))
    land(built, drop)
    return built


def copy_of(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(settings.data_dir, folder, symlinks=True)
    return settings_for(folder)


def kill_at(settings: Settings, place: str, before: str = "", as_of: date = AS_OF) -> None:
    program = [sys.executable, "-c", f"{before}{KILLED}", str(settings.data_dir), place, f"{as_of}"]
    assert subprocess.run(program, check=False).returncode == -9


def content(settings: Settings) -> dict[str, str]:
    """What readers find: the verified current release, table by table."""
    folder = current_release(PRODUCT, settings)
    assert verify(folder, strict=True).passed
    return {one.name: one.root for one in read_tables(folder)[0]}


@pytest.mark.parametrize("place", BEFORE_IT_IS_WRITTEN)
def test_a_killed_run_leaves_the_warehouse_as_it_was_and_nothing_is_released_of_it(
    landed: Settings, tmp_path: Path, place: str
) -> None:
    undisturbed = copy_of(landed, tmp_path / "undisturbed")
    run(undisturbed)
    before = rows(landed, SALES)
    assert before != rows(undisturbed, SALES)

    kill_at(landed, place)

    assert rows(landed, SALES) == before
    with pytest.raises(PenstockError, match="built"):
        release(PRODUCT, landed, run_id="of-a-killed-run")
    assert current_release(PRODUCT, landed).name == "first"
    run(landed)
    assert content(landed) == content(undisturbed)
    with Ledger(PRODUCT.ledger(landed)) as ledger:
        assert {one.status for one in ledger.deliveries()} == {"loaded"}


def test_what_duckdb_wrote_of_a_killed_build_is_not_taken_for_all_of_it(
    landed: Settings, tmp_path: Path
) -> None:
    later = AS_OF + timedelta(days=3650)
    run(landed)
    undisturbed = copy_of(landed, tmp_path / "undisturbed")
    run(undisturbed, as_of=later)

    # A checkpoint of DuckDB's own accord, as with tables of many megabytes.
    kill_at(landed, "penstock.products.sales.carry_out.release", CHECKPOINT_AFTER_SILVER, later)

    with pytest.raises(PenstockError, match="built"):
        release(PRODUCT, landed, run_id="of-a-killed-run")
    run(landed, as_of=later)
    assert content(landed) == content(undisturbed)


def test_a_killed_layer_does_not_keep_its_product_from_being_run(landed: Settings) -> None:
    run(landed)
    expected = content(landed)
    kill_at(landed, "penstock.products.sales.carry_out._build", ONLY_SILVER)
    with pytest.raises(PenstockError, match="built"):
        release(PRODUCT, landed, run_id="of-a-killed-run")

    assert run(landed).run_id is not None

    release(PRODUCT, landed, run_id="after-it")
    assert content(landed) == expected


def test_what_fails_first_is_told_when_writing_fails_as_well(
    landed: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_within_a_transaction() -> None:
        with one_writer(PRODUCT, landed, holder="run", logged=False):
            session = open_warehouse(PRODUCT.warehouse(landed), config=landed.duckdb_config)
            session.begin()
            session.execute("create table left_open as select 1 as a")
            message = "first"
            raise ValueError(message)

    with pytest.raises(ValueError, match="first"):
        fail_within_a_transaction()

    assert "could not be written" in caplog.text
    assert run(landed).release is not None


def test_a_run_that_cannot_write_its_file_fails_in_words_and_is_made_again(
    landed: Settings,
) -> None:
    def write_within_a_transaction() -> None:
        with one_writer(PRODUCT, landed, holder="run", logged=False):
            session = open_warehouse(PRODUCT.warehouse(landed), config=landed.duckdb_config)
            session.begin()
            session.execute("create table left_open as select 1 as a")

    with pytest.raises(WarehouseError, match=r"sales\.duckdb: could not be written"):
        write_within_a_transaction()
    assert run(landed).release is not None


def test_what_was_written_before_the_kill_can_be_released(landed: Settings, tmp_path: Path) -> None:
    undisturbed = copy_of(landed, tmp_path / "undisturbed")
    run(undisturbed)

    kill_at(landed, "penstock.releasing.release.publish")

    assert release(PRODUCT, landed, run_id="of-a-killed-run").is_new
    assert content(landed) == content(undisturbed)


def test_a_first_run_that_is_killed_is_made_again(landed: Settings, tmp_path: Path) -> None:
    fresh = settings_for(tmp_path / "fresh")
    land(fresh, tmp_path / "drop")
    kill_at(fresh, "penstock.products.sales.carry_out.release")

    run(fresh)
    run(landed)

    found, expected = content(fresh), content(landed)
    assert {name for name in expected if found[name] != expected[name]} == {"run_inputs"}


def test_the_ledger_knows_the_file_of_a_run_that_has_ended(
    landed: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    run(landed)
    with Ledger(PRODUCT.ledger(landed)) as ledger:
        known = ledger.fact("warehouse_file")
        keep_in_step(PRODUCT, landed, ledger)

    assert known == file_state(PRODUCT.warehouse(landed))
    assert "as the ledger left it" not in caplog.text


def test_a_run_killed_at_any_moment_is_made_again(
    landed: Settings,
    tmp_path: Path,
    soak: bool,  # noqa: FBT001 - a fixture
) -> None:
    undisturbed = copy_of(landed, tmp_path / "undisturbed")
    command = [sys.executable, "-m", "penstock.cli", "run", PRODUCT.name, "--as-of", f"{AS_OF}"]

    def attempt(settings: Settings, seconds: float | None) -> bool:
        """Whether the run was killed, after so many seconds."""
        environment = {**os.environ, "PENSTOCK_DATA_DIR": str(settings.data_dir)}
        try:
            subprocess.run(
                command, env=environment, check=True, capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return True
        return False

    started = time.monotonic()
    attempt(undisturbed, None)
    whole, expected = time.monotonic() - started, content(undisturbed)
    seed = random.SystemRandom().randrange(1_000_000) if soak else 7
    chance = random.Random(seed)  # noqa: S311 - moments, no secret
    kills = 0
    for number in range(3 * ALL_KILLS):
        world = copy_of(landed, tmp_path / f"world{number}")
        kills += attempt(world, chance.uniform(0.3, 1.0) * whole)
        attempt(world, None)
        assert content(world) == expected, f"seed {seed}, world {number}"
        shutil.rmtree(world.data_dir)
        if kills == (ALL_KILLS if soak else KILLS):
            break
    assert kills == (ALL_KILLS if soak else KILLS)
