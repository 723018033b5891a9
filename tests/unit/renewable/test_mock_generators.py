from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.products.renewable.mock_data.generate_generation import (
    GENERATION_SCHEMA,
    generate_generation,
)
from penstock.products.renewable.mock_data.generate_ground_truth import generate_ground_truth
from penstock.products.renewable.mock_data.generate_weather import (
    WEATHER_SCHEMA,
    generate_weather,
)
from penstock.products.renewable.portfolio import MockAsset, read_portfolio

pytestmark = pytest.mark.unit
SHIPPED = read_portfolio(Path(__file__).parents[3] / "data" / "reference" / "portfolio.yaml").assets
INTERVALS = (10, 15, 30, 60)
ASSETS = tuple(
    asset.model_copy(update={"interval_minutes": INTERVALS[number % 4]})
    for number, asset in enumerate(SHIPPED)
)
GENERATORS = (generate_weather, generate_generation)
Generator = Callable[..., pl.DataFrame]

generators = pytest.mark.parametrize("generate", GENERATORS)
some_assets = st.lists(st.sampled_from(ASSETS), min_size=1, max_size=4, unique=True)
days = st.dates(date(2005, 1, 1), date(2035, 12, 31))
seeds = st.integers(0, 2**40)
some_time = st.integers(0, 20).map(timedelta)
surroundings = st.tuples(some_time, some_time)


