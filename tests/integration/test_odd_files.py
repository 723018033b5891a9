"""Odd files, odd places, odd neighbours: named with a remedy, and everything else goes on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from penstock import terminal
from penstock.cli import app
from penstock.landing.inputs import RefusedFile
from penstock.loading.load import load
from penstock.loading.warehouse import WarehouseError, open_warehouse
from penstock.locking import WriterBusyError, writer_lock
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from penstock.transforming.dev_sync import dev_sync
from penstock.transforming.docs import write_docs
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.worlds import (
    FIRST_DAY,
    WIND,
    generation,
    settings_for,
    ship,
    ship_assets,
    ship_days,
    weather,
)

pytestmark = pytest.mark.integration

READER = """
import sys, duckdb
held = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


@contextmanager
def held_open(path: Path, mode: str) -> Iterator[None]:
    """Another process that has a DuckDB file open."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(path), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate("")


def penstock(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def told(result: Result) -> str:
    """What was printed, the lines of a table's wrapped cells put together."""
    return " ".join(result.output.replace("│", " ").split())


def test_a_loaded_file_that_was_deleted_is_named(settings: Settings) -> None:
    ship_days(settings, days=2)
    load(PRODUCT, settings)
    assert "gone from raw" not in told(penstock("status"))
    (PRODUCT.raw_dir(settings) / "weather" / "weather_2025-03-02.test.parquet").unlink()

    shown = told(penstock("status"))
    assert "1 loaded files are gone from raw: retract them or put them back" in shown
    assert "weather/weather_2025-03-02.test.parquet" in shown


@pytest.mark.parametrize("table", ["generation", "weather"])
def test_one_table_alone_builds_every_mart(settings: Settings, table: str) -> None:
    ship_assets(settings)
    if table == "generation":
        ship(settings, GENERATION, generation(days=3))
    else:
        ship(settings, WEATHER, weather(days=3))
    load(PRODUCT, settings)
    report = transform(PRODUCT, settings)

    warned = [one.name for one in report.results if one.status == "warn"]
    assert len(warned) == 1
    assert ("weather" if table == "generation" else "generation") in warned[0]
    found = query_warehouse(
        PRODUCT,
        settings,
        "select count(*), count(expected_available_uncurtailed_mwh), sum(daily.net_generation_mwh)"
        " from mart_weather_adjusted_performance"
        " join mart_asset_performance_daily as daily using (asset_id, performance_date)",
    ).rows
    ((rows, expected, measured),) = found
    assert rows == 2 * 3
    if table == "generation":
        assert expected == 0
        assert measured > 0
    else:
        assert measured is None


def test_a_corrected_start_leaves_one_version(settings: Settings) -> None:
    ship_days(settings, days=2)
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    moved = WIND.model_copy(update={"commissioning_date": FIRST_DAY, "valid_from": FIRST_DAY})
    ship(settings, ASSETS, assets_frame([moved]), delivered_at=datetime(2025, 5, 1))
    load(PRODUCT, settings)
    report = transform(PRODUCT, settings)

    assert [one.name for one in report.results if one.status == "warn"] == []
    versions = query_warehouse(
        PRODUCT,
        settings,
        "select asset_id, valid_from, is_current from dim_asset order by asset_id",
    ).rows
    assert [(one[0], str(one[1]), one[2]) for one in versions] == [
        ("solar_a", "2020-01-01", True),
        ("wind_a", str(FIRST_DAY), True),
    ]


def test_a_writer_waits_for_a_reader_and_then_names_it(settings: Settings) -> None:
    ship_days(settings, days=1)
    load(PRODUCT, settings)
    warehouse = PRODUCT.warehouse(settings)
    with held_open(warehouse, "read"), pytest.raises(WriterBusyError, match="lock on file"):
        open_warehouse(warehouse, wait_seconds=0.3)
    open_warehouse(warehouse, wait_seconds=0).close()


def test_a_reader_that_goes_in_time_is_no_error(settings: Settings, tmp_path: Path) -> None:
    warehouse = tmp_path / "one.duckdb"
    duckdb.connect(str(warehouse)).close()
    program = READER.replace("sys.stdin.read()", "import time; time.sleep(1)")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(warehouse), "read"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        open_warehouse(warehouse, wait_seconds=20).close()


def test_a_warehouse_that_is_none_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "no.duckdb"
    path.write_bytes(b"no database" * 500)

    with pytest.raises(WarehouseError, match=r"no\.duckdb: cannot be opened"):
        open_warehouse(path)


def test_copy_and_docs_name_who_has_the_file_open(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_LOCK_WAIT_SECONDS", "0.2")
    settings = Settings()
    ship_days(settings, days=1)
    load(PRODUCT, settings)
    dev_sync(PRODUCT, settings)
    with held_open(PRODUCT.dev_warehouse(settings), "read"), pytest.raises(WriterBusyError):
        dev_sync(PRODUCT, settings)
    with held_open(PRODUCT.warehouse(settings), "write"), pytest.raises(WriterBusyError):
        dev_sync(PRODUCT, settings)
    with held_open(PRODUCT.warehouse(settings), "read"), pytest.raises(WriterBusyError):
        write_docs(PRODUCT, settings)
    with (
        writer_lock(PRODUCT.lock(settings), holder="load", wait_seconds=0),
        pytest.raises(WriterBusyError, match="load, since"),
    ):
        write_docs(PRODUCT, settings)


@pytest.mark.parametrize("command", [("status",), ("load", "renewable"), ("run", "renewable")])
def test_a_data_directory_that_is_a_file_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    place = data_dir / "file"
    place.write_text("")
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(place))
    result = penstock(*command)

    assert result.exit_code == 1
    assert f"{place}" in told(result)
    assert "set PENSTOCK_DATA_DIR" in told(result)


def test_a_ledger_that_cannot_be_opened_is_named(settings: Settings) -> None:
    PRODUCT.ledger(settings).mkdir(parents=True)
    result = penstock("status")

    assert result.exit_code == 1
    assert str(settings.warehouse_dir) in told(result)
    assert "penstock doctor" in told(result)


def test_a_preview_warns_of_every_file_it_would_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_preview([], [RefusedFile(Path("notes.txt"), "notes.txt: is no input")])

    assert "warning: notes.txt: is no input" in capsys.readouterr().err


def test_doctor_says_mend_when_a_directory_is_a_file(settings: Settings) -> None:
    settings.raw_dir.write_text("")
    result = penstock("doctor")

    assert result.exit_code == 1
    assert "is a file; move it away" in told(result)
    assert "MEND" in result.output


def test_a_wrong_variable_is_an_answer_not_a_traceback(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_RENEWABLE_SOURCE", "real")
    result = penstock("status")

    assert result.exit_code == 1
    assert "PENSTOCK_RENEWABLE_SOURCE=real: Input should be 'mock' or 'files'" in told(result)
