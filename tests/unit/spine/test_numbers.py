"""Numbers as files write them: read only as the mapping declares."""

from pathlib import Path

import pytest

from support.mappings import mapped, mapping_document

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "mark", "kilowatts"),
    [
        ("1200,5", None, 1200.5),
        ("1.200,5", ".", 1200.5),
        ("1.200", ".", 1200),
        ("-1 234 567,25", " ", -1234567.25),
        ("1.200", None, None),  # a decimal point, or a thousands mark? Nobody said
        ("1.5", ".", None),
        ("1.20,5", ".", None),
    ],
)
def test_decimal_commas_and_thousands_marks_are_read_when_declared(
    tmp_path: Path, written: str, mark: str | None, kilowatts: float | None
) -> None:
    document = mapping_document()["inputs"]["scada"]
    notation = {"separator": ";", "decimal_comma": True, "thousands_mark": mark}
    table = mapped(
        tmp_path,
        f"turbine;time;power\nT1;2025-01-01 00:00:00;{written}\n",
        inputs__scada={**document, **notation},
    )

    if kilowatts is None:
        assert table.refused["reason"].to_list() == ["not_a_number"]
        assert "with a decimal comma" in table.refused["expected"].item()
    else:
        energy = table.accepted["gross_generation_mwh"].item()
        assert energy == pytest.approx(kilowatts / 6000)