def rows_between(frame: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    return frame.filter(pl.col("timestamp").dt.date().is_between(start, end))


def weather_and_generation(
    assets: tuple[MockAsset, ...], *, start: date, end: date, seed: int
) -> pl.DataFrame:
    """Both tables of a clean world."""
    return generate_weather(assets, start=start, end=end, seed=seed, kinds=()).join(
        generate_generation(assets, start=start, end=end, seed=seed, kinds=()),
        on=["timestamp", "asset_id"],
    )


@pytest.mark.parametrize("generate", [*GENERATORS, generate_ground_truth])
@settings(deadline=None, max_examples=25)
@given(assets=some_assets, day=days, around=surroundings, seed=seeds)
def test_a_day_alone_equals_that_day_of_a_longer_range(
    generate: Generator,
    assets: list[MockAsset],
    day: date,
    around: tuple[timedelta, timedelta],
    seed: int,
) -> None:
    before, after = around
    whole = generate(assets, start=day - before, end=day + after, seed=seed)
    alone = generate(assets, start=day, end=day, seed=seed)

    assert alone.equals(rows_between(whole, day, day))


@generators
@settings(deadline=None, max_examples=15)
@given(assets=some_assets, start=days, lengths=st.lists(st.integers(1, 12), min_size=2, max_size=5))
def test_chunks_of_any_size_put_together_equal_the_whole(
    generate: Generator, assets: list[MockAsset], start: date, lengths: list[int]
) -> None:
    begins = [start + timedelta(days=sum(lengths[:number])) for number in range(len(lengths))]
    chunks = [
        generate(assets, start=begin, end=begin + timedelta(days=length - 1), seed=7)
        for begin, length in zip(begins, lengths, strict=True)
    ]
    whole = generate(assets, start=start, end=start + timedelta(days=sum(lengths) - 1), seed=7)

    assert pl.concat(chunks).equals(whole)


@generators
@settings(deadline=None, max_examples=15)
@given(assets=some_assets, start=days, seed=seeds)
def test_an_asset_does_not_depend_on_which_others_are_generated(
    generate: Generator, assets: list[MockAsset], start: date, seed: int
) -> None:
    end = start + timedelta(days=2)
    together = generate(ASSETS, start=start, end=end, seed=seed)
    some = generate(assets[::-1], start=start, end=end, seed=seed)

    assert some.equals(
        together.filter(pl.col("asset_id").is_in([asset.asset_id for asset in assets]))
    )


@generators
def test_another_seed_is_another_world(generate: Generator) -> None:
    day = date(2024, 6, 1)

    one, two = (generate(ASSETS, start=day, end=day, seed=seed) for seed in (1, 2))

    assert not one.equals(two)


@pytest.mark.parametrize(
    ("generate", "schema"),
    [(generate_weather, WEATHER_SCHEMA), (generate_generation, GENERATION_SCHEMA)],
)
def test_rows_have_the_contract_s_columns_and_the_order_of_time_and_asset(
    generate: Generator, schema: pl.Schema
) -> None:
    frame = generate(ASSETS, start=date(2024, 1, 1), end=date(2024, 1, 2), seed=1, kinds=())

    assert frame.schema == schema
    assert frame.equals(frame.sort("timestamp", "asset_id"))
    assert frame.height == sum(2 * 1440 // asset.interval_minutes for asset in ASSETS)
    assert frame.null_count().sum_horizontal().item() == 0


@generators
def test_an_asset_has_rows_only_while_it_is_in_operation(generate: Generator) -> None:
    asset = SHIPPED[0].model_copy(
        update={
            "commissioning_date": date(2020, 3, 2),
            "valid_from": date(2020, 3, 2),
            "decommissioning_date": date(2020, 3, 5),
        }
    )
    frame = generate([asset], start=date(2020, 2, 25), end=date(2020, 3, 10), seed=1, kinds=())

    assert frame["timestamp"].dt.date().min() == date(2020, 3, 2)
    assert frame["timestamp"].dt.date().max() == date(2020, 3, 4)
    assert frame.height == 3 * 24
    before = generate([asset], start=date(2019, 1, 1), end=date(2019, 1, 2), seed=1, kinds=())
    assert before.equals(frame.clear())


@generators
def test_a_new_version_of_an_asset_takes_over_at_midnight(generate: Generator) -> None:
    change = date(2020, 3, 2)
    old = SHIPPED[0].model_copy(update={"valid_to": change})
    new = SHIPPED[0].model_copy(update={"valid_from": change, "capacity_mw": 60.0})
    frame = generate([new, old], start=date(2020, 3, 1), end=change, seed=1, kinds=())

    expected = [
        generate([version], start=day, end=day, seed=1, kinds=())
        for version, day in ((old, date(2020, 3, 1)), (new, change))
    ]
    assert frame.equals(pl.concat(expected))
    assert frame.height == 48


@generators
def test_a_range_that_ends_before_it_starts_is_refused(generate: Generator) -> None:
    with pytest.raises(ValueError, match="expected 2024-01-02"):
        generate(ASSETS, start=date(2024, 1, 2), end=date(2024, 1, 1), seed=1)


def test_weather_does_not_jump_at_midnight() -> None:
    assets = tuple(asset.model_copy(update={"interval_minutes": 10}) for asset in SHIPPED)
    frame = generate_weather(
        assets, start=date(2024, 1, 1), end=date(2024, 3, 31), seed=3, kinds=()
    )
    steps = frame.select(
        "timestamp",
        pl.col("wind_speed_mps", "temperature_c", "pressure_hpa").diff().over("asset_id").abs(),
    )
    is_midnight = pl.col("timestamp").dt.time() == pl.time(0, 0)
    measures = pl.exclude("timestamp").mean()

    at_midnight = steps.filter(is_midnight).select(measures).row(0)
    elsewhere = steps.filter(~is_midnight).select(measures).row(0)

    np.testing.assert_allclose(at_midnight, elsewhere, rtol=0.15)


@settings(deadline=None, max_examples=10)
@given(start=days, seed=seeds)
def test_every_value_is_inside_the_range_of_its_contract(start: date, seed: int) -> None:
    frame = weather_and_generation(
        ASSETS, start=start, end=start + timedelta(days=9), seed=seed
    ).with_columns(rated_mwh=pl.col("asset_capacity_mw"))

    refused = frame.filter(
        ~pl.col("wind_speed_mps").is_between(0, 50)
        | ~pl.col("wind_direction_deg").is_between(0, 360, closed="left")
        | ~pl.col("ghi").is_between(0, 1500)
        | ~pl.col("temperature_c").is_between(-45, 55)
        | ~pl.col("pressure_hpa").is_between(600, 1080)
        | ~pl.col("relative_humidity").is_between(0, 100)
        | ~pl.col("gross_generation_mwh").is_between(0, pl.col("rated_mwh"))
        | (pl.col("net_generation_mwh") > pl.col("gross_generation_mwh"))
        | (pl.col("availability_pct") != 100)
        | (pl.col("curtailment_mwh") != 0)
    )
    assert refused.is_empty()


def test_no_value_is_a_negative_zero() -> None:
    frame = weather_and_generation(ASSETS, start=date(2024, 1, 1), end=date(2024, 3, 1), seed=5)
    numbers = frame.select(pl.col(pl.Float64)).to_numpy()

    assert not (np.signbit(numbers) & (numbers == 0)).any()


def test_a_plant_at_standstill_draws_power_from_the_grid() -> None:
    frame = weather_and_generation(ASSETS, start=date(2024, 1, 1), end=date(2024, 1, 31), seed=5)
    standstill = frame.filter(pl.col("gross_generation_mwh") == 0)

    assert standstill.height > 100
    assert (standstill["net_generation_mwh"] < 0).all()


def test_generation_follows_the_true_weather_not_the_measured_one() -> None:
    frame = weather_and_generation(
        SHIPPED[:1], start=date(2024, 6, 1), end=date(2024, 8, 31), seed=5
    )
    same_wind = frame.filter(pl.col("wind_speed_mps").is_between(8.0, 8.2))
    energies = same_wind["gross_generation_mwh"].to_numpy()

    assert 0.05 < energies.std() / energies.mean() < 0.25
