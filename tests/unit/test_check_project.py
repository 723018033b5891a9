"""Each rule of tools/check_project.py, proved by a planted offender."""

import hashlib
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from penstock.settings import REPOSITORY_ROOT

pytestmark = pytest.mark.unit

MODEL = "dbt/renewable_dbt/models/marts/mart_fleet_summary"
DOCUMENTED = """
models:
  - name: mart_fleet_summary
    description: {description}
    columns:
      - name: asset_id
        description: {column}
"""
GOOD = DOCUMENTED.format(description="The fleet. One row per asset.", column="Key of the asset.")
DIGEST = hashlib.sha256(b"planted").hexdigest()

Plant = Callable[[str, str], None]
Find = Callable[..., list[str]]


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    path = REPOSITORY_ROOT / "tools" / "check_project.py"
    spec = importlib.util.spec_from_file_location("check_project", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


@pytest.fixture
def plant(repository: Path) -> Plant:
    """Write a file and have git track it."""

    def write(name: str, text: str) -> None:
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        subprocess.run(["git", "-C", str(repository), "add", "--force", name], check=True)

    return write


@pytest.fixture
def find(checker: ModuleType, repository: Path) -> Find:
    """Offences of the planted repository, as they are printed."""

    def offences(*rules: str) -> list[str]:
        tree = checker.tracked(repository)
        return [str(offence) for offence in checker.offences(tree, rules or checker.RULES)]

    return offences


def test_the_repository_keeps_its_own_rules(checker: ModuleType) -> None:
    found = checker.offences(checker.tracked(REPOSITORY_ROOT))
    assert [str(offence) for offence in found] == []


def test_a_documented_model_passes(plant: Plant, find: Find) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", GOOD)
    assert find() == []


def test_a_model_without_yaml_beside_it_is_refused(plant: Plant, find: Find) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    (offence,) = find("models")
    assert offence.startswith(f"{MODEL}.sql: expected a YAML beside it")
    assert f"write {MODEL}.yml" in offence


def test_a_yaml_that_documents_another_model_does_not_count(plant: Plant, find: Find) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", GOOD.replace("mart_fleet_summary", "mart_other"))
    (offence,) = find("models")
    assert "mart_fleet_summary" in offence


def test_a_yaml_that_git_does_not_track_does_not_count(
    plant: Plant, find: Find, repository: Path
) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    (repository / f"{MODEL}.yml").write_text(GOOD, encoding="utf-8")
    assert len(find("models")) == 1


@pytest.mark.parametrize("column", ["''", "'  '", "null"])
def test_an_undocumented_column_is_refused(plant: Plant, find: Find, column: str) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", DOCUMENTED.format(description="A. One row per asset.", column=column))
    (offence,) = find("models", "columns")
    assert "a description of the column mart_fleet_summary.asset_id" in offence


def test_an_undocumented_column_of_a_source_is_refused(plant: Plant, find: Find) -> None:
    plant(
        "dbt/renewable_dbt/models/staging/_sources.yml",
        "sources: [{name: raw, tables: [{name: weather, columns: [{name: ghi}]}]}]",
    )
    (offence,) = find("columns")
    assert "weather.ghi" in offence


def test_a_model_that_lists_no_columns_is_refused(plant: Plant, find: Find) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", GOOD.split("    columns:")[0])
    (offence,) = find("models", "columns")
    assert "expected the columns of mart_fleet_summary" in offence


@pytest.mark.parametrize(
    "description",
    [
        "The fleet.",
        "One row per asset. And more.",
        "The fleet, one row per asset.",
        "One row per asset",
        "One row per .",
        "null",
    ],
)
def test_a_description_that_does_not_end_with_its_grain_is_refused(
    plant: Plant, find: Find, description: str
) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", DOCUMENTED.format(description=description, column="Key."))
    (offence,) = find("models")
    assert "to end with its grain" in offence


@pytest.mark.parametrize(
    "description",
    [
        "One row per asset and day.",
        "Bins of the curve. One row per asset, day and bin of 0.5 m/s.",
        "'Which mode? One row per asset (asset_id, timestamp).'",
        "|\n      The fleet.\n      One row per asset\n      and day.\n",
    ],
)
def test_a_grain_sentence_may_be_written_in_any_of_the_usual_ways(
    plant: Plant, find: Find, description: str
) -> None:
    plant(f"{MODEL}.sql", "select 1 as asset_id")
    plant(f"{MODEL}.yml", DOCUMENTED.format(description=description, column="Key."))
    assert find("models") == []


@pytest.mark.parametrize("text", ["models: [", "- just a list", "models: [text]"])
def test_yaml_that_cannot_be_read_is_named(plant: Plant, find: Find, text: str) -> None:
    plant(f"{MODEL}.yml", text)
    (offence,) = find("columns")
    assert offence.startswith(f"{MODEL}.yml: expected YAML as dbt reads it")


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "RSA PRIVATE KEY-----\n",
        "key = '" + "AKIA" + "QYLPMN5HHHFPZAM2'\n",
        "url = 'postgresql://reader:" + "n0tForYou77@warehouse/db'\n",
        "pass" + f"word = '{DIGEST}'\n",
    ],
)
def test_a_secret_is_refused(plant: Plant, find: Find, text: str) -> None:
    plant("src/penstock/settings.py", text)
    (offence, *_) = find("secrets")
    assert offence.startswith("src/penstock/settings.py:1: expected no secret")
    assert text.strip() not in offence


