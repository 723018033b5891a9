"""Working with the quarantine: looked at, replayed, discarded; nothing lost, nothing twice."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from penstock.cli import app
from penstock.landing.quarantine import read_refused
from penstock.ledger import Ledger, QuarantineCount
from penstock.loading.load import load
from penstock.products.renewable.contracts import ASSETS, WEATHER, assets_frame
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land
from penstock.settings import Settings
from support.mappings import HEADER, mapping_document
from support.warehouses import RUN_COLUMNS, differing_rows, row_count
from support.worlds import WIND, renamed, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration

STRANGER = renamed(WIND, "wind_z")
ORIGIN = "weather/weather_2025-03-01.test.parquet"
BROKEN = "weather/weather_2025-03-02.parquet"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A loaded world with a stranger's 24 rows in quarantine, and a file that is none."""
    settings = settings_for(tmp_path_factory.mktemp("loaded") / "data")
    ship_assets(settings)
    ship(settings, WEATHER, pl.concat([weather(), weather(assets=[STRANGER])]))
    (PRODUCT.raw_dir(settings) / BROKEN).write_bytes(b"PAR1")
    load(PRODUCT, settings)
    return settings


@pytest.fixture
def settings(loaded: Settings, data_dir: Path) -> Settings:
    """A copy of the loaded world, to be changed."""
    shutil.copytree(loaded.data_dir, data_dir, dirs_exist_ok=True)
    return settings_for(data_dir)


def penstock(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def told(result: Result) -> str:
    return " ".join(result.output.split())


def quarantine(settings: Settings) -> list[QuarantineCount]:
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        return ledger.quarantine()


def test_status_and_list_say_what_is_open(settings: Settings) -> None:
    assert "quarantine: 24 rows open, 0 discarded" in told(penstock("status"))
    assert ORIGIN in told(penstock("quarantine", "list"))
    assert "wind_z" in told(penstock("quarantine", "show", ORIGIN))


def test_discarded_rows_are_kept_and_no_longer_open(settings: Settings) -> None:
    assert penstock("quarantine", "discard", ORIGIN).exit_code == 0

    assert "quarantine: 0 rows open, 24 discarded" in told(penstock("status"))
    assert "penstock quarantine list" not in told(penstock("status"))
    assert read_refused(settings.quarantine_dir, ORIGIN).height == 24
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        (account,) = [one for one in ledger.deliveries() if one.delivery_id == ORIGIN]
    assert account.rows_read == account.rows_accepted + account.rows_quarantined


def test_a_discarded_row_that_is_refused_again_stays_discarded_and_a_new_one_is_open(
    settings: Settings,
) -> None:
    penstock("quarantine", "discard", ORIGIN, "--reason", "unknown_asset")
    off_the_grid = weather().head(1).with_columns(timestamp=datetime(2025, 3, 1, 0, 10))
    rows = pl.concat([weather(), weather(assets=[STRANGER]), off_the_grid])
    rows.write_parquet(PRODUCT.raw_dir(settings) / ORIGIN)
    load(PRODUCT, settings)

    found = {one.reason: (one.open_rows, one.discarded) for one in quarantine(settings)}
    assert found == {"unknown_asset": (0, 24), "off_the_grid": (1, 0), "rejected_file": (0, 0)}


def test_replay_takes_rows_in_whose_asset_is_known_now(settings: Settings, tmp_path: Path) -> None:
    ship(settings, ASSETS, assets_frame([STRANGER]), source="late")
    result = penstock("quarantine", "replay")

    assert "24 rows were open, 0 are" in told(result)
    assert [one.reason for one in quarantine(settings)] == ["rejected_file"]
    assert row_count(PRODUCT.warehouse(settings), "weather") == 72
    fresh = settings_for(tmp_path / "fresh")
    shutil.copytree(settings.raw_dir, fresh.raw_dir)
    load(PRODUCT, fresh)
    one, other = PRODUCT.warehouse(settings), PRODUCT.warehouse(fresh)
    assert differing_rows(one, other, layers=("raw",), leaving_out=RUN_COLUMNS) == []


def test_a_lost_ledger_knows_the_quarantine_again(settings: Settings) -> None:
    penstock("quarantine", "discard", ORIGIN)
    before = quarantine(settings)
    for path in settings.warehouse_dir.glob("renewable.ledger.sqlite*"):
        path.unlink()
    load(PRODUCT, settings)

    found = quarantine(settings)
    assert [(one.origin, one.reason, one.open_rows, one.discarded) for one in found] == [
        (one.origin, one.reason, one.open_rows, one.discarded) for one in before
    ]
    assert {one.discarded for one in found} == {0, 24}


def test_replaying_what_is_still_wrong_changes_nothing(settings: Settings) -> None:
    before = quarantine(settings)
    result = penstock("quarantine", "replay", ORIGIN)

    assert "24 rows were open, 24 are" in told(result)
    assert quarantine(settings) == before
    assert row_count(PRODUCT.warehouse(settings), "weather") == 48


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("replay", "weather/none.parquet"), "nothing of it is quarantined; quarantined are"),
        (("discard", ORIGIN, "--reason", "not_finite"), "expected one of unknown_asset"),
    ],
)
def test_an_origin_or_reason_that_is_not_there_is_named(
    settings: Settings, arguments: tuple[str, ...], message: str
) -> None:
    result = penstock("quarantine", *arguments)

    assert result.exit_code == 1
    assert message in told(result)


