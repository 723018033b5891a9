"""Previewing a landing: numbers that do not look like their units stand out."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from penstock.landing.doubts import unit_doubts
from penstock.landing.mapping import SourceColumn
from penstock.landing.preview import Preview, preview_table
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.declared import declared_assets
from support.mappings import HEADER, mapped, mapping_document

pytestmark = pytest.mark.unit

FLOATS = {name: pl.Float64 for name, one in WEATHER.by_name.items() if one.type == "float"}


ROWS = "T1,2025-01-01 00:00:00,1900,5\nT1,2025-01-01 00:10:00,0,5\n"


def preview(tmp_path: Path, unit: str, rows: str = ROWS) -> Preview:
    columns = {
        "gross_generation_mwh": {"column": "power", "unit": unit},
        "asset_capacity_mw": {"asset": "capacity_mw"},
    }
    table = mapped(tmp_path, HEADER + rows, tables__generation__columns=columns)
    return preview_table(
        table,
        declared_assets(mapping_document()["assets"], "mapping"),
        sources={name: SourceColumn.model_validate(one) for name, one in columns.items()},
        product_doubts=lambda *_: [],
    )


@pytest.mark.parametrize(("unit", "outside_pct"), [("kW", 0.0), ("MW", 50.0)])
def test_power_in_the_wrong_unit_is_outside_the_assets_capacity(
    tmp_path: Path, unit: str, outside_pct: float
) -> None:
    checks = preview(tmp_path, unit).checks
    (gross,) = checks.filter(checks["column"] == "gross_generation_mwh").rows(named=True)

    assert gross["outside_pct"] == outside_pct
    assert gross["range"] == "-0.05 .. 1.05 x asset_capacity_mw x hours"


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("kW", []),
        ("MW", ["its mean is 475 of full scale, usual is 0.01 .. 1: it would be usual if 'power'"]),
        ("W", ["its mean is 0.000475 of full scale"]),
    ],
)
def test_a_mean_far_from_full_scale_doubts_the_unit_and_names_others(
    tmp_path: Path, unit: str, told: list[str]
) -> None:
    stamps = [f"2025-01-01 {minute // 60:02}:{minute % 60:02}:00" for minute in range(0, 1440, 10)]
    found = preview(tmp_path, unit, "".join(f"T1,{one},950,5\n" for one in stamps)).doubts

    assert [text in doubt for text, doubt in zip(told, found, strict=True)] == [True] * len(told)
    assert all("in kWh or kW" in doubt or "in kW" in doubt for doubt in found)


@pytest.mark.parametrize(
    ("column", "unit", "value", "told"),
    [
        ("wind_speed_mps", "m/s", 25.0, "if 'x' were in km/h or mph or knot"),
        ("temperature_c", "degC", 50.0, "if 'x' were in degF"),
        ("temperature_c", "degC", 285.0, "if 'x' were in K"),
        ("pressure_hpa", "hPa", 98_000.0, "if 'x' were in Pa"),
        ("relative_humidity", "percent", 0.6, "if 'x' were in dimensionless"),
        ("ghi", "W/m^2", 0.2, "if 'x' were in kW/m^2"),
    ],
)
def test_an_unusual_mean_names_the_units_under_which_it_would_be_usual(
    column: str, unit: str, value: float, told: str
) -> None:
    rows = pl.DataFrame({name: [None] * 30 for name in WEATHER.by_name}, schema_overrides=FLOATS)
    rows = rows.with_columns(pl.lit(value).alias(column))
    source = {column: SourceColumn(column="x", unit=unit)}

    (doubt,) = unit_doubts(WEATHER, rows, source, hours=pl.Series([1.0] * 30))
    assert told in doubt


def test_missing_slots_are_counted_from_the_first_to_the_last(tmp_path: Path) -> None:
    stamps = ("00:00", "00:10", "00:40", "01:00", "01:05")
    (row,) = preview(
        tmp_path, "kW", "".join(f"T1,2025-01-01 {one}:00,1,5\n" for one in stamps)
    ).coverage.rows(named=True)

    assert (row["slots"], row["missing_slots"], row["gaps"], row["off_grid"]) == (5, 3, 2, 1)
    assert row["longest_gap_ends"] == datetime(2025, 1, 1, 0, 40)
    assert row["longest_gap_h"] == pytest.approx(1 / 3, rel=1e-5)
