"""Previewing a landing: numbers that do not look like their units stand out."""

from pathlib import Path

import pytest

from penstock.landing.preview import Preview, preview_table
from penstock.products.renewable.declared import declared_assets
from support.mappings import HEADER, mapped, mapping_document

pytestmark = pytest.mark.unit


def preview(tmp_path: Path, unit: str) -> Preview:
    columns = {
        "gross_generation_mwh": {"column": "power", "unit": unit},
        "asset_capacity_mw": {"asset": "capacity_mw"},
    }
    table = mapped(
        tmp_path,
        HEADER + "T1,2025-01-01 00:00:00,1900,5\nT1,2025-01-01 00:10:00,0,5\n",
        tables__generation__columns=columns,
    )
    return preview_table(table, declared_assets(mapping_document()["assets"], "mapping"))


@pytest.mark.parametrize(("unit", "outside_pct"), [("kW", 0.0), ("MW", 50.0)])
def test_power_in_the_wrong_unit_is_outside_the_assets_capacity(
    tmp_path: Path, unit: str, outside_pct: float
) -> None:
    checks = preview(tmp_path, unit).checks
    (gross,) = checks.filter(checks["column"] == "gross_generation_mwh").rows(named=True)

    assert gross["outside_pct"] == outside_pct
    assert gross["range"] == "-0.05 .. 1.05 x asset_capacity_mw x hours"
