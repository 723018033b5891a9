"""Mock and real data never mix, in whatever order they come; two landings never meet."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.sources import real_sources
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land, run
from penstock.settings import Settings
from support.worlds import SITE, WIND, renamed, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration

START, END = date(2025, 3, 1), date(2025, 3, 3)


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


def mock(settings: Settings, start: date = START, end: date = END, **options: Any) -> int:
    return PRODUCT.mock(PRODUCT, settings, start=start, end=end, **options)


def land_unseen(settings: Settings) -> None:
    """Real files landed by a command that died before the ledger knew."""
    ship_assets(settings)
    ship(settings, WEATHER, weather(date(2025, 4, 1)), source="mine")


def landed_for_real(settings: Settings) -> set[str]:
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        return real_sources(PRODUCT, settings, ledger)


def lose_ledger(settings: Settings) -> None:
    for path in settings.warehouse_dir.glob("*.ledger.sqlite*"):
        path.unlink()


def test_mock_data_leave_when_a_load_finds_a_real_landing(settings: Settings) -> None:
    mock(settings)
    load(PRODUCT, settings)
    land_unseen(settings)
    load(PRODUCT, settings)

    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert ledger.sources() == {"mine", "test"}
    retracted = settings.quarantine_dir / "retracted" / "weather"
    assert (retracted / "weather_2025-03-01.parquet").exists()


def test_mock_sees_a_real_landing_that_the_ledger_has_not_seen(settings: Settings) -> None:
    land_unseen(settings)

    with pytest.raises(PenstockError, match="mock rows never mix"):
        mock(settings)


def test_a_file_dropped_by_hand_drives_no_mock_data_out(settings: Settings) -> None:
    mock(settings)
    load(PRODUCT, settings)
    folder = PRODUCT.raw_dir(settings) / "weather"
    (folder / "weather_2025-03-04.parquet").write_bytes(b"PAR1 cut off")
    mocked = pl.read_parquet(folder / "weather_2025-03-03.parquet")
    shifted = mocked.with_columns(pl.col("timestamp") + pl.duration(days=1))
    shifted.write_parquet(folder / "weather_2025-03-04.mine.parquet")
    report = load(PRODUCT, settings)

    assert [one.delivery_id for one in report.rejected] == ["weather/weather_2025-03-04.parquet"]
    assert report.rows_accepted == shifted.height
    assert landed_for_real(settings) == set()
    assert mock(settings) == 0


def test_a_run_after_a_lost_ledger_mocks_nothing_beside_real_data(settings: Settings) -> None:
    ship_assets(settings)
    ship(settings, WEATHER, weather(), source="mine")
    load(PRODUCT, settings)
    lose_ledger(settings)
    report = run(PRODUCT, settings)

    assert report.mocked_files is None
    assert landed_for_real(settings) == {"mine", "test"}


def test_another_world_is_refused_even_after_a_lost_ledger(settings: Settings) -> None:
    mock(settings)
    lose_ledger(settings)

    with pytest.raises(PenstockError, match="another world"):
        mock(settings, seed=8)


def test_a_run_continues_the_world_that_has_landed(settings: Settings) -> None:
    mock(settings, seed=42, is_clean=True)
    report = run(PRODUCT, settings, end=END + timedelta(days=1))

    assert report.mocked_files == 2
    assert run(PRODUCT, settings, end=END + timedelta(days=1)).mocked_files == 0


def test_a_file_whose_asset_lands_later_is_loaded_then(settings: Settings) -> None:
    ship(settings, WEATHER, weather(assets=[renamed(WIND, "late")]))
    first = load(PRODUCT, settings)
    ship_assets(settings, [renamed(WIND, "late")])
    second = load(PRODUCT, settings)

    assert (first.rows_accepted, first.rows_quarantined) == (0, 24)
    assert second.rows_accepted == 1 + 24
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        assert ledger.quarantine() == []


def mapping_file(folder: Path, asset: str) -> Path:
    document = {
        "name": "farm",
        "product": "renewable",
        "inputs": {
            "meter": {
                "recognised_by": ["time", asset],
                "time": {"column": "time", "zone": "UTC"},
                "entity": {"constant": asset},
            }
        },
        "tables": {
            "generation": {
                "input": "meter",
                "columns": {"gross_generation_mwh": {"column": asset, "unit": "MWh"}},
            }
        },
        "assets": [
            {
                **SITE,
                "asset_id": asset,
                "name": asset,
                "technology": "wind",
                "capacity_mw": 2,
                "hub_height_m": 80,
                "commissioning_date": "2010-01-01",
            }
        ],
    }
    path = folder / f"{asset}.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def meter_file(folder: Path, asset: str, days: int) -> Path:
    first = datetime(2025, 1, 1)
    stamps = [first + timedelta(hours=hour) for hour in range(24 * days)]
    path = folder / f"{asset}.csv"
    path.write_text("\n".join([f"time,{asset}", *(f"{t:%Y-%m-%d %H:%M:%S},1.0" for t in stamps)]))
    return path


def test_two_landings_at_once_lose_no_row(data_dir: Path, tmp_path: Path) -> None:
    days = 40
    landings = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "penstock.cli", "land", "renewable"),
                *("--mapping", mapping_file(tmp_path, asset), meter_file(tmp_path, asset, days)),
            ],
            stdout=subprocess.DEVNULL,
        )
        for asset in ("unit_a", "unit_b")
    ]
    assert [landing.wait() for landing in landings] == [0, 0]
    report = load(PRODUCT, settings_for(data_dir))

    assert report.rows_accepted == 2 + 2 * 24 * days


def test_a_later_landing_is_a_later_delivery(settings: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        land(
            PRODUCT,
            settings,
            mapping_file=mapping_file(tmp_path, "unit_a"),
            inputs=[meter_file(tmp_path, "unit_a", 1)],
            progress=lambda _: None,
        )
        path = tmp_path / "unit_a.csv"
        path.write_text(path.read_text().replace("1.0", "2.0"))
        meter = path
    land(
        PRODUCT,
        settings,
        mapping_file=mapping_file(tmp_path, "unit_a"),
        inputs=[meter],
        progress=lambda _: None,
    )
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        times = [one.delivered_at for one in ledger.deliveries(table="generation")]

    assert len(set(times)) == len(times) == 2
    assert max(times) <= datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=1)
