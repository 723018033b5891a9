"""Landing: whole files, immutable, recognised when they come again."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.landing.deliver import Delivered, Shipment, deliver
from penstock.landing.files import PartitionName, write_atomically, write_parquet
from penstock.products.renewable.asset import Asset
from penstock.products.renewable.contracts import ASSETS, WEATHER, assets_frame
from support.worlds import FIRST_DAY, SOLAR, WIND, settings_for, ship, ship_assets, weather

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("weather_2026-01-31.parquet", PartitionName("weather", date(2026, 1, 31))),
        ("weather_2026-01-31.r2.parquet", PartitionName("weather", date(2026, 1, 31), None, 2)),
        ("weather_2026-01-31.era5.parquet", PartitionName("weather", date(2026, 1, 31), "era5")),
        ("a_b_2026-01-31.x-1.r12.parquet", PartitionName("a_b", date(2026, 1, 31), "x-1", 12)),
        ("weather_0014-01-31.parquet", PartitionName("weather", date(14, 1, 31))),
    ],
)
def test_partition_names_are_read_as_they_are_written(name: str, parts: PartitionName) -> None:
    assert PartitionName.parse(name) == parts
    assert parts.file_name == name


@pytest.mark.parametrize(
    "name", ["weather.parquet", "weather_2026-02-30.parquet", "weather_2026-01-31.csv"]
)
def test_other_names_are_no_partition(name: str) -> None:
    assert PartitionName.parse(name) is None


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_equal_tables_have_equal_bytes(tmp_path: Path) -> None:
    table = pa.table({"x": [1.5, None], "y": ["a", "b"]})
    for name in ("one", "two"):
        write_parquet(tmp_path / name, table, {"source": "mock", "content": "abc"})

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_delivering_twice_writes_nothing(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    first = ship(settings, WEATHER, weather(days=3))
    again = ship(settings, WEATHER, weather(days=3))

    assert len(first.deliveries) == 3
    assert (len(again.deliveries), again.unchanged_days) == (0, 3)


def test_a_grown_export_adds_only_its_new_days(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    ship(settings, WEATHER, weather(days=2))
    longer = pl.concat([weather(days=2), weather(date(2025, 3, 3))])
    grown = ship(settings, WEATHER, longer)

    assert [one.delivery_id for one in grown.deliveries] == [
        "weather/weather_2025-03-03.test.parquet"
    ]


def test_a_correction_is_a_new_file_beside_the_first(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    ship(settings, WEATHER, weather())
    before = {path: path.read_bytes() for path in (tmp_path / "raw" / "weather").iterdir()}
    corrected = ship(settings, WEATHER, weather(seed=1))

    assert corrected.deliveries[0].delivery_id == "weather/weather_2025-03-01.test.r2.parquet"
    assert all(path.read_bytes() == content for path, content in before.items())


def test_values_that_return_after_a_correction_are_a_delivery_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    for seed in (0, 1):
        ship(settings, WEATHER, weather(seed=seed))
    returned = ship(settings, WEATHER, weather(seed=0))

    assert returned.deliveries[0].delivery_id.endswith(".r3.parquet")


def test_values_of_a_corrected_file_return_when_asked_for(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)

    def land(file: str, seed: int, *, again: bool = False) -> Delivered:
        shipment = Shipment(
            contract=WEATHER,
            frame=weather(seed=seed),
            source="farm",
            delivered_at=lambda _: datetime(2025, 4, 1),
            input_id=file,
            again=again,
        )
        return deliver(shipment, settings.raw_dir, run_id="test")

    land("a", 0)
    land("b", 1)
    once_more = land("a", 0)
    returned = land("a", 0, again=True)

    assert (once_more.deliveries, once_more.superseded_days) == ((), 1)
    assert [one.delivery_id for one in returned.deliveries] == [
        "weather/weather_2025-03-01.farm.r3.parquet"
    ]
    assert land("a", 0, again=True).deliveries == ()


def test_growing_exports_of_one_asset_each_add_only_their_new_days(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    written = []
    for days in (1, 2, 3):
        for asset in (WIND, SOLAR):
            frame = weather_by_day(days, asset)
            written.append(len(ship(settings, WEATHER, frame).deliveries))

    assert written == [1, 1, 1, 1, 1, 1]


def test_values_of_an_asset_that_return_are_told_apart_from_its_neighbours(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    ship(settings, WEATHER, weather(assets=[WIND]))
    ship(settings, WEATHER, weather(assets=[WIND, SOLAR], seed=1))
    ship(settings, WEATHER, weather(assets=[SOLAR]))
    returned = ship(settings, WEATHER, weather(assets=[WIND]))

    assert returned.deliveries[0].delivery_id.endswith(".r4.parquet")


def test_a_start_that_returns_to_what_it_was_is_declared_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    start = date(2021, 1, 1)
    moved = WIND.model_copy(update={"commissioning_date": start, "valid_from": start})
    delivered = [
        ship(settings, ASSETS, assets_frame([asset]), delivered_at=datetime(2025, 4, day))
        for day, asset in enumerate((WIND, moved, WIND, WIND), start=1)
    ]

    assert [len(one.deliveries) for one in delivered] == [1, 1, 1, 0]
    assert delivered[2].deliveries[0].delivery_id == "assets/assets_2020-01-01.test.r2.parquet"


def test_a_broken_file_of_the_same_source_does_not_count_as_landed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    first = ship(settings, WEATHER, weather()).deliveries[0]
    (tmp_path / "raw" / first.delivery_id).write_bytes(b"PAR1 cut off")
    again = ship(settings, WEATHER, weather())

    assert again.deliveries[0].delivery_id == "weather/weather_2025-03-01.test.r2.parquet"


def weather_by_day(days: int, asset: Asset) -> pl.DataFrame:
    """Weather whose days do not depend on how many there are."""
    first = [FIRST_DAY + timedelta(days=day) for day in range(days)]
    return pl.concat([weather(day, assets=[asset]) for day in first])


def test_a_delivery_remembers_when_it_came(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    moment = datetime(2025, 3, 2, 6, 30)
    delivered = ship(settings, WEATHER, weather(), delivered_at=moment).deliveries[0]
    schema = pq.read_schema(tmp_path / "raw" / delivered.delivery_id)

    assert delivered.delivered_at == moment
    assert schema.metadata[b"penstock.delivered_at"] == moment.isoformat().encode()


def test_assets_are_one_file_named_after_their_first_version(tmp_path: Path) -> None:
    delivered = ship_assets(settings_for(tmp_path))

    assert [one.delivery_id for one in delivered.deliveries] == [
        "assets/assets_2020-01-01.test.parquet"
    ]
    assert date(2020, 1, 1) < FIRST_DAY
