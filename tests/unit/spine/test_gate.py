"""The gate: what cannot be stored or placed is refused with its position; nothing is lost."""

import json
from datetime import date, datetime, timedelta
from math import inf, nan
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.loading.gate import Gated, gate
from penstock.products.renewable.contracts import WEATHER, assets_frame
from support.worlds import SOLAR, WIND

pytestmark = pytest.mark.unit

NOON = datetime(2025, 3, 1, 12)
KNOWN = assets_frame([WIND, SOLAR])


def through(
    *rows: dict[str, Any],
    delivery: str = "weather/one.parquet",
    keep: str = "keep_last",
    known: pl.DataFrame = KNOWN,
) -> Gated:
    empty = dict.fromkeys(WEATHER.by_name)
    complete = [{**empty, "timestamp": NOON, "asset_id": "wind_a", **row} for row in rows]
    frame = pl.DataFrame(complete, schema=WEATHER.polars_schema).with_columns(
        pl.lit(delivery).alias("_delivery_id"),
        pl.lit(datetime(2025, 3, 2)).cast(pl.Datetime("us")).alias("_delivered_at"),
        pl.lit("users_file.csv").alias("_source_file"),
        pl.int_range(1, len(rows) + 1, dtype=pl.Int64).alias("_source_row"),
        pl.lit(keep).alias("_duplicates"),
    )
    return gate(frame, contract=WEATHER, known=known)


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ({"timestamp": None}, "missing_value", "timestamp"),
        ({"asset_id": None}, "missing_value", "asset_id"),
        ({"ghi": nan}, "not_finite", "ghi"),
        ({"temperature_c": inf}, "not_finite", "temperature_c"),
        ({"source_class": "hearsay"}, "unknown_value", "source_class"),
        ({"asset_id": "wind_z"}, "unknown_asset", "asset_id"),
        ({"timestamp": NOON + timedelta(minutes=10)}, "off_the_grid", "timestamp"),
        ({"timestamp": datetime(1970, 1, 1)}, "before_operation", "timestamp"),
        ({"timestamp": datetime(2099, 1, 1)}, "after_delivery", "timestamp"),
    ],
)
def test_a_row_that_cannot_be_placed_is_refused_with_reason_and_position(
    row: dict[str, Any], reason: str, column: str
) -> None:
    gated = through({"timestamp": NOON + timedelta(hours=1)}, row)
    refused = gated.refused.row(0, named=True)

    assert gated.accepted.height == 1
    assert (refused["reason"], refused["column_name"]) == (reason, column)
    assert (refused["source_file"], refused["source_row"]) == ("users_file.csv", 2)
    assert refused["expected"]


def test_a_refused_row_keeps_all_its_values() -> None:
    refused = through({"asset_id": "wind_z", "wind_speed_mps": 7.25}).refused

    assert json.loads(refused["row_json"].item())["wind_speed_mps"] == 7.25


def test_what_json_cannot_say_is_told_as_a_text() -> None:
    refused = through({"ghi": nan}, {"ghi": -inf}, {"ghi": None}).refused

    assert [json.loads(one)["ghi"] for one in refused["row_json"]] == ["NaN", "-inf"]


def test_an_implausible_value_is_stored_not_refused() -> None:
    gated = through({"temperature_c": -273.2, "wind_direction_deg": 360.0, "wind_speed_mps": 7.0})

    assert gated.accepted["temperature_c"].item() == -273.2
    assert gated.refused.is_empty()


@pytest.mark.parametrize(("keep", "kept"), [("keep_first", 1.0), ("keep_last", 3.0)])
def test_one_row_per_key_is_kept_by_the_deliverys_policy(keep: str, kept: float) -> None:
    gated = through(*({"wind_speed_mps": v} for v in (1.0, 2.0, 3.0)), keep=keep)

    assert gated.accepted["wind_speed_mps"].to_list() == [kept]
    assert gated.accepted["_has_conflict"].item() is True
    assert set(gated.refused["reason"]) == {f"duplicate_{keep.replace('keep', 'kept')}"}


def test_a_repeated_row_is_counted_and_is_no_conflict() -> None:
    gated = through({"wind_speed_mps": 5.0}, {"wind_speed_mps": 5.0})

    assert gated.accepted["_has_conflict"].item() is False
    assert gated.refused["reason"].to_list() == ["duplicate_identical"]


def test_a_row_keeps_to_the_grid_that_its_asset_had_on_its_day() -> None:
    newer = WIND.model_copy(update={"interval_minutes": 60, "valid_from": date(2025, 1, 1)})
    older = WIND.model_copy(update={"interval_minutes": 10, "valid_to": date(2025, 1, 1)})
    gated = through(
        {"timestamp": datetime(2024, 6, 1, 0, 10)},
        {"timestamp": datetime(2025, 6, 1, 0, 10)},
        {"timestamp": datetime(2019, 6, 1, 0, 10)},
        known=assets_frame([older, newer]),
    )

    assert gated.accepted["_source_row"].to_list() == [1, 3]
    assert gated.refused.select("reason", "source_row").rows() == [("off_the_grid", 2)]


ROWS = st.fixed_dictionaries(
    {
        "timestamp": st.one_of(
            st.none(), st.integers(0, 8).map(lambda n: NOON + timedelta(minutes=30 * n))
        ),
        "asset_id": st.sampled_from([None, "wind_a", "solar_a", "stranger"]),
        "wind_speed_mps": st.one_of(st.none(), st.just(nan), st.floats(0, 3).map(round)),
        "source_class": st.sampled_from([None, "onsite", "hearsay"]),
    }
)


@settings(deadline=None)  # a busy machine is no reason to fail
@given(st.lists(ROWS, max_size=30), st.sampled_from(["keep_first", "keep_last"]))
def test_every_row_is_accepted_or_refused_exactly_once(
    rows: list[dict[str, Any]], keep: str
) -> None:
    gated = through(*rows, keep=keep)
    positions = [*gated.accepted["_source_row"], *gated.refused["source_row"]]

    assert sorted(positions) == list(range(1, len(rows) + 1))
    assert not gated.accepted.select(WEATHER.key).is_duplicated().any()
