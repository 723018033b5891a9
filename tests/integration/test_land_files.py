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

from penstock.landing.files import sha256_of
from penstock.landing.land_files import LandingReport
from penstock.landing.quarantine import read_refused
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land
from penstock.settings import REPOSITORY_ROOT, Settings
from support.worlds import settings_for

pytestmark = pytest.mark.integration

MAPPINGS = REPOSITORY_ROOT / "data" / "reference" / "mappings"
TURBINES = MAPPINGS / "la_haute_borne_turbines.yaml"  # keep_first
PLANT = MAPPINGS / "la_haute_borne_plant.yaml"  # keep_last
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


def land_now(settings: Settings, *files: Path, mapping: Path = TURBINES) -> LandingReport:
    return land(
        PRODUCT, settings, mapping_file=mapping, inputs=list(files), progress=lambda _: None
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


def half_day(path: Path, power: float) -> Path:
    """Half a day of which every row has another value in every file."""
    stamps = [datetime(2014, 1, 2) + timedelta(minutes=10 * n) for n in range(72)]
    lines = [scada_line(f"{t:%Y-%m-%dT%H:%M:%S}+00:00", power) for t in stamps]
    return write_scada(path, lines)


def metered_half_day(path: Path, energy: float) -> Path:
    stamps = [datetime(2014, 1, 2) + timedelta(minutes=10 * n) for n in range(72)]
    lines = [f"{t:%Y-%m-%dT%H:%M:%S}+00:00,{energy},0,0" for t in stamps]
    header = "time_utc,net_energy_kwh,availability_kwh,curtailment_kwh"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def latest(settings: Settings, column: str) -> list[float]:
    """The column as of the latest delivery of each key; no two deliveries at the same time."""
    load(PRODUCT, settings)
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        rows = connection.execute(
            f"select arg_max({column}, _delivered_at), count(*) = count(distinct _delivered_at)"
            " from raw.generation group by asset_id, timestamp"
        ).fetchall()
    assert all(distinct for _, distinct in rows)
    return [value for value, _ in rows]


def test_of_overlapping_files_the_last_one_given_wins_as_a_whole(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    files = [metered_half_day(tmp_path / f"{n}.csv", 1000.0 * n) for n in (3, 1, 2)]
    land_now(settings, *files, mapping=PLANT)

    assert latest(settings, "net_generation_mwh") == [2.0] * 72
    assert land_now(settings, *files, mapping=PLANT).deliveries == ()


def test_where_first_rows_are_kept_the_first_file_given_wins_as_a_whole(
    tmp_path: Path, era5: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    files = [half_day(tmp_path / f"{n}.csv", 600.0 * n) for n in (2, 3, 1)]
    report = land_now(settings, *files, era5)

    assert latest(settings, "gross_generation_mwh") == pytest.approx([0.2] * 72)
    accounts = [(account.table, account.file) for account in report.accounts]
    assert accounts[:3] == [("generation", name) for name in ("2.csv", "3.csv", "1.csv")]
    assert land_now(settings, *files, era5).deliveries == ()


def test_refused_rows_of_files_with_one_name_do_not_replace_each_other(
    tmp_path: Path, era5: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    paths = [tmp_path / folder / "scada.csv" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        stamp = "2014-01-02T00:00:00+00:00"
        lines = [scada_line(stamp, 1.0), scada_line(stamp, 1.0, turbine=f"R{path.parent.name}")]
        land_now(settings, write_scada(path, lines), era5)
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        origins = {one.origin for one in ledger.quarantine()}

    assert origins == {
        f"la_haute_borne_turbines/{table}/scada.csv@{sha256_of(path)[:8]}"
        for table in ("generation", "weather")
        for path in paths
    }
    for origin in origins:
        assert read_refused(settings.quarantine_dir, origin).height == 1


def test_a_file_that_breaks_off_is_left_alone_and_the_others_land(
    tmp_path: Path, era5: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    good = half_day(tmp_path / "good.csv", 1.0)
    broken = tmp_path / "broken.csv"
    broken.write_text(good.read_text() + '"R80711')
    report = land_now(settings, broken, good, era5)

    assert [account.rows_delivered for account in report.accounts] == [72, 72]
    assert [refused.path for refused in report.rejected] == [broken]


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


def test_rows_of_a_joined_file_that_cannot_be_read_are_quarantined(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    air = tmp_path / "era5.csv"
    air.write_text(
        "datetime,t_2m,surf_pres\n2014-01-01 00:00:00,278.4,97336.7\nsoon,278.4,97336.7\n"
        "2014-01-01 01:00:00,278.4,a lot\n2014-01-01 02:00:00,278.4,\n"
    )
    scada = year_around(tmp_path / "scada_2014.csv", datetime(2014, 1, 1), 3)
    report = land_now(settings, scada, air)

    assert report.rows_quarantined == 2
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        (origin,) = {one.origin for one in ledger.quarantine()}
    assert origin.startswith("la_haute_borne_turbines/era5/era5.csv@")
    refused = read_refused(settings.quarantine_dir, origin)
    assert refused.select("source_row", "reason", "column_name").rows() == [
        (2, "unreadable_time", "datetime"),
        (3, "not_a_number", "surf_pres"),
    ]
