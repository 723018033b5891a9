"""Mappings: a user's own columns, units and clocks become the contract's, or say why not."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from penstock.errors import PenstockError
from penstock.landing.apply_mapping import MappedTable
from penstock.landing.convert import ConversionError, conversion
from penstock.landing.land_files import map_files
from penstock.landing.mapping import MappingError, read_mapping
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.declared import declared_assets
from support.worlds import SITE

pytestmark = pytest.mark.unit

CONTRACTS = {one.table: one for one in (WEATHER, GENERATION)}
HEADER = "turbine,time,power,temp\n"


def mapping_document(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": "farm",
        "product": "renewable",
        "inputs": {
            "scada": {
                "recognised_by": ["turbine", "time", "power"],
                "time": {"column": "time", "zone": "UTC"},
                "entity": {"column": "turbine", "values": {"T1": "t1"}},
            }
        },
        "tables": {
            "generation": {
                "input": "scada",
                "columns": {"gross_generation_mwh": {"column": "power", "unit": "kW"}},
            }
        },
        "assets": [
            {
                **SITE,
                "asset_id": "t1",
                "name": "T1",
                "technology": "wind",
                "capacity_mw": 2,
                "hub_height_m": 80,
                "interval_minutes": 10,
                "commissioning_date": "2010-01-01",
            }
        ],
    }
    for path, value in changes.items():
        target = document
        *parents, last = path.split("__")
        for parent in parents:
            target = target[parent]
        target[last] = value
    return document


def mapped(tmp_path: Path, text: str, **changes: Any) -> MappedTable:
    tables = map_all(tmp_path, {"farm.csv": text}, **changes)
    assert len(tables) == 1
    return tables[0]


def map_all(tmp_path: Path, files: dict[str, str], **changes: Any) -> list[MappedTable]:
    mapping_file = tmp_path / "mapping.yaml"
    mapping_file.write_text(yaml.safe_dump(mapping_document(**changes)))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    mapping = read_mapping(mapping_file, CONTRACTS)
    tables, _ = map_files(
        mapping,
        [tmp_path / name for name in files],
        contracts=CONTRACTS,
        entities=declared_assets(mapping.assets, str(mapping_file)),
    )
    return tables


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


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ("T9,2025-01-01 00:00:00,1,5", "unknown_asset", "turbine"),
        ("T1,soon,1,5", "unreadable_time", "time"),
        ("T1,2025-01-01 00:00:00,a lot,5", "not_a_number", "power"),
    ],
)
def test_a_row_that_cannot_be_read_is_quarantined_with_its_position(
    tmp_path: Path, line: str, reason: str, column: str
) -> None:
    table = mapped(tmp_path, HEADER + "T1,2025-01-01 00:10:00,1,5\n" + line + "\n")
    refused = table.refused.row(0, named=True)

    assert table.accepted.height + table.refused.height == 2
    assert (refused["reason"], refused["column_name"]) == (reason, column)
    assert refused["source_row"] == 2
    assert line.split(",", maxsplit=1)[0] in refused["row_json"]


def test_missing_values_stay_missing(tmp_path: Path) -> None:
    table = mapped(tmp_path, HEADER + "T1,2025-01-01 00:00:00,,5\nT1,2025-01-01 00:10:00,NaN,5\n")

    assert table.accepted["gross_generation_mwh"].to_list() == [None, None]


def test_decimal_commas_and_semicolons_are_read_when_declared(tmp_path: Path) -> None:
    document = mapping_document()["inputs"]["scada"]
    table = mapped(
        tmp_path,
        "turbine;time;power\nT1;2025-01-01 00:00:00;1.200,5\n",
        inputs__scada={**document, "separator": ";", "decimal_comma": True},
    )

    assert table.accepted["gross_generation_mwh"].item() == pytest.approx(1.2005 / 6)


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


def test_a_missing_second_source_is_named(tmp_path: Path) -> None:
    document = mapping_document()
    document["inputs"]["air"] = {
        "recognised_by": ["stamp", "pressure"],
        "time": {"column": "stamp", "zone": "UTC"},
    }
    columns = {"pressure_hpa": {"input": "air", "column": "pressure", "unit": "Pa"}}
    with pytest.raises(PenstockError, match=r"joins input 'air'.*\['stamp', 'pressure'\]"):
        map_all(
            tmp_path,
            {"farm.csv": HEADER},
            inputs=document["inputs"],
            tables={"weather": {"input": "scada", "columns": columns}},
        )


def test_a_file_of_another_kind_is_left_alone_and_named(tmp_path: Path) -> None:
    with pytest.raises(PenstockError, match=r"notes.csv: is no input of mapping farm: no column"):
        map_all(tmp_path, {"notes.csv": "a,b\n1,2\n"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tables__generation__input": "scda"}, "no input 'scda'; known: ['scada']"),
        ({"tables": {"output": {"input": "scada", "columns": {}}}}, "tables.output: no such table"),
        (
            {"tables__generation__columns": {"power_mw": {"column": "power"}}},
            "tables.generation.columns.power_mw: no such column",
        ),
        (
            {"tables__generation__columns": {"gross_generation_mwh": {}}},
            "give exactly one of `column`, `constant`, `asset`",
        ),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_mapping_says_where_and_what(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump(mapping_document(**changes)))

    with pytest.raises(MappingError) as failure:
        read_mapping(path, CONTRACTS)
    assert str(path) in str(failure.value)
    assert told in str(failure.value)
