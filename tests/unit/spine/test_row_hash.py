"""Row hashes: the same in every version, layout and column order."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.contracts.row_hash import content_hash, row_hashes

pytestmark = pytest.mark.unit

FRAME = pl.DataFrame(
    {
        "asset_id": ["a", "b", None],
        "timestamp": [datetime(2025, 1, 1), datetime(2025, 1, 1, 1), datetime(2025, 1, 1, 2)],
        "wind_speed_mps": [7.5, -0.0, None],
        "day": [date(2025, 1, 1)] * 3,
        "flag": [True, False, None],
        "count": [1, 2, 3],
    },
    schema_overrides={"timestamp": pl.Datetime("us")},
)

PINNED = [1534890464487171284, -8864484070817541952, -8647820360463666592]


def test_hashes_never_change_with_a_version_of_any_library() -> None:
    # Computed once; a different number means that old and new deliveries no longer compare.
    assert row_hashes(FRAME).to_list() == PINNED


def test_column_order_does_not_count() -> None:
    assert row_hashes(FRAME.select(reversed(FRAME.columns))).equals(row_hashes(FRAME))


def test_a_column_that_is_null_does_not_count() -> None:
    wider = FRAME.with_columns(pl.lit(None, dtype=pl.Float64).alias("added_later"))

    assert row_hashes(wider).equals(row_hashes(FRAME))


def test_negative_zero_is_zero() -> None:
    one, other = pl.DataFrame({"x": [0.0]}), pl.DataFrame({"x": [-0.0]})

    assert row_hashes(one).item() == row_hashes(other).item()


def test_values_swapped_between_columns_differ() -> None:
    one = pl.DataFrame({"gross": [1.0], "net": [2.0]})
    other = pl.DataFrame({"gross": [2.0], "net": [1.0]})

    assert row_hashes(one).item() != row_hashes(other).item()


def test_nested_values_are_refused() -> None:
    with pytest.raises(TypeError, match="no row hash"):
        row_hashes(pl.DataFrame({"x": [[1]]}))


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
def test_a_row_hashes_alike_alone_and_among_others(values: list[float]) -> None:
    frame = pl.DataFrame({"x": values})
    alone = [row_hashes(frame.slice(i, 1)).item() for i in range(frame.height)]

    assert row_hashes(frame).to_list() == alone
    assert content_hash(row_hashes(frame)) == content_hash(pl.Series(alone))


def test_a_long_table_hashes_its_rows_as_a_short_one_does() -> None:
    short = pl.DataFrame({"name": ["a", None, "", "b", "a"]})
    long = pl.concat([short] * 1_000)
    assert row_hashes(long).to_list() == row_hashes(short).to_list() * 1_000