def test_a_file_that_is_gone_cannot_be_replayed(settings: Settings) -> None:
    (PRODUCT.raw_dir(settings) / ORIGIN).unlink()
    result = penstock("quarantine", "replay")

    assert result.exit_code == 1
    assert f"penstock retract {ORIGIN}" in told(result)


def test_a_rejected_file_is_retracted_not_discarded(settings: Settings) -> None:
    result = penstock("quarantine", "discard", BROKEN)

    assert result.exit_code == 1
    assert f"penstock retract {BROKEN}" in told(result)


def export(folder: Path, name: str = "export.csv") -> Path:
    """Two days of two turbines; the mapping knows the first only, and one number is in words."""
    path = folder / name
    stamps = [f"2025-03-0{day} 00:{minute}0:00" for day in (1, 2) for minute in range(6)]
    rows = [f"{turbine},{one},600,5" for turbine in ("T1", "T2") for one in stamps]
    path.write_text(HEADER + "\n".join(rows) + "\nT1,2025-03-03 00:00:00,many,5\n")
    return path


def write_mapping(path: Path, *turbines: str) -> Path:
    document = mapping_document()
    (first,) = document["assets"]
    document["assets"] = [{**first, "asset_id": one.lower(), "name": one} for one in turbines]
    document["inputs"]["scada"]["entity"]["values"] = {one: one.lower() for one in turbines}
    path.write_text(yaml.safe_dump(document))
    return path


def generation(settings: Settings) -> pl.DataFrame:
    """What landing brought, but for the names of files and the time of landing."""
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        return connection.execute(
            "select * exclude (_delivery_id, _delivered_at, _dlt_load_id) from raw.generation"
            " order by all"
        ).pl()


def test_rows_are_mapped_again_without_their_file_once_the_mapping_is_mended(
    data_dir: Path, tmp_path: Path
) -> None:
    settings, straight = settings_for(data_dir), settings_for(tmp_path / "straight")
    file = export(tmp_path)
    mapping = write_mapping(tmp_path / "mapping.yaml", "T1")
    land(PRODUCT, settings, mapping_file=mapping, inputs=[file], progress=lambda _: None)
    load(PRODUCT, settings)
    write_mapping(mapping, "T1", "T2")
    land(PRODUCT, straight, mapping_file=mapping, inputs=[file], progress=lambda _: None)
    load(PRODUCT, straight)
    file.unlink()

    result = penstock("quarantine", "replay", "--mapping", str(mapping))
    again = penstock("quarantine", "replay", "--mapping", str(mapping))

    assert "13 rows were open, 1 are" in told(result)
    assert "1 rows were open, 1 are" in told(again)
    assert generation(settings).height == 24
    assert generation(settings).equals(generation(straight))
    assert [one.reason for one in quarantine(settings)] == ["not_a_number"]


def test_a_table_that_joins_other_files_keeps_no_other_from_being_replayed(
    data_dir: Path, tmp_path: Path
) -> None:
    settings = settings_for(data_dir)
    file, air = export(tmp_path), tmp_path / "air.csv"
    air.write_text("stamp,pressure\n2025-03-01 00:00:00,98000\n")
    mapping = tmp_path / "mapping.yaml"

    def mended(*turbines: str) -> None:
        document = yaml.safe_load(write_mapping(mapping, *turbines).read_text())
        document["inputs"]["air"] = {
            "recognised_by": ["stamp", "pressure"],
            "time": {"column": "stamp", "zone": "UTC"},
        }
        pressure = {"input": "air", "column": "pressure", "unit": "Pa"}
        document["tables"]["weather"] = {"input": "scada", "columns": {"pressure_hpa": pressure}}
        mapping.write_text(yaml.safe_dump(document))

    mended("T1")
    land(PRODUCT, settings, mapping_file=mapping, inputs=[file, air], progress=lambda _: None)
    load(PRODUCT, settings)
    mended("T1", "T2")
    (weather_origin,) = {one.origin for one in quarantine(settings) if "/weather/" in one.origin}
    result = penstock("quarantine", "replay", "--mapping", str(mapping))
    named = penstock("quarantine", "replay", "--mapping", str(mapping), weather_origin)

    assert result.exit_code == 0
    assert generation(settings).height == 24
    assert [one.row_count for one in quarantine(settings) if one.origin == weather_origin] == [12]
    assert named.exit_code == 1
    assert "table weather joins air, whose values are in files of their own" in told(named)


def test_replay_names_a_mapping_that_refused_nothing(settings: Settings, tmp_path: Path) -> None:
    result = penstock("quarantine", "replay", "--mapping", str(write_mapping(tmp_path / "m", "T1")))

    assert result.exit_code == 1
    assert "mapping farm refused nothing of that" in told(result)
