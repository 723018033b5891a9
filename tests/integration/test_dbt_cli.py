"""The plain dbt CLI: a first-class way of working that never touches what users read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.landing.files import sha256_of
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.compiled import REBUILD_FROM, node_of
from penstock.transforming.transform import transform
from support.worlds import settings_for, ship_days

pytestmark = pytest.mark.integration

DBT = Path(sys.executable).with_name("dbt")


@pytest.fixture
def relative_world(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A loaded and built world whose data directory is given relative to the repository."""
    monkeypatch.setenv("PENSTOCK_DATA_DIR", os.path.relpath(data_dir, REPOSITORY_ROOT))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    settings = Settings()
    assert settings == settings_for(data_dir)
    ship_days(settings, days=4)
    load(PRODUCT, settings)
    transform(PRODUCT, settings, test=False)
    return settings


def dbt(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DBT, *arguments], cwd=PRODUCT.dbt_project, check=False, capture_output=True, text=True
    )


def test_a_developer_builds_in_a_file_of_their_own(relative_world: Settings) -> None:
    working = PRODUCT.warehouse(relative_world)
    before = sha256_of(working)
    synced = CliRunner().invoke(app, ["dev-sync", "renewable", "--days", "3"])
    built = dbt("build")

    assert synced.exit_code == 0, synced.output
    assert built.returncode == 0, built.stdout[-3000:]
    assert "unit test" in built.stdout
    assert sha256_of(working) == before
    days = dbt(
        *("show", "--output", "json", "--inline"),
        "select count(distinct performance_date) as days"
        " from {{ ref('mart_asset_performance_daily') }}",
    )
    assert '"days": 3' in days.stdout, days.stdout


def test_compiled_days_replace_the_rows_that_dbts_own_strategy_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PENSTOCK_WAREHOUSE_DIR", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PENSTOCK_REBUILD_FROM", f":{REBUILD_FROM}")
    grains = ("day", "month")
    told = "|".join(f"{{{{ shared_dbt.rebuilt_rows('day', '{one}') }}}}" for one in grains)
    compiled = dbt("--quiet", "compile", "--inline", told)

    assert compiled.returncode == 0, compiled.stdout
    replaced = [_incremental({"day_column": "day", "grain": one}) for one in grains]
    # The macro takes a look-back away as well, of which the strategy has none.
    assert compiled.stdout.strip().split("|") == [f"{one} - 0" for one in replaced]


def _incremental(meta: dict[str, str]) -> str:
    """The rows that a compiled increment of a model with this configuration replaces."""
    config = {"materialized": "incremental", "incremental_strategy": "rebuild_from", "meta": meta}
    facts = {
        "resource_type": "model",
        "name": "mart",
        "fqn": ["renewable", "marts", "mart"],
        "relation_name": "mart",
        "compiled_code": "select 1",
        "contract": {"enforced": False},
        "columns": {},
        "depends_on": {"nodes": []},
        "config": {**config, "pre-hook": [], "post-hook": []},
    }
    return node_of("model.renewable.mart", facts).replaced


def test_the_plain_dbt_cli_cannot_build_prod(relative_world: Settings) -> None:
    refused = dbt("run", "--target", "prod")

    assert refused.returncode != 0
    assert "PENSTOCK_BUILD_WAREHOUSE" in refused.stdout


def test_a_finished_transform_leaves_the_file_to_other_processes(relative_world: Settings) -> None:
    program = f"import duckdb; duckdb.connect({str(PRODUCT.warehouse(relative_world))!r}).close()"
    opened = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert opened.returncode == 0, opened.stderr
