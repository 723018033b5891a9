"""Landing mock data: the same bytes however a day is made, and never beside real data."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from penstock.errors import PenstockError
from penstock.landing.files import read_metadata
from penstock.ledger import Ledger
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.worlds import settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.integration

START, END = date(2025, 1, 22), date(2025, 2, 3)
CORRECTION = date(2025, 1, 23), date(2025, 1, 27)
"""A day of the default world that is corrected, and the day its correction arrives."""


def mock(settings: Settings, start: date = START, end: date = END, **options: Any) -> int:
    return PRODUCT.mock(PRODUCT, settings, start=start, end=end, **options)


def files_of(settings: Settings) -> dict[str, bytes]:
    raw = settings.raw_dir
    return {
        str(path.relative_to(raw)): path.read_bytes() for path in sorted(raw.rglob("*.parquet"))
    }


def test_a_day_alone_is_byte_identical_to_the_day_in_a_range(tmp_path: Path) -> None:
    whole, alone = settings_for(tmp_path / "whole"), settings_for(tmp_path / "alone")
    mock(whole)
    for offset in reversed(range((END - START).days + 1)):
        day = date.fromordinal(START.toordinal() + offset)
        mock(alone, day, day)

    assert files_of(whole).keys() >= {
        "weather/weather_2025-01-31.parquet",
        "ground_truth_event_days/ground_truth_event_days_2025-01-31.parquet",
        f"generation/generation_{CORRECTION[0]}.r2.parquet",
    }
    assert files_of(alone) == files_of(whole)


def test_days_that_have_landed_are_not_made_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    mock(settings, START, date(2025, 1, 30), is_clean=True)
    before = files_of(settings)

    assert mock(settings) == 2 * 4
    assert before.items() <= files_of(settings).items()


def test_a_late_correction_lands_as_second_delivery_when_its_day_has_come(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    corrected, arrives = CORRECTION
    second = settings.raw_dir / "generation" / f"generation_{corrected}.r2.parquet"

    mock(settings, corrected, arrives - timedelta(days=1))
    assert not second.exists()
    mock(settings, arrives, arrives)
    landed = read_metadata(pq.read_schema(second))
    assert landed["delivered_at"] == f"{arrives}T16:00:00"
    assert 0 < pq.read_metadata(second).num_rows < 24 * 10


def test_a_clean_world_is_another_world_than_a_planted_one(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    mock(settings, is_clean=True)

    assert not (settings.raw_dir / "ground_truth_event_days").exists()
    with pytest.raises(PenstockError, match="mock data of another world"):
        mock(settings, is_clean=False)


def test_mock_refuses_where_real_data_have_landed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    ship_assets(settings)
    delivered = ship(settings, WEATHER, weather(), source="my_farm")
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        ledger.put_deliveries(delivered.deliveries)

    with pytest.raises(PenstockError, match=r"real data have landed here \(my_farm, test\)"):
        mock(settings)


def test_days_of_two_mock_worlds_are_refused(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    mock(settings)

    with pytest.raises(PenstockError, match="mock data of another world"):
        mock(settings, seed=8)


def test_the_days_must_be_over(tmp_path: Path) -> None:
    with pytest.raises(PenstockError, match="is in the future"):
        mock(settings_for(tmp_path), START, date(2999, 1, 1))
    with pytest.raises(PenstockError, match="is before --start"):
        mock(settings_for(tmp_path), END, START)


@pytest.mark.parametrize(
    ("module", "table"),
    [
        ("generate_weather", "weather"),
        ("generate_generation", "generation"),
        ("generate_ground_truth", "ground_truth_event_days"),
    ],
)
def test_each_generator_runs_alone(data_dir: Path, module: str, table: str) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", f"penstock.products.renewable.mock_data.{module}"),
            *("--start", "2025-01-28", "--end", "2025-01-29"),
        ],
        check=True,
    )

    landed = {path.name for path in (data_dir / "raw" / table).iterdir()}
    assert landed == {f"{table}_2025-01-28.parquet", f"{table}_2025-01-29.parquet"}
