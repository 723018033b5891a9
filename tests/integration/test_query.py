"""Questions are read-only and every mistake is answered, from the warehouse and from files."""

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from penstock.cli import app
from penstock.loading.kept_open import kept_open
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.query import QueryError, query_files, query_warehouse
from support.literal_marts import write_marts
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    settings = settings_for(data_dir)
    write_marts(settings, {"dim_asset": [{"asset_id": "a", "name": "A"}]})
    return settings


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text("x,y\n1,2\n")
    return path


def penstock(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


READING = (
    "select asset_id from dim_asset",
    "from dim_asset;",
    "with one as (select 1 as x) select * from one",
    "values (1)",
    "describe dim_asset",
    "show tables",
    "summarize dim_asset",
    "pragma table_info('dim_asset')",
    "explain select 1",
    "explain analyze select 1",
    "explain (format json) select 1",
)
WRITING = (
    "copy dim_asset to '{outside}'",
    "copy (select 1) to '{outside}' (format parquet)",
    "explain analyze copy (select 1) to '{outside}' (use_tmp_file false)",
    "export database '{outside}'",
    "attach '{outside}'",
    "attach ':memory:' as other",
    "create temp table t as select 1",
    "insert into dim_asset values ('b')",
    "set enable_external_access = true",
    "install httpfs",
    "checkpoint",
    "begin",
    "select 1; select 2",
    "from '{readable}'",
    "select * from read_text('{readable}')",
)


@pytest.mark.parametrize("sql", READING)
def test_what_reads_is_answered(settings: Settings, sql: str) -> None:
    assert query_warehouse(PRODUCT, settings, sql).rows


@pytest.mark.parametrize("sql", WRITING)
def test_what_writes_or_looks_elsewhere_is_refused(
    settings: Settings, tmp_path: Path, plant: Path, sql: str
) -> None:
    outside = tmp_path / "outside"

    with pytest.raises(QueryError):
        query_warehouse(PRODUCT, settings, sql.format(outside=outside, readable=plant))
    assert not outside.exists()


@pytest.mark.parametrize("sql", WRITING)
def test_a_question_to_files_reads_only_them(tmp_path: Path, plant: Path, sql: str) -> None:
    outside, other = tmp_path / "outside", tmp_path / "other.csv"
    other.write_text("z\n1\n")

    with pytest.raises(QueryError):
        query_files([plant], sql.format(outside=outside, readable=other))
    with pytest.raises(QueryError):
        query_files([plant], sql.format(outside=plant, readable=other))
    assert not outside.exists()
    assert plant.read_text() == "x,y\n1,2\n"


def test_several_files_are_joined_by_their_names(tmp_path: Path, plant: Path) -> None:
    pl.DataFrame({"x": [1], "z": [5]}).write_parquet(tmp_path / "o'hara [1].parquet")
    (tmp_path / "notes.json").write_text('[{"x": 1, "note": "good"}]')
    found = query_files(
        [plant, tmp_path / "o'hara [1].parquet", tmp_path / "notes.json"],
        'select plant.y, z, note from plant join "o\'hara [1]" using (x) join notes using (x)',
    )

    assert found.rows == [(2, 5, "good")]


@pytest.mark.parametrize("sql", ["", "   ", "/* nothing */", ";"])
def test_an_empty_question_is_told_what_is_allowed(settings: Settings, sql: str) -> None:
    result = penstock("query", "renewable", sql, "--working")

    assert result.exit_code == 1
    assert "expected one statement that reads" in " ".join(result.output.split())


@pytest.mark.parametrize("suffix", ["parquet", "csv", "json", "csv.gz"])
def test_an_unreadable_file_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(b"\xff\xfe\x00{[,\x80" * 9)
    result = penstock("query", "--file", str(path), "from broken")

    assert result.exit_code == 1
    assert str(path) in result.output.replace("\n", "")


def test_two_files_of_one_stem_are_refused(tmp_path: Path, plant: Path) -> None:
    (tmp_path / "more").mkdir()
    other = tmp_path / "more" / "Plant.csv"
    other.write_text("x\n1\n")

    with pytest.raises(QueryError, match=r"Plant\.csv: would be called Plant, as .*plant\.csv is"):
        query_files([plant, other], "from plant")


def test_json_has_no_infinity(plant: Path) -> None:
    sql = (
        "select 'inf'::double as a, 'nan'::float as b, [1.5, '-inf'::double] as c,"
        " {'d': 'nan'::double} as d, date '2026-01-01' as e, 1.25::decimal(4, 2) as f, null as g"
    )
    result = penstock("query", "--file", str(plant), sql, "--format", "json")

    def refuse(text: str) -> None:
        raise AssertionError(text)

    assert json.loads(result.output, parse_constant=refuse) == [
        {
            "a": None,
            "b": None,
            "c": [1.5, None],
            "d": {"d": None},
            "e": "2026-01-01",
            "f": 1.25,
            "g": None,
        }
    ]


def test_a_warehouse_that_is_none_is_named(settings: Settings) -> None:
    PRODUCT.warehouse(settings).write_bytes(b"no database" * 500)

    with pytest.raises(QueryError, match="expected a DuckDB file"):
        query_warehouse(PRODUCT, settings, "select 1")
    with (
        kept_open(PRODUCT.warehouse(settings)),
        pytest.raises(QueryError, match="expected a DuckDB file"),
    ):
        query_warehouse(PRODUCT, settings, "select 1")


def test_a_warehouse_that_somebody_has_open_is_named_and_not_waited_for(
    settings: Settings,
) -> None:
    holding = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(PRODUCT.warehouse(settings))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        for is_ours in (False, True):
            block = kept_open(PRODUCT.warehouse(settings)) if is_ours else nullcontext()
            impatient = settings.model_copy(update={"lock_wait_seconds": 0 if is_ours else 600})
            with (
                block,
                pytest.raises(QueryError, match=r"renewable\.duckdb is being .*lock on file"),
            ):
                query_warehouse(PRODUCT, impatient, "select 1")
        other.communicate(b"\n")


def test_a_question_leaves_the_file_to_its_writer(settings: Settings) -> None:
    query_warehouse(PRODUCT, settings, "from dim_asset")

    duckdb.connect(str(PRODUCT.warehouse(settings))).close()
