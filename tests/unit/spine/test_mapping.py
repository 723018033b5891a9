"""Mappings: a user's own columns, units and clocks become the contract's."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from penstock.landing.convert import ConversionError, conversion
from support.mappings import HEADER, map_all, map_paths, mapped, mapping_document

pytestmark = pytest.mark.unit


def test_mean_power_becomes_energy_of_the_interval(tmp_path: Path) -> None:
    table = mapped(tmp_path, HEADER + "T1,2025-01-01 00:10:00,1200,5\n")
    row = table.accepted.row(0, named=True)

    assert row["gross_generation_mwh"] == pytest.approx(0.2)  # 1.2 MW for ten minutes
    assert (row["asset_id"], row["timestamp"]) == ("t1", datetime(2025, 1, 1, 0, 10))
    assert (row["_source_file"], row["_source_row"]) == ("farm.csv", 1)


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("kW", "MW", 2050, 2.05),
        ("kWh", "MWh", 1, 0.001),
        ("degF", "degC", 50, 10),
        ("K", "degC", 280.15, 7),
        ("Pa", "hPa", 97336.7, 973.367),
        ("km/h", "m/s", 36, 10),
        ("percent", "percent", 98, 98),
        (None, "hPa", 1013, 1013),
    ],
)
def test_units_convert(source: str | None, target: str, value: float, expected: float) -> None:
    frame = pl.DataFrame({"x": [value], "hours": [1.0]})
    converted = conversion(source, target).apply(pl.col("x"), hours=pl.col("hours"))

    assert frame.select(converted).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unit", ["degC", "furlongs", "kW/"])
def test_a_unit_that_measures_something_else_is_refused_by_name(unit: str) -> None:
    with pytest.raises(ConversionError, match=f"unit '{unit}' cannot become 'MWh'"):
        conversion(unit, "MWh")


def test_end_labels_become_starts(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        HEADER + "T1,2025-01-01 00:10:00,600,5\n",
        inputs__scada__time={"column": "time", "zone": "UTC", "label": "end"},
    )

    assert table.accepted["timestamp"].item() == datetime(2025, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("zone", "stamp", "utc"),
    [
        ("Europe/Paris", "2025-07-01 12:00:00", datetime(2025, 7, 1, 10)),
        ("Europe/Paris", "2025-01-01 12:00:00", datetime(2025, 1, 1, 11)),
        ("-07:00", "2025-07-01 12:00:00", datetime(2025, 7, 1, 19)),
        ("offset", "2025-07-01T12:00:00+02:00", datetime(2025, 7, 1, 10)),
        # the clock goes back: the first of the two occurrences
        ("Europe/Paris", "2025-10-26 02:30:00", datetime(2025, 10, 26, 0, 30)),
    ],
)
def test_clocks_become_utc(tmp_path: Path, zone: str, stamp: str, utc: datetime) -> None:
    table = mapped(
        tmp_path,
        HEADER + f"T1,{stamp},600,5\n",
        inputs__scada__time={"column": "time", "zone": zone},
    )

    assert table.accepted["timestamp"].item() == utc


def test_an_hour_the_clock_skipped_is_quarantined(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        HEADER + "T1,2025-03-30 02:30:00,600,5\nT1,2025-03-30 03:00:00,600,5\n",
        inputs__scada__time={"column": "time", "zone": "Europe/Paris"},
    )

    assert table.accepted.height == 1
    assert table.refused.select("reason", "source_row").rows() == [("unreadable_time", 1)]


def test_missing_values_stay_missing(tmp_path: Path) -> None:
    table = mapped(tmp_path, HEADER + "T1,2025-01-01 00:00:00,,5\nT1,2025-01-01 00:10:00,NaN,5\n")

    assert table.accepted["gross_generation_mwh"].to_list() == [None, None]


def test_a_second_source_joins_by_nearest_earlier_time(tmp_path: Path) -> None:
    document = mapping_document()
    document["inputs"]["air"] = {
        "recognised_by": ["stamp", "pressure"],
        "time": {"column": "stamp", "zone": "UTC"},
    }
    weather_table = {
        "input": "scada",
        "columns": {
            "temperature_c": {"column": "temp", "unit": "degC"},
            "pressure_hpa": {"input": "air", "column": "pressure", "unit": "Pa"},
        },
    }
    rows = "".join(f"T1,2025-01-01 0{h}:50:00,1,5\n" for h in (0, 1, 3))
    tables = map_all(
        tmp_path,
        {
            "farm.csv": HEADER + rows,
            "air.csv": "stamp,pressure\n2025-01-01 00:00:00,100000\n2025-01-01 01:00:00,99000\n",
        },
        inputs=document["inputs"],
        tables={"weather": weather_table},
    )

    # 03:50 has nothing within an hour: unknown, not stale
    assert tables[0].accepted["pressure_hpa"].to_list() == [1000.0, 990.0, None]


def test_a_joined_input_ends_its_own_intervals_and_keeps_to_its_entity(tmp_path: Path) -> None:
    document = mapping_document()
    asset = document["assets"][0]
    air = {
        "recognised_by": ["site", "stamp", "pressure"],
        "time": {"column": "stamp", "zone": "UTC", "label": "end"},
        "entity": {"column": "site"},
        "interval_minutes": 15,
    }
    tables = map_all(
        tmp_path,
        {
            "farm.csv": HEADER + "t1,2025-01-01 00:10:00,1,5\nt2,2025-01-01 00:10:00,1,5\n",
            "air.csv": "site,stamp,pressure\nt1,2025-01-01 00:15:00,900\n"
            "t2,2025-01-01 00:15:00,800\nt1,2025-01-01 00:30:00,700\n",
        },
        inputs={**document["inputs"], "air": air},
        tables={
            "weather": {
                "input": "scada",
                "columns": {"pressure_hpa": {"input": "air", "column": "pressure"}},
            }
        },
        assets=[asset, {**asset, "asset_id": "t2"}],
    )

    # the interval that ends at 00:15 starts at 00:00, the one that ends at 00:30 starts at 00:15
    assert tables[0].accepted["pressure_hpa"].to_list() == [900.0, 800.0]


def test_a_constant_has_a_unit(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        HEADER + "T1,2025-01-01 00:00:00,1,5\n",
        tables__generation__columns={"asset_capacity_mw": {"constant": 2050, "unit": "kW"}},
    )

    assert table.accepted["asset_capacity_mw"].item() == pytest.approx(2.05)


def versions() -> list[dict[str, Any]]:
    """T1, repowered on 2025-01-02: from 2 MW every half hour to 4 MW every ten minutes."""
    first = {**mapping_document()["assets"][0], "interval_minutes": 30, "valid_to": "2025-01-02"}
    later = {"valid_from": "2025-01-02", "valid_to": None, "capacity_mw": 4, "interval_minutes": 10}
    return [first, {**first, **later}]


@pytest.mark.parametrize(
    ("label", "stamps", "starts"),
    [
        ("start", ("01-02 00:00", "01-01 23:30"), ("01-02 00:00", "01-01 23:30")),
        # an interval that ends at midnight is of the day that ends, and as long as its intervals
        ("end", ("01-02 00:10", "01-02 00:00"), ("01-02 00:00", "01-01 23:30")),
    ],
)
def test_a_row_takes_the_version_of_its_asset_that_holds_on_its_day(
    tmp_path: Path, label: str, stamps: tuple[str, str], starts: tuple[str, str]
) -> None:
    rows = "".join(f"T1,2025-{stamp}:00,1200,5\n" for stamp in stamps)
    accepted = mapped(
        tmp_path,
        HEADER + rows + "T1,2009-06-01 00:30:00,1200,5\n",
        assets=versions(),
        inputs__scada__time={"column": "time", "zone": "UTC", "label": label},
        tables__generation__columns={
            "gross_generation_mwh": {"column": "power", "unit": "kW"},
            "asset_capacity_mw": {"asset": "capacity_mw"},
        },
    ).accepted

    assert accepted["timestamp"].dt.strftime("%m-%d %H:%M").to_list()[:2] == list(starts)
    assert accepted["asset_capacity_mw"].to_list() == [4.0, 2.0, 2.0]  # 2009: before the first
    assert accepted["gross_generation_mwh"].to_list() == pytest.approx([0.2, 0.6, 0.6])
    assert accepted["_source_row"].to_list() == [1, 2, 3]


def test_columns_named_like_an_assets_are_the_files_own(tmp_path: Path) -> None:
    accepted = mapped(
        tmp_path,
        "turbine,time,power,interval_minutes,capacity_mw\nT1,2025-01-01 00:00:00,1200,60,9\n",
        tables__generation__columns={
            "gross_generation_mwh": {"column": "power", "unit": "kW"},
            "asset_capacity_mw": {"asset": "capacity_mw"},
            "grid_limit_mw": {"column": "capacity_mw"},
        },
    ).accepted

    assert accepted["gross_generation_mwh"].item() == pytest.approx(0.2)
    assert accepted.select("asset_capacity_mw", "grid_limit_mw").row(0) == (2.0, 9.0)


@pytest.mark.parametrize("zone", ["offset", "UTC", "+05:00", "Europe/Paris"])
@pytest.mark.parametrize(
    "stamp",
    [
        "2025-07-01T12:00:00Z",
        "2025-07-01 12:00:00.000Z",
        "2025-07-01T14:00:00+0200",
        "2025-07-01 14:00+02:00",
        "2025-07-01T14:00:00.25 +02",
        "01.07.2025 14:00:00+02:00",
    ],
)
def test_a_stamp_with_its_own_offset_is_an_instant_whatever_the_zone(
    tmp_path: Path, zone: str, stamp: str
) -> None:
    table = mapped(
        tmp_path,
        HEADER + f"T1,{stamp},600,5\n",
        inputs__scada__time={"column": "time", "zone": zone},
    )

    assert table.accepted["timestamp"].dt.truncate("1s").item() == datetime(2025, 7, 1, 12)


@pytest.mark.parametrize(
    "stamp", ["2025-07-01", "01.07.2025", "2025-07-01T00:00:00.0", "01.07.2025 00:00"]
)
def test_common_wall_clocks_need_no_format(tmp_path: Path, stamp: str) -> None:
    table = mapped(tmp_path, HEADER + f"T1,{stamp},600,5\n")

    assert table.accepted["timestamp"].item() == datetime(2025, 7, 1)


def test_a_format_with_an_offset_reads_instants(tmp_path: Path) -> None:
    table = mapped(
        tmp_path,
        HEADER + "T1,07/01/2025 14:00 +0200,600,5\n",
        inputs__scada__time={
            "column": "time",
            "zone": "Europe/Paris",
            "format": "%m/%d/%Y %H:%M %z",
        },
    )

    assert table.accepted["timestamp"].item() == datetime(2025, 7, 1, 12)


def test_categories_are_read_as_the_text_they_are(tmp_path: Path) -> None:
    path = tmp_path / "farm.parquet"
    cells = {"turbine": ["T1"], "time": ["2025-01-01 00:00"], "power": ["1200"]}
    pl.DataFrame(cells).cast(pl.Categorical).write_parquet(path)
    tables, _ = map_paths(tmp_path, [path])

    assert tables[0].accepted["gross_generation_mwh"].item() == pytest.approx(0.2)


def test_files_keep_the_order_given_and_count_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        (tmp_path / name).write_text(HEADER + "T1,2025-01-01 00:00:00,1,5\n")
    paths = [tmp_path / "c.csv", tmp_path, tmp_path / "a.csv"]
    tables, _ = map_paths(tmp_path, paths)

    assert [one.file.path.name for one in tables] == ["c.csv", "a.csv", "b.csv"]
