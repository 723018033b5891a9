"""Mappings that cannot be used, files that do not fit theirs, rows that cannot be read: why not."""
# long because: every way in which a mapping or a file can be wrong stands beside the others.

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from penstock.errors import PenstockError
from penstock.landing import apply_mapping
from penstock.landing.mapping import MappingError, mapping_hash, read_mapping
from penstock.landing.preview import preview_files
from penstock.products.renewable.declared import declared_assets
from support.mappings import (
    CONTRACTS,
    DELIVERED_AT,
    HEADER,
    map_all,
    map_paths,
    mapped,
    mapping_document,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "reason", "column", "expected"),
    [
        ("T9,2025-01-01 00:00:00,1,5", "unknown_asset", "turbine", "; got 'T9'"),
        ("T1,soon,1,5", "unreadable_time", "time", "such as 2025-01-31 13:50"),
        (
            "T1,1970-01-01 00:10:00,1,5",
            "before_operation",
            "time",
            "a time after 2008-12-31, a year before its first day; got '1970-01-01 00:10:00'",
        ),
        ("T1,2099-01-01 00:10:00,1,5", "after_delivery", "time", "before its delivery (2026-01-01"),
        (
            "T1,2025-01-01 00:00:00,a lot,5",
            "not_a_number",
            "power",
            "a number (kW) or nothing; got 'a lot'",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_quarantined_with_its_position(
    tmp_path: Path, line: str, reason: str, column: str, expected: str
) -> None:
    table = mapped(tmp_path, HEADER + "T1,2025-01-01 00:10:00,1,5\n" + line + "\n")
    refused = table.refused.row(0, named=True)

    assert table.accepted.height + table.refused.height == 2
    assert (refused["reason"], refused["column_name"]) == (reason, column)
    assert refused["source_row"] == 2
    assert expected in refused["expected"]
    assert "; got '" in refused["expected"]
    assert line.split(",", maxsplit=1)[0] in refused["row_json"]


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


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "parts.parquet").mkdir(parents=True)
    os.mkfifo(folder / "line.csv")
    with pytest.raises(PenstockError, match="is no file") as refused:
        map_paths(tmp_path, [folder])

    for name in ("parts.parquet", "line.csv"):
        assert f"{folder / name}: is no file" in str(refused.value)


def test_a_column_that_is_named_twice_is_never_chosen(tmp_path: Path) -> None:
    header, row = "turbine,time,wind,power", "T1,2025-01-01 00:00:00,5,600"
    with pytest.raises(PenstockError, match=r"has column 'power' twice, the mapping wants it for"):
        map_all(tmp_path, {"farm.csv": f"{header},power\n{row},7\n"})


def gross(**source: Any) -> dict[str, Any]:
    return {"tables__generation__columns": {"gross_generation_mwh": source}}


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
        (
            {"name": "mock"},
            "'mock' names files that no mapping made",
        ),
        (
            {"inputs__scada__time": {"column": "time", "zone": "Europe/Pariss"}},
            "inputs.scada.time.zone: Value error, no such zone 'Europe/Pariss'",
        ),
        ({"inputs__scada__time": {"column": "time", "zone": ""}}, "no such zone ''"),
        (
            {"inputs__scada__time": {"column": "time", "format": "%d.%m.%Y %H:%M"}},
            "reads no offset (%z); add it",
        ),
        ({"inputs__scada__separator": ";;"}, "inputs.scada.separator: Value error, expected one"),
        ({"inputs__scada__interval_minutes": 15}, "is for inputs that tables join; remove it"),
        (gross(asset="capacity"), "gross_generation_mwh: no attribute 'capacity' of an asset"),
        (gross(asset="name"), "the asset's 'name' is a string in no unit"),
        (gross(asset="capacity_mw"), "is a float in MW; the column wants a float in MWh"),
        (gross(asset="capacity_mw", unit="kW"), "has the unit of the attribute; remove `unit`"),
        (gross(constant="abc"), "constant 'abc': expected a number, without quotes"),
        (gross(constant=5, unit="degC"), "unit 'degC' cannot become 'MWh'"),
        (gross(column="power", unit="degC"), "unit 'degC' cannot become 'MWh'"),
        (gross(constant=5, input="scada"), "`input: scada` needs the `column`"),
        (gross(column="power", within_minutes=5), "`within_minutes` belongs to a `column` of"),
        (
            {"tables__generation__columns": {"status_code": {"constant": 5}}},
            "constant 5.0: expected a text; put it in quotes",
        ),
        (
            {"tables__generation__columns": {"status_code": {"column": "power", "unit": "kW"}}},
            "unit 'kW': the column has no unit; remove it",
        ),
        (
            {
                "tables": {
                    "weather": {
                        "input": "scada",
                        "columns": {"source_class": {"constant": "nacele"}},
                    }
                }
            },
            "constant 'nacele': expected one of ['onsite', 'nacelle'",
        ),
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


def test_a_joined_input_with_end_labels_says_how_long_its_intervals_are(tmp_path: Path) -> None:
    inputs = mapping_document()["inputs"]
    inputs["air"] = {"recognised_by": ["p"], "time": {"column": "t", "label": "end"}}
    columns = {"pressure_hpa": {"input": "air", "column": "p"}}
    with pytest.raises(MappingError, match=r"inputs.air: .*add `interval_minutes`"):
        map_all(
            tmp_path,
            {"farm.csv": HEADER},
            inputs=inputs,
            tables={"weather": {"input": "scada", "columns": columns}},
        )


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({}, "asset 't1', field 'valid_from': 2010-01-01 is there twice"),
        ({"valid_from": "2020-01-01"}, "asset 't1', field 'valid_to': expected 2020-01-01"),
    ],
)
def test_versions_of_an_asset_that_overlap_are_refused(
    tmp_path: Path, second: dict[str, Any], told: str
) -> None:
    asset = mapping_document()["assets"][0]
    with pytest.raises(PenstockError, match=told) as failure:
        map_all(tmp_path, {"farm.csv": HEADER}, assets=[asset, {**asset, **second}])
    assert "mapping.yaml: `assets` cannot be used" in str(failure.value)