def test_a_fingerprint_is_not_taken_for_a_secret(plant: Plant, find: Find) -> None:
    plant("tests/unit/test_release.py", f'EXPECTED = "{DIGEST}"\n')
    plant("dbt/renewable_dbt/package-lock.yml", f"sha1_hash: {DIGEST[:40]}\n")
    plant("requirements.lock", f"uv==0.1 \\\n    --hash=sha256:{DIGEST}\n")
    assert find() == []


@pytest.mark.parametrize("name", [".env", "dbt/renewable_dbt/.env", ".env.production"])
def test_an_environment_file_is_refused(plant: Plant, find: Find, name: str) -> None:
    plant(name, "PENSTOCK_DATA_DIR=data\n")
    plant(".env.example", "PENSTOCK_DATA_DIR=data\n")
    (offence,) = find("env")
    assert offence.startswith(f"{name}: expected no environment file in git")


@pytest.mark.parametrize(
    "name",
    [
        "data/raw/weather/weather_2026-01-31.csv",
        "data/referenced.csv",
        "examples/renewable.duckdb",
        "examples/renewable.duckdb.wal",
        "docs/weather.parquet",
        "dbt/renewable_dbt/target/manifest.json",
        "dbt/renewable_dbt/logs/dbt.log",
        "dbt/renewable_dbt/dbt_packages/shared_dbt/dbt_project.yml",
        "uv.lock",
    ],
)
def test_generated_data_are_refused(plant: Plant, find: Find, name: str) -> None:
    plant(name, "made by running\n")
    (offence,) = find("generated")
    assert offence.startswith(f"{name}: expected no ")
    assert f"git rm --cached {name}" in offence


@pytest.mark.parametrize(
    "name", ["data/reference/portfolio.yaml", "tests/unit/fixtures/weather.parquet"]
)
def test_reference_data_and_fixtures_may_be_tracked(plant: Plant, find: Find, name: str) -> None:
    plant(name, "assets: []\n")
    assert find("generated") == []


@pytest.mark.parametrize(
    "line",
    [
        "penstock @ https" + "://example.org/penstock.whl",
        "--extra-index-url somewhere",
        "-i somewhere",
        "--find-links wheels",
        "dlt @ git+ssh" + "://example.org/dlt",
    ],
)
def test_an_address_in_the_lock_is_refused(plant: Plant, find: Find, line: str) -> None:
    plant("requirements.lock", f"altair==6.3.0 \\\n    --hash=sha256:00\n{line}\n")
    (offence,) = find("lock")
    assert offence.startswith("requirements.lock:3: expected packages and hashes")


def test_a_long_module_has_to_say_why(plant: Plant, find: Find) -> None:
    plant("src/penstock/long.py", "x = 1\n" * 301)
    plant("src/penstock/reasoned.py", "# long because: one table\n" + "x = 1\n" * 301)
    plant("src/penstock/short.py", "x = 1\n" * 300)
    (offence,) = find("long")
    assert offence.startswith("src/penstock/long.py: expected at most 300 lines, found 301")


def test_the_command_fails_and_names_the_offender(plant: Plant, repository: Path) -> None:
    plant("uv.lock", "")
    script = str(REPOSITORY_ROOT / "tools" / "check_project.py")
    command = [sys.executable, script, "--root", str(repository)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "uv.lock: expected no uv.lock" in done.stdout
