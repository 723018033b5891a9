"""The command line as a user meets it: accounts, warnings, exit codes, messages that help."""

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from penstock.cli import app
from penstock.ledger import Ledger
from penstock.locking import writer_lock
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import REPOSITORY_ROOT, Settings
from support.worlds import WIND, renamed, settings_for, ship, weather

pytestmark = pytest.mark.integration

SCADA = (
    "Wind_turbine_name,Date_time,Ba_avg,P_avg,Ws_avg,Va_avg,Ot_avg,Ya_avg,Wa_avg\n"
    "R80711,2014-01-01T01:00:00+01:00,-1,642.8,7.1,0.6,4.7,181,182\n"
    "R80711,2014-01-01T01:10:00+01:00,-1,much,7.1,0.6,4.7,181,182\n"
)
ERA5 = "datetime,t_2m,surf_pres\n2014-01-01 00:00:00,278.4,97336.7\n"
MAPPING = REPOSITORY_ROOT / "data" / "reference" / "mappings" / "la_haute_borne_turbines.yaml"


def penstock(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def built_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Data of one `penstock run` that continues a clean mock world: 20 days, all rooms."""
    path = tmp_path_factory.mktemp("cli") / "data"
    before = os.environ.get("PENSTOCK_DATA_DIR")
    os.environ["PENSTOCK_DATA_DIR"] = str(path)
    try:
        first = ("--start", "2026-03-01", "--end", "2026-03-01")
        assert penstock("mock", "renewable", *first, "--clean").exit_code == 0
        result = penstock("run", "renewable", "--start", "2026-03-01", "--end", "2026-03-20")
        assert result.exit_code == 0, result.output
        (path / "run_output.txt").write_text(result.output)
        yield path
    finally:
        os.environ.pop("PENSTOCK_DATA_DIR")
        if before is not None:
            os.environ["PENSTOCK_DATA_DIR"] = before


@pytest.fixture
def built(built_dir: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(built_dir))
    return settings_for(built_dir)


def test_a_run_shows_every_asset_and_writes_the_report(built: Settings) -> None:
    output = (built.data_dir / "run_output.txt").read_text()

    for asset in ("wind_caithness", "solar_mojave"):
        assert asset in output
    for column in ("capacity_factor", "score_30d", "rating", "correlation", "completeness"):
        assert column in output
    report = built.reports_dir / "renewable.html"
    assert str(report) in output.replace("\n", "")
    assert report.stat().st_size > 10_000


def test_state_lies_under_the_data_directory_only(built: Settings) -> None:
    # the tree itself is watched by the session's own check
    assert {path.name for path in built.data_dir.iterdir() if path.is_dir()} <= {
        "raw",
        "warehouse",
        "quarantine",
        "reports",
        "releases",
        "runs",
        "docs",
    }


def test_a_second_run_has_nothing_to_do(built: Settings) -> None:
    result = penstock("run", "renewable", "--start", "2026-03-01", "--end", "2026-03-20")

    assert result.exit_code == 0
    assert "load: nothing new" in result.output
    assert "transform: nothing is stale" in result.output


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_query_resolves_unqualified_names_and_prints_data(built: Settings, form: str) -> None:
    sql = "select asset_id, technology from dim_asset order by asset_id limit 2"
    result = penstock("query", "renewable", sql, "--format", form)

    expected = [
        {"asset_id": "solar_bogan", "technology": "solar"},
        {"asset_id": "solar_guadalquivir", "technology": "solar"},
    ]
    rows = (
        json.loads(result.output)
        if form == "json"
        else list(csv.DictReader(io.StringIO(result.output)))
    )
    assert rows == expected


def test_a_query_cannot_write(built: Settings) -> None:
    result = penstock("query", "renewable", "delete from raw.weather")

    assert result.exit_code == 1
    assert "read-only" in result.output


def test_a_wrong_query_shows_the_databases_own_message(built: Settings) -> None:
    result = penstock("query", "renewable", "select nonsense from dim_asset")

    assert result.exit_code == 1
    assert "nonsense" in result.output
    assert "Traceback" not in result.output


def test_files_can_be_asked_directly(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "plant.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "more.json").write_text('[{"a": 5}]')
    result = penstock(
        *("query", "--file", str(tmp_path / "plant.csv"), str(tmp_path / "more.json")),
        *("select sum(plant.a) + max(more.a) as total from plant, more", "--format", "json"),
    )

    assert json.loads(result.output) == [{"total": 4 + 5}]


def test_status_says_what_is_there_and_what_to_do(built: Settings) -> None:
    result = penstock("status")

    assert result.exit_code == 0
    assert "2026-03-01" in result.output
    assert "2026-03-20" in result.output
    assert "nothing to do" in result.output


def test_status_of_an_empty_directory_tells_how_to_begin(data_dir: Path) -> None:
    assert "next: penstock run renewable" in penstock("status").output


def test_doctor_finds_nothing_wrong(built: Settings) -> None:
    result = penstock("doctor")

    assert result.exit_code == 0
    for found in ("1.5.5", "free", str(built.warehouse_dir)):
        assert found in result.output


def test_a_bad_row_warns_and_fails_only_under_strict(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    ship(settings, WEATHER, weather(assets=[renamed(WIND, "stranger")]))
    lenient = penstock("load", "renewable")

    assert lenient.exit_code == 0
    assert "24 rows quarantined" in lenient.output
    listed = penstock("quarantine", "list").output
    assert "unknown_asset" in listed
    shown = penstock("quarantine", "show", "weather/weather_2025-03-01.test.parquet").output
    assert "land the asset, then load again" in shown
    PRODUCT.warehouse(settings).unlink()
    assert penstock("load", "renewable", "--strict").exit_code == 1


def landed(data_dir: Path, *options: str) -> Result:
    (data_dir / "scada.csv").write_text(SCADA)
    (data_dir / "era5.csv").write_text(ERA5)
    return penstock(
        *("land", "renewable", "--mapping", str(MAPPING), *options),
        *(str(data_dir / "scada.csv"), str(data_dir / "era5.csv")),
    )


def test_a_preview_shows_both_sides_and_writes_nothing(data_dir: Path) -> None:
    result = landed(data_dir, "--check")

    assert result.exit_code == 0, result.output
    assert "R80711" in result.output
    assert "LHB-R80711" in result.output
    assert "not_a_number" in result.output
    assert {path.name for path in data_dir.iterdir()} == {"scada.csv", "era5.csv"}


def test_landing_accounts_for_every_row(data_dir: Path) -> None:
    result = landed(data_dir)

    assert result.exit_code == 0
    assert "1 rows quarantined" in result.output
    with Ledger(PRODUCT.ledger(settings_for(data_dir))) as ledger:
        origins = sorted({one.origin for one in ledger.quarantine()})
    assert [origin.partition("@")[0] for origin in origins] == [
        "la_haute_borne_turbines/generation/scada.csv"
    ]
    shown = penstock("quarantine", "show", origins[0]).output
    assert "not_a_number" in shown
    assert "much" in shown
    assert landed(data_dir, "--strict").exit_code == 1


def test_landing_real_files_makes_mock_data_leave(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    days = ("--start", "2026-03-01", "--end", "2026-03-02")
    assert penstock("mock", "renewable", *days).exit_code == 0
    assert landed(data_dir).exit_code == 0

    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert ledger.sources() == {"la_haute_borne_turbines"}
    assert (settings.quarantine_dir / "retracted" / "weather").exists()
    refused = penstock("mock", "renewable", *days)
    assert refused.exit_code == 1
    assert "mock rows never mix" in refused.output
    assert "nothing was mocked" in penstock("run", "renewable", *days).output


def test_a_retracted_file_leaves_the_marts_with_the_next_run(data_dir: Path) -> None:
    days = ("--start", "2026-03-01", "--end", "2026-03-03")
    assert penstock("run", "renewable", *days).exit_code == 0
    for table in ("weather", "generation"):
        assert penstock("retract", f"{table}/{table}_2026-03-03.parquet").exit_code == 0
    assert penstock("load", "renewable").exit_code == 0
    assert penstock("transform", "renewable").exit_code == 0

    last = penstock(
        *("query", "renewable", "--working", "--format", "csv"),
        "select max(performance_date) from mart_asset_performance_daily",
    )
    assert "2026-03-02" in last.output


def test_a_second_writer_is_told_who_holds_the_warehouse(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_LOCK_WAIT_SECONDS", "0")
    with writer_lock(PRODUCT.lock(settings_for(data_dir)), holder="transform", wait_seconds=0):
        result = penstock("load", "renewable")

    assert result.exit_code == 1
    assert f"process {os.getpid()} (transform" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("query", "renewable", "select 1"), "`penstock release renewable`"),
        (("query", "renewable", "select 1", "--working"), "`penstock run renewable` builds it"),
        (("transform", "renewable"), "nothing of renewable is loaded yet"),
        (("retract", "nothing.parquet"), "expected one landed file"),
        (("query", "select 1"), "expected a product and one SQL text"),
        (("land", "renewable", "--mapping", "none.yaml", "none.csv"), "none.yaml: cannot be read"),
    ],
)
def test_a_failure_is_answered_with_the_remedy(
    data_dir: Path, arguments: tuple[str, ...], told: str
) -> None:
    result = penstock(*arguments)

    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "wind"), "'wind' is no data product; known: marketing, renewable"),
        (("explain", "dim_asset", "wind_a", "name"), "expected the key as column=value"),
        (("releases", "pin", "renewable", "x"), "x: no release of renewable; expected one of"),
    ],
)
def test_a_command_typed_wrong_exits_with_2(
    data_dir: Path, arguments: tuple[str, ...], told: str
) -> None:
    result = penstock(*arguments)

    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output