def test_a_row_lost_or_doubled_stops_the_landing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = apply_mapping._with_version

    def doubling(rows: pl.DataFrame, entities: pl.DataFrame, **options: Any) -> pl.DataFrame:
        once = real(rows, entities, **options)
        return pl.concat([once, once])

    monkeypatch.setattr(apply_mapping, "_with_version", doubling)
    with pytest.raises(PenstockError, match=r"farm.csv: 1 rows read, but 2 accepted and 0 refused"):
        mapped(tmp_path, HEADER + "T1,2025-01-01 00:00:00,1,5\n")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"inputs__scada__time": {"column": "when"}},
            r"farm.csv: has no column 'when', which the mapping wants for inputs.scada.time",
        ),
        ({"inputs__scada__entity": {"column": "unit"}}, "no column 'unit'.*inputs.scada.entity"),
        (
            {"tables__generation__columns": {"status_code": {"column": "status"}}},
            "no column 'status'.*generation.status_code",
        ),
    ],
)
def test_a_file_without_a_wanted_column_is_left_alone_and_named(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(PenstockError, match=told):
        map_all(tmp_path, {"farm.csv": HEADER}, **changes)


@pytest.mark.parametrize(
    ("column", "values", "zone", "told"),
    [
        ("time", [1_735_689_600], "UTC", "'time' is Int64, inputs.scada.time wants a timestamp"),
        ("time", [datetime(2025, 1, 1)], "offset", "wants stamps with an offset under `zone"),
        ("time", [date(2025, 1, 1)], "offset", "'time' is Date.* these have none"),
        ("power", [date(2025, 1, 1)], "UTC", "'power' is Date, .* wants a number"),
        ("power", [True], "UTC", "'power' is Boolean, generation.gross_generation_mwh wants"),
        ("power", [b"1"], "UTC", "'power' is Binary"),
        ("turbine", [["T1"]], "UTC", r"'turbine' is List\(String\), inputs.scada.entity wants"),
    ],
)
def test_a_column_that_cannot_be_what_the_mapping_says_refuses_the_file(
    tmp_path: Path, column: str, values: Sequence[Any], zone: str, told: str
) -> None:
    path = tmp_path / "farm.parquet"
    cells: dict[str, Any] = {"turbine": ["T1"], "time": ["2025-01-01 00:00"], "power": [1.0]}
    pl.DataFrame({**cells, column: values}).write_parquet(path)
    with pytest.raises(PenstockError, match=told) as failure:
        map_paths(tmp_path, [path], inputs__scada__time={"column": "time", "zone": zone})
    assert str(path) in str(failure.value)


def test_dates_as_times_are_midnights(tmp_path: Path) -> None:
    path = tmp_path / "farm.parquet"
    cells: dict[str, Any] = {"turbine": ["T1"], "time": [date(2025, 1, 1)], "power": [1.0]}
    pl.DataFrame(cells).write_parquet(path)
    tables, _ = map_paths(tmp_path, [path])

    assert tables[0].accepted["timestamp"].item() == datetime(2025, 1, 1)


def test_bytes_in_a_refused_row_are_shown_as_hex(tmp_path: Path) -> None:
    path = tmp_path / "farm.parquet"
    cells: dict[str, Any] = {"turbine": ["T9"], "time": ["2025-01-01"], "power": [1.0]}
    pl.DataFrame({**cells, "raw": [b"\x01\xff"], "list": [[b"x"]]}).write_parquet(path)
    tables, _ = map_paths(tmp_path, [path])

    assert '"raw":"01ff"' in tables[0].refused["row_json"].item()


def test_a_column_named_like_one_of_landings_own_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(PenstockError, match="column '_source_row' has a name that Penstock uses"):
        map_all(tmp_path, {"farm.csv": "turbine,time,power,_source_row\n"})


def test_a_preview_names_the_files_that_would_be_left_alone(tmp_path: Path) -> None:
    mapping_file = tmp_path / "mapping.yaml"
    mapping_file.write_text(yaml.safe_dump(mapping_document()))
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    (tmp_path / "farm.csv").write_text(HEADER + "T1,soon,1,5\nT1,later,1,5\n")
    mapping = read_mapping(mapping_file, CONTRACTS)
    previews, refused = preview_files(
        mapping,
        [tmp_path],
        contracts=CONTRACTS,
        entities=declared_assets(mapping.assets, str(mapping_file)),
        delivered_at=DELIVERED_AT,
        product_doubts=lambda *_: [],
    )

    assert [one.file for one in previews] == ["farm.csv"]
    assert [one.path.name for one in refused] == ["notes.csv"]
    # one line for the reason, with the first row's value
    assert previews[0].refused.select("rows", "first_row").rows() == [(2, 1)]
    assert "got 'soon'" in previews[0].refused["expected"].item()


def test_saying_a_default_does_not_make_another_mapping(tmp_path: Path) -> None:
    paths = [tmp_path / "said.yaml", tmp_path / "unsaid.yaml"]
    paths[0].write_text(yaml.safe_dump(mapping_document(inputs__scada__separator=",")))
    paths[1].write_text(yaml.safe_dump(mapping_document()))

    assert len({mapping_hash(read_mapping(path, CONTRACTS)) for path in paths}) == 1
