"""The marts as documents: exact types, every column described, the names that users query."""

import re
import shutil
from ast import literal_eval
from pathlib import Path

import duckdb
import pytest
import yaml

from penstock.loading.load import load
from penstock.products.renewable.charts import RATING_FLOORS
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.warehouses import tables
from support.worlds import settings_for, ship_days

pytestmark = pytest.mark.integration

PROMISED = {
    "mart_asset_performance_daily": (
        "asset_id, performance_date, technology, gross_generation_mwh, net_generation_mwh, "
        "curtailment_mwh, reported_availability_loss_mwh, capacity_factor, "
        "calendar_capacity_factor, availability_pct, completeness_frac, expected_slots, "
        "valid_slots, day_status"
    ),
    "mart_weather_adjusted_performance": (
        "asset_id, performance_date, potential_mwh, performance_index, performance_score_1d, "
        "performance_score_7d, performance_score_30d, rating_30d, correlation_7d, correlation_30d, "
        "method, train_from, train_to, z_score, sigma_pi, baseline_index, anomaly_flag, "
        "anomaly_type"
    ),
    "mart_loss_waterfall_daily": (
        "asset_id, performance_date, potential_mwh, availability_loss_mwh, curtailment_loss_mwh, "
        "performance_loss_mwh, electrical_loss_mwh, net_generation_mwh, data_gap_mwh"
    ),
    "mart_loss_waterfall_monthly": "asset_id, performance_month, step_order, step, mwh",
    "mart_data_quality_daily": (
        "asset_id, performance_date, source, expected_slots, received_slots, valid_slots, "
        "late_rows, corrected_rows, freshness_h"
    ),
    "mart_monthly_kpis": "asset_id, performance_month",
    "mart_fleet_summary": "tenant_id, portfolio, technology",
    "mart_anomaly_episodes": (
        "episode_id, asset_id, anomaly_type, started_on, ended_on, estimated_loss_mwh"
    ),
    "dim_asset": "asset_sk, asset_id, valid_from, valid_to, is_current",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_for(tmp_path_factory.mktemp("marts"))
    ship_days(settings, days=3)
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    return settings


@pytest.fixture(scope="module")
def connection(world: Settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(PRODUCT.warehouse(world)), read_only=True)


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(
        "select column_name, data_type from information_schema.columns where table_name = ?",
        [table],
    ).fetchall()
    return dict(rows)


def documented_columns(table: str) -> list[str]:
    (path,) = PRODUCT.dbt_project.glob(f"models/*/{table}.yml")
    model = yaml.safe_load(path.read_text())["models"][0]
    return [column["name"] for column in model["columns"]]


def built_models(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema in ('staging', 'intermediate', 'marts')"
    ).fetchall()
    return sorted(row[0] for row in rows)


def test_the_declared_marts_are_the_built_ones(connection: duckdb.DuckDBPyConnection) -> None:
    assert set(tables(connection, "renewable", "marts")) == set(PRODUCT.marts)


def test_no_published_column_is_a_double(connection: duckdb.DuckDBPyConnection) -> None:
    offenders = {
        f"{table}.{column}": kind
        for table in PRODUCT.marts
        for column, kind in columns_of(connection, table).items()
        if kind in ("DOUBLE", "FLOAT", "HUGEINT")
    }
    assert offenders == {}


def test_every_built_column_is_documented_and_the_other_way_round(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert built_models(connection)
    for table in built_models(connection):
        assert list(columns_of(connection, table)) == documented_columns(table), table


@pytest.mark.parametrize("table", PROMISED)
def test_the_promised_names_exist(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    promised = PROMISED[table].split(", ")

    assert [name for name in promised if name not in columns_of(connection, table)] == []


def test_ranges_of_contracts_and_of_sql_are_the_same() -> None:
    text = (PRODUCT.dbt_project / "macros" / "constants.sql").read_text()
    found = re.search(r"set ranges = (\{.*?\})", text, flags=re.DOTALL)
    assert found is not None
    ranges = literal_eval(found[1])
    renamed = {"ghi": "ghi_wm2", "relative_humidity": "relative_humidity_pct"}
    declared = {
        renamed.get(column.name, column.name): (column.minimum, column.maximum)
        for contract in (WEATHER, GENERATION)
        for column in contract.columns
        if column.minimum is not None and column.maximum is not None
    }

    assert {name: ranges[name] for name in ranges} == {name: declared[name] for name in ranges}


def test_the_report_colours_by_the_ratings_of_the_marts() -> None:
    text = (PRODUCT.dbt_project / "macros" / "energy.sql").read_text()
    macro = text[text.index("macro rating(") :].split("endmacro")[0]

    assert tuple(int(floor) for floor in re.findall(r">= (\d+) then", macro)) == RATING_FLOORS


def test_no_model_reads_a_clock() -> None:
    clocks = re.compile(
        r"\b(now\(\)|current_date|current_timestamp|get_current_timestamp|today\(\))"
    )
    offenders = [
        str(path)
        for folder in (PRODUCT.dbt_project, PRODUCT.dbt_project.parent / "shared_dbt")
        for path in Path(folder).rglob("*.sql")
        if "dbt_packages" not in path.parts
        and "target" not in path.parts
        and clocks.search(re.sub(r"\{#.*?#\}|--[^\n]*", "", path.read_text(), flags=re.DOTALL))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("fct_generation_weather_interval", "net_generation_mwh + 1 as net_generation_mwh"),
        ("fct_generation_weather_interval", "-1 as expected_mwh"),
        ("mart_weather_adjusted_performance", "performance_date as train_to"),
        ("mart_weather_adjusted_performance", "101 as performance_score_1d"),
        ("mart_asset_performance_daily", "'unknown' as day_status"),
        ("mart_monthly_kpis", "'F' as rating"),
        ("mart_fleet_summary", "n_assets + 1 as n_rated"),
        ("mart_loss_waterfall_daily", "net_generation_mwh + 1 as net_generation_mwh"),
        ("mart_data_quality_daily", "expected_slots + 1 as received_slots"),
    ],
)
def test_a_row_that_breaks_a_promise_never_gets_in(
    world: Settings, tmp_path: Path, table: str, change: str
) -> None:
    """The rules of a row are constraints: DuckDB refuses what breaks one, and names the rule."""
    with duckdb.connect(shutil.copy(PRODUCT.warehouse(world), tmp_path)) as own:
        whole = own.execute(f"insert into marts.{table} select * from marts.{table}").fetchall()
        with pytest.raises(duckdb.ConstraintException, match=f"CHECK.*{table}"):
            own.execute(f"insert into marts.{table} select * replace ({change}) from marts.{table}")
    assert whole[0][0] > 0


def data_test(settings: Settings, name: str) -> str:
    """The SQL of a data test as dbt compiled it for the whole tables."""
    compiled = PRODUCT.engine_dir(settings) / "dbt" / "target" / "compiled"
    (path,) = compiled.glob(f"{PRODUCT.name}/tests/{name}.sql")
    return path.read_text(encoding="utf-8")


def test_an_empty_mart_is_found(world: Settings, tmp_path: Path) -> None:
    may_be_empty = {"ground_truth_events", "mart_power_curve", "mart_degradation"} | {
        one for one in PRODUCT.marts if one.startswith(("mart_anomaly", "mart_detection"))
    }
    found: set[str] = set()

    with duckdb.connect(shutil.copy(PRODUCT.warehouse(world), tmp_path)) as own:
        assert own.execute(data_test(world, "marts_have_rows")).fetchall() == []
        for mart in PRODUCT.marts:
            own.execute(f"delete from marts.{mart}")
            found = {row[0] for row in own.execute(data_test(world, "marts_have_rows")).fetchall()}
    assert found == set(PRODUCT.marts) - may_be_empty


def test_energy_that_is_not_what_was_delivered_is_found(world: Settings, tmp_path: Path) -> None:
    mart = "marts.mart_asset_performance_daily"
    sql = data_test(world, "net_equals_latest_raw")

    with duckdb.connect(shutil.copy(PRODUCT.warehouse(world), tmp_path)) as own:
        assert own.execute(sql).fetchall() == []
        (day,) = own.execute(f"select asset_id, performance_date from {mart} limit 1").fetchall()
        own.execute(
            f"update {mart} set net_generation_mwh = net_generation_mwh + 0.000000001"
            f" where (asset_id, performance_date) = ({day[0]!r}, date '{day[1]}')"
        )
        assert [row[:2] for row in own.execute(sql).fetchall()] == [day]
        own.execute(f"delete from {mart}")
        assert len(own.execute(sql).fetchall()) > 1
