"""Which days have landed, by the names of files alone."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.landing.days import days_between, files_by_day, first_partition

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))


def landed(raw_dir: Path, table: str, *names: str) -> list[Path]:
    """Empty files: nothing but their names is read."""
    paths = [raw_dir / table / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def test_files_are_found_by_their_day_and_days_come_in_order(tmp_path: Path) -> None:
    # In the order of their names the second comes last.
    paths = landed(
        tmp_path,
        "weather",
        "weather_2025-03-02.parquet",
        "weather_2024-12-31.my_farm.r2.parquet",
        "weather_2025-03-01.parquet",
    )

    assert list(files_by_day(tmp_path, "weather").items()) == [
        (date(2024, 12, 31), (paths[1],)),
        (date(2025, 3, 1), (paths[2],)),
        (date(2025, 3, 2), (paths[0],)),
    ]


def test_a_day_holds_all_its_sources_and_revisions(tmp_path: Path) -> None:
    names = (
        "weather_2025-03-01.my_farm.parquet",
        "weather_2025-03-01.my_farm.r2.parquet",
        "weather_2025-03-01.parquet",
    )
    paths = landed(tmp_path, "weather", *reversed(names))

    assert files_by_day(tmp_path, "weather") == {date(2025, 3, 1): tuple(reversed(paths))}


def test_what_is_not_named_like_a_partition_is_no_landed_day(tmp_path: Path) -> None:
    landed(
        tmp_path,
        "weather",
        "wetter.parquet",
        "weather_2025-02-30.parquet",
        "weather_2025-03-01.csv",
        ".weather_2025-03-01.parquet.partial",
        ".weather_2025-03-01.parquet",
    )

    assert files_by_day(tmp_path, "weather") == {}


def test_a_table_sees_its_own_folder_only(tmp_path: Path) -> None:
    landed(tmp_path, "generation", "generation_2025-03-01.parquet")

    assert files_by_day(tmp_path, "weather") == {}
    assert list(files_by_day(tmp_path, "generation")) == [date(2025, 3, 1)]


@pytest.mark.parametrize(
    ("days", "given_day", "expected"),
    [
        ([date(2014, 5, 17), date(2015, 2, 1)], None, date(2014, 5, 1)),
        ([date(2015, 2, 1), date(2014, 5, 17)], None, date(2014, 5, 1)),
        ([TODAY], None, date(2026, 11, 1)),
        ([date(2014, 5, 17)], date(2013, 7, 9), date(2013, 7, 9)),
        ([], date(2020, 2, 29), date(2020, 2, 29)),
        ([], None, date(2025, 1, 1)),
    ],
    ids=["first month", "any order", "this month", "given", "given, none landed", "none landed"],
)
def test_the_first_partition_is_given_or_begins_the_first_landed_month(
    days: list[date], given_day: date | None, expected: date
) -> None:
    assert first_partition(days, given=given_day, today=TODAY) == expected


@given(DAYS, st.integers(0, 800))
def test_days_between_are_every_day_once_and_in_order(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    days = list(days_between(first, last))

    assert (days[0], days[-1], len(days)) == (first, last, more + 1)
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))


def test_a_range_that_ends_before_it_begins_has_no_day() -> None:
    assert list(days_between(date(2025, 3, 2), date(2025, 3, 1))) == []
