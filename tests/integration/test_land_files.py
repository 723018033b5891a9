"""Landing a wind farm's export through its mapping: years, repeats, the hour that comes twice.

The files have the shape of La Haute Borne's export, their values are made up.
"""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from penstock.landing.land_files import LandingReport
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land
from penstock.settings import REPOSITORY_ROOT, Settings
from support.worlds import settings_for

pytestmark = pytest.mark.integration

MAPPING = REPOSITORY_ROOT / "data" / "reference" / "mappings" / "la_haute_borne_turbines.yaml"
HEADER = "Wind_turbine_name,Date_time,Ba_avg,P_avg,Ws_avg,Va_avg,Ot_avg,Ya_avg,Wa_avg"


def scada_line(stamp: str, power: float, turbine: str = "R80711") -> str:
    return f"{turbine},{stamp},-1,{power},7.1,0.6,4.7,181,182"


def write_scada(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def year_around(path: Path, first: datetime, hours: int) -> Path:
    """Ten-minute rows from a local midnight (+01:00) on."""
    stamps = [first + timedelta(minutes=10 * n) for n in range(6 * hours)]
    lines = [scada_line(f"{t:%Y-%m-%dT%H:%M:%S}+01:00", 100.0 + t.hour) for t in stamps]
    return write_scada(path, lines)


@pytest.fixture
def era5(tmp_path: Path) -> Path:
    path = tmp_path / "era5.csv"
    path.write_text("datetime,t_2m,surf_pres\n2014-01-01 00:00:00,278.4,97336.7\n")
    return path


def land_now(settings: Settings, *files: Path) -> LandingReport:
    return land(
        PRODUCT, settings, mapping_file=MAPPING, inputs=list(files), progress=lambda _: None
    )


def loaded(settings: Settings, table: str = "generation") -> pl.DataFrame:
    load(PRODUCT, settings)
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        return connection.execute(
            f"select timestamp, asset_id, * exclude (timestamp, asset_id, _delivery_id,"
            f" _delivered_at, _dlt_load_id) from raw.{table} order by all"
        ).pl()


def test_years_landed_one_by_one_are_the_years_landed_together(tmp_path: Path, era5: Path) -> None:
    # The export cuts at local midnight: the first hour of 2015 belongs to the last UTC day of 2014.
    old = year_around(tmp_path / "scada_2014.csv", datetime(2014, 12, 31), 24)
    new = year_around(tmp_path / "scada_2015.csv", datetime(2015, 1, 1), 24)
    one_by_one = settings_for(tmp_path / "one_by_one")
    together = settings_for(tmp_path / "together")
    land_now(one_by_one, old, era5)
    land_now(one_by_one, new, era5)
    land_now(together, old, new, era5)

    assert loaded(one_by_one).equals(loaded(together))
    assert loaded(one_by_one).height == 2 * 24 * 6


def test_an_old_year_landed_again_after_the_new_one_changes_nothing(
    tmp_path: Path, era5: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    old = year_around(tmp_path / "scada_2014.csv", datetime(2014, 12, 31), 24)
    new = year_around(tmp_path / "scada_2015.csv", datetime(2015, 1, 1), 24)
    land_now(settings, old, era5)
    land_now(settings, new, era5)
    again = land_now(settings, old, era5)

    assert again.deliveries == ()
    assert all(account.days_unchanged == 2 for account in again.accounts)


def test_the_hour_that_comes_twice_keeps_its_first_values(tmp_path: Path, era5: Path) -> None:
    settings = settings_for(tmp_path / "data")
    lines = [
        scada_line("2014-03-30T01:50:00+01:00", 1.0),
        scada_line("2014-03-30T03:00:00+02:00", 600.0),
        scada_line("2014-03-30T02:00:00+01:00", 1200.0),  # the same instant, another value
        scada_line("2014-03-30T03:10:00+02:00", 3.0),
    ]
    land_now(settings, write_scada(tmp_path / "scada.csv", lines), era5)
    rows = loaded(settings)

    kept = rows.filter(pl.col("timestamp") == datetime(2014, 3, 30, 1))
    assert kept["gross_generation_mwh"].to_list() == pytest.approx([0.1])
    assert kept["_has_conflict"].item() is True
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        reasons = {one.origin.split("/")[0]: one.reason for one in ledger.quarantine()}
    # the two rows differ in power; their weather is the same twice
    assert reasons == {"generation": "duplicate_kept_first", "weather": "duplicate_identical"}


def test_a_folder_is_searched_and_strangers_in_it_are_left_alone(
    tmp_path: Path, era5: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    year_around(tmp_path / "scada_2014.csv", datetime(2014, 1, 1), 2)
    (tmp_path / "asset_table.csv").write_text("Wind_turbine_name,Rated_power\nR80711,2050\n")
    report = land_now(settings, tmp_path)

    assert [account.rows_delivered for account in report.accounts] == [12, 12]
    assert [refused.path.name for refused in report.rejected] == ["asset_table.csv"]
    assert (tmp_path / "asset_table.csv").exists()
    assert era5.exists()


def test_the_pipeline_module_loads_by_itself(data_dir: Path, tmp_path: Path, era5: Path) -> None:
    settings = settings_for(data_dir)
    land_now(settings, year_around(tmp_path / "scada.csv", datetime(2014, 1, 1), 1), era5)
    ran = subprocess.run(
        [sys.executable, "-m", "penstock.loading.dlt_pipeline", "renewable"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert "16 rows read = 16 accepted + 0 quarantined" in ran.stderr
