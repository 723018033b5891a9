"""Mappings whose sources tell a wrong offset, and joined readings between two moments."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from penstock.landing.mapping import MappingError
from support.mappings import HEADER, map_all, map_paths, mapped, mapping_document

pytestmark = pytest.mark.unit

DENVER = {"column": "time", "zone": "America/Denver", "offset": "ignored"}


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("2012-01-10T12:00:00-07:00", datetime(2012, 1, 10, 19)),
        # the label says -07:00 all year, the clock was at -06:00
        ("2012-07-10T12:00:00-07:00", datetime(2012, 7, 10, 18)),
        ("2012-07-10 12:00Z", datetime(2012, 7, 10, 18)),
        ("10.07.2012 12:00", datetime(2012, 7, 10, 18)),
    ],
)
def test_an_ignored_offset_leaves_the_clock_as_written(
    tmp_path: Path, stamp: str, utc: datetime
) -> None:
    table = mapped(tmp_path, HEADER + f"T1,{stamp},600,5\n", inputs__scada__time=DENVER)

    assert table.accepted["timestamp"].to_list() == [utc]


def test_an_ignored_offset_of_a_typed_column_leaves_its_clock(tmp_path: Path) -> None:
    label = timezone(timedelta(hours=-7))
    # In 2012 the clock of Denver went forward on 11 March at 02:00 and back on 4 November.
    stamps = [
        datetime(2012, 3, 11, 1, 50, tzinfo=label),
        datetime(2012, 3, 11, 2, 0, tzinfo=label),
        datetime(2012, 3, 11, 3, 0, tzinfo=label),
        datetime(2012, 11, 4, 1, 0, tzinfo=label),
        datetime(2012, 11, 4, 2, 0, tzinfo=label),
    ]
    path = tmp_path / "farm.parquet"
    pl.DataFrame(
        {
            "turbine": "T1",
            "time": pl.Series(stamps, dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(
                "Etc/GMT+7"
            ),
            "power": 600.0,
        }
    ).write_parquet(path)
    (table,), _ = map_paths(tmp_path, [path], inputs__scada__time=DENVER)

    assert table.accepted["timestamp"].to_list() == [
        datetime(2012, 3, 11, 8, 50),
        datetime(2012, 3, 11, 9, 0),
        datetime(2012, 11, 4, 7, 0),  # of the hour that came twice the first
        datetime(2012, 11, 4, 9, 0),
    ]
    # 02:00 never was: no time, and nothing is lost
    assert table.refused.select("reason", "source_row").rows() == [("unreadable_time", 2)]
    assert "exists under zone America/Denver" in table.refused["expected"].item()


def joined_pressure(tmp_path: Path, air: str, **options: Any) -> list[float | None]:
    """Pressure of four ten-minute rows (00:00 to 00:30) joined from readings by interpolation."""
    document = mapping_document()
    interval = options.pop("interval_minutes", None)
    document["inputs"]["air"] = {
        "recognised_by": ["stamp", "pressure"],
        "time": {"column": "stamp", "zone": "UTC"},
    } | ({} if interval is None else {"interval_minutes": interval})
    source = {"input": "air", "column": "pressure", "between": "interpolate", **options}
    # the rows come in any order
    rows = "".join(f"T1,2025-01-01 00:{minute}0:00,1,5\n" for minute in (3, 0, 2, 1))
    (table,) = map_all(
        tmp_path,
        {"farm.csv": HEADER + rows, "air.csv": "stamp,pressure\n" + air},
        inputs=document["inputs"],
        tables={"weather": {"input": "scada", "columns": {"pressure_hpa": source}}},
    )
    assert table.accepted["_source_row"].to_list() == [1, 2, 3, 4]
    return table.accepted.sort("timestamp")["pressure_hpa"].to_list()


def test_a_reading_is_interpolated_to_the_middle_of_the_interval(tmp_path: Path) -> None:
    readings = "2025-01-01 00:30:00,930\n2025-01-01 00:00:00,900\n2025-01-01 00:35:00,935\n"

    assert joined_pressure(tmp_path, readings) == pytest.approx([905.0, 915.0, 925.0, 935.0])


def test_nothing_is_interpolated_over_a_gap_or_past_the_last_reading(tmp_path: Path) -> None:
    readings = "2025-01-01 00:00:00,900\n2025-01-01 00:30:00,930\n"

    assert joined_pressure(tmp_path, readings, within_minutes=15) == [None, 915.0, None, None]


def test_a_mean_stands_for_the_middle_of_its_interval(tmp_path: Path) -> None:
    means = "2025-01-01 00:00:00,900\n2025-01-01 00:30:00,930\n"

    # of 00:00..00:30 at 00:15, of 00:30..01:00 at 00:45
    assert joined_pressure(tmp_path, means, interval_minutes=30) == [None, 900.0, 910.0, 920.0]


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ({"offset": "ignored"}, "leaves the stamps without a clock: say in `zone`"),
        (
            {"zone": "UTC", "offset": "ignored", "format": "%d.%m.%Y %H:%M%z"},
            "reads the offset that `offset: ignored` leaves out: remove `format`",
        ),
    ],
)
def test_an_ignored_offset_asks_for_a_clock(
    tmp_path: Path, time: dict[str, str], told: str
) -> None:
    with pytest.raises(MappingError, match=re.escape(told)):
        mapped(tmp_path, HEADER, inputs__scada__time={"column": "time", **time})


def test_only_joined_numbers_have_something_in_between(tmp_path: Path) -> None:
    def columns(**source: str) -> dict[str, Any]:
        return {"tables__generation__columns": {"status_code": source}}

    with pytest.raises(MappingError, match="`between` belongs to a `column` of another `input`"):
        mapped(tmp_path, HEADER, **columns(column="power", between="hold"))
    with pytest.raises(MappingError, match="a text has nothing in between: use `between: hold`"):
        mapped(tmp_path, HEADER, **columns(input="scada", column="power", between="interpolate"))
