"""Planted events: what they do to the rows, and that the truth says so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from penstock.products.renewable.mock_data.corrections import corrected_days
from penstock.products.renewable.mock_data.events import EVENT_TYPES, PLANT_EVENTS, EventType
from penstock.products.renewable.mock_data.generate_generation import generate_generation
from penstock.products.renewable.mock_data.generate_ground_truth import generate_ground_truth
from penstock.products.renewable.mock_data.generate_weather import generate_weather
from penstock.products.renewable.portfolio import read_portfolio

pytestmark = pytest.mark.unit
ASSETS = read_portfolio(Path(__file__).parents[3] / "data" / "reference" / "portfolio.yaml").assets
BY_NAME = {kind.name: kind for kind in EVENT_TYPES}
START, END, SEED = date(2024, 1, 1), date(2024, 12, 31), 3
KEY = ["timestamp", "asset_id"]
GENERATORS: dict[str, Callable[..., pl.DataFrame]] = {
    "weather": generate_weather,
    "generation": generate_generation,
    "truth": generate_ground_truth,
}
Frames = dict[str, pl.DataFrame]


def often(name: str) -> EventType:
    """The type, happening in every slot."""
    return replace(BY_NAME[name], probability=1.0)


@pytest.fixture(scope="module")
def world() -> Callable[[str], Frames]:
    """A year of both tables and their truth in which one type of event happens; `` is clean."""
    made: dict[str, Frames] = {}

    def make(name: str) -> Frames:
        if name not in made:
            kinds = (BY_NAME[name],) if name else ()
            made[name] = {
                table: generate(ASSETS, start=START, end=END, seed=SEED, kinds=kinds)
                for table, generate in GENERATORS.items()
            }
        return made[name]

    return make


World = Callable[[str], Frames]


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].to_numpy().sum())


def planted(frames: Frames, rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """The rows, with `is_hit`: whether an event of this table covers them."""
    events = (
        frames["truth"]
        .filter(table_affected=table)
        .select("asset_id", "start_utc", "end_utc")
        .unique()
    )
    hits = (
        rows.select(KEY)
        .join(events, on="asset_id")
        .filter(pl.col("timestamp").is_between("start_utc", "end_utc", closed="left"))
        .select(KEY)
        .unique()
        .with_columns(is_hit=True)
    )
    return rows.join(hits, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("is_hit").fill_null(value=False)
    )


def changed_rows(world: World, name: str, table: str) -> pl.DataFrame:
    """Rows that the events changed, with the clean values under the suffix `_clean`."""
    one, clean = world(name)[table], world("")[table]
    return (
        planted(world(name), one, table)
        .join(clean, on=KEY, suffix="_clean")
        .with_columns(
            is_changed=pl.any_horizontal(
                pl.col(column) != pl.col(f"{column}_clean")
                for column in clean.columns
                if column not in KEY
            )
        )
    )


@pytest.mark.parametrize("name", [kind.name for kind in PLANT_EVENTS])
def test_an_event_changes_rows_inside_its_span_and_the_truth_tells_the_energy(
    world: World, name: str
) -> None:
    rows = changed_rows(world, name, "generation")
    lost = (pl.col("gross_generation_mwh_clean") - pl.col("gross_generation_mwh")).sum()
    days = rows.group_by("asset_id", pl.col("timestamp").dt.truncate("1d")).agg(lost=lost)
    told = (
        world(name)["truth"]
        .group_by(KEY)
        .agg(pl.col("expected_lost_mwh").sum())
        .join(days, on=KEY, how="full")
        .fill_null(0.0)
    )

    assert rows["is_changed"].sum() > 0
    assert rows.filter(pl.col("is_changed") & ~pl.col("is_hit")).is_empty()
    assert told.filter((pl.col("expected_lost_mwh") - pl.col("lost")).abs() > 1e-4).is_empty()


def test_the_costs_of_events_that_meet_add_up_to_what_was_lost() -> None:
    kinds = [often(kind.name) for kind in PLANT_EVENTS]
    clean, hit, told = (
        generate(ASSETS, start=START, end=date(2024, 4, 30), seed=SEED, kinds=chosen)
        for generate, chosen in (
            (generate_generation, ()),
            (generate_generation, kinds),
            (generate_ground_truth, kinds),
        )
    )
    lost = total(clean, "gross_generation_mwh") - total(hit, "gross_generation_mwh")

    assert told["event_type"].n_unique() == len(kinds)
    assert lost > 1000
    assert total(told, "expected_lost_mwh") == pytest.approx(lost, rel=1e-6)


def test_a_reported_outage_shows_in_the_operators_columns_and_an_unreported_one_does_not(
    world: World,
) -> None:
    reported = changed_rows(world, "outage_full", "generation").filter("is_hit")
    silent = changed_rows(world, "unreported_outage", "generation").filter("is_hit")

    for rows in (reported, silent):
        assert rows["gross_generation_mwh"].max() == 0
        assert rows["gross_generation_mwh_clean"].sum() > 0
    assert reported["availability_pct"].max() == 0
    assert silent["availability_pct"].min() == 100


def test_a_curtailed_plant_is_held_at_its_limit_and_says_what_it_lost(world: World) -> None:
    rows = changed_rows(world, "curtailment", "generation").filter("is_changed")
    whole = pl.col("gross_generation_mwh") + pl.col("curtailment_mwh")

    assert rows["availability_pct"].min() == 100
    assert rows.filter((whole - pl.col("gross_generation_mwh_clean")).abs() > 2e-6).is_empty()


def test_dirt_settles_until_rain_washes_it_off(world: World) -> None:
    truth = world("soiling")["truth"]
    event = truth.filter(pl.col("start_utc") >= START, pl.col("end_utc") < END).row(0, named=True)
    rows = changed_rows(world, "soiling", "generation").filter(
        pl.col("asset_id") == event["asset_id"], pl.col("gross_generation_mwh_clean") > 0.5
    )
    share = 1 - pl.col("gross_generation_mwh") / pl.col("gross_generation_mwh_clean")
    inside = rows.filter(pl.col("timestamp").is_between(event["start_utc"], event["end_utc"]))
    end = inside.filter(pl.col("timestamp") < event["end_utc"]).tail(5).select(share).to_series()

    assert inside.head(5).select(share).to_numpy().max() < 0.01
    assert end.to_numpy().max() == pytest.approx(event["severity"], abs=0.01)
    after = rows.filter(pl.col("timestamp") >= event["end_utc"]).head(5)
    assert not after["is_changed"].any()


@pytest.mark.parametrize(("name", "below_c"), [("icing", 1.0), ("snow", 2.0)])
def test_ice_and_snow_need_the_cold(world: World, name: str, below_c: float) -> None:
    rows = changed_rows(world, name, "generation").filter("is_changed")
    air = rows.join(world("")["weather"].select(*KEY, "temperature_c"), on=KEY)

    assert air["temperature_c"].to_numpy().max() < below_c + 1.5  # the thermometer's noise


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("sensor_bias", "weather"),
        ("frozen_sensor", "weather"),
        ("spike", "weather"),
        ("over_capacity", "generation"),
        ("night_power", "generation"),
        ("duplicate", "generation"),
        ("duplicate", "weather"),
        ("late_correction", "generation"),
    ],
)
def test_what_only_records_show_costs_nothing_and_stays_inside_its_span(
    world: World, name: str, table: str
) -> None:
    rows = changed_rows(world, name, table)

    assert rows["is_changed"].sum() > 0
    assert rows.filter(pl.col("is_changed") & ~pl.col("is_hit")).is_empty()
    assert world(name)["truth"]["expected_lost_mwh"].sum() == 0


def test_a_frozen_anemometer_repeats_what_it_read_when_it_froze(world: World) -> None:
    frozen = changed_rows(world, "frozen_sensor", "weather").filter(
        pl.col("is_hit"), pl.col("asset_id").str.starts_with("wind")
    )
    first = frozen.join(
        world("frozen_sensor")["truth"].select("asset_id", timestamp="start_utc").unique(), on=KEY
    )

    assert first.height > 3
    assert not first["is_changed"].any()
    steps = frozen.select(
        (pl.col("wind_speed_mps").diff() == 0).over("asset_id", pl.col("timestamp").dt.date())
    )
    assert steps.to_series().drop_nulls().to_numpy().mean() > 0.85


def test_missing_rows_are_missing_and_no_others(world: World) -> None:
    for table in ("weather", "generation"):
        clean = planted(world("missing"), world("")[table], table)
        left = world("missing")[table]

        assert clean["is_hit"].sum() > 0
        assert clean.filter(~pl.col("is_hit")).drop("is_hit").equals(left)


def test_of_a_row_that_comes_twice_the_last_is_right(world: World) -> None:
    rows = world("duplicate")["generation"]
    last = rows.unique(KEY, keep="last", maintain_order=True)

    assert rows.height > last.height
    assert last.equals(world("")["generation"])


def test_a_correction_brings_the_right_values_of_the_wrong_rows(world: World) -> None:
    kinds = (BY_NAME["late_correction"],)
    second = generate_generation(
        ASSETS, start=START, end=END, seed=SEED, kinds=kinds, delivery_no=2
    )
    first, clean = world("late_correction")["generation"], world("")["generation"]
    wrong = first.join(second, on=KEY, how="semi", maintain_order="left")
    error = (wrong["net_generation_mwh"] / second["net_generation_mwh"] - 1).abs()

    assert second.height > 100
    assert second.equals(clean.join(second, on=KEY, how="semi", maintain_order="left"))
    assert error.is_between(0.015, 0.101).all()
    assert first.join(second, on=KEY, how="anti").equals(clean.join(second, on=KEY, how="anti"))


def test_corrections_arrive_two_to_five_days_later_and_cover_what_is_wrong(world: World) -> None:
    arrivals = corrected_days(ASSETS, start=START, end=END, seed=SEED)
    told = world("late_correction")["truth"]["timestamp"].dt.date().unique().to_list()

    assert set(told) == arrivals.keys()
    delays = {(arrival - day).days for day, arrival in arrivals.items()}
    assert delays == {2, 3, 4, 5}


def test_a_shifted_logger_stamps_an_hour_late_for_one_summer() -> None:
    asset = [one for one in ASSETS if one.asset_id == "solar_mojave"]
    kinds = (often("clock_shift"),)
    shifted = generate_generation(asset, start=START, end=END, seed=SEED, kinds=kinds)
    clean = generate_generation(asset, start=START, end=END, seed=SEED, kinds=())
    begin, end = datetime(2024, 3, 31, 1), datetime(2024, 10, 27, 1)
    summer = pl.col("timestamp").is_between(begin, end, closed="left")
    energy = pl.col("gross_generation_mwh")
    earlier = clean.select(pl.col("timestamp") + timedelta(hours=1), energy)

    assert shifted.filter(~summer).equals(clean.filter(~summer))
    assert shifted.filter(summer).select("timestamp", energy).equals(earlier.filter(summer))


def test_a_degrading_plant_loses_its_rate_times_its_age(world: World) -> None:
    truth = world("degradation")["truth"]
    badly = truth.filter(pl.col("asset_id") == "wind_nordfriesland")
    rows = world("")["generation"].filter(pl.col("asset_id") == "wind_nordfriesland")
    share = total(badly, "expected_lost_mwh") / total(rows, "gross_generation_mwh")

    assert truth["asset_id"].n_unique() == len(ASSETS)
    assert badly["severity"].unique().to_list() == [0.02]
    # 12 years at 2 %; at full load in strong wind a part of it does not show
    assert 0.1 < share < 0.24 / (1 - 0.24)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fleet_with_events_is_as_available_as_a_real_one(seed: int) -> None:
    rows = generate_generation(ASSETS, start=date(2023, 1, 1), end=END, seed=seed)
    good = rows.filter(pl.col("gross_generation_mwh") <= pl.col("asset_capacity_mw"))
    by_asset = good.group_by("asset_id").agg(
        pl.col("availability_pct").mean(),
        loss=1 - pl.col("net_generation_mwh").sum() / pl.col("gross_generation_mwh").sum(),
    )

    assert by_asset["availability_pct"].to_numpy().min() >= 95
    assert by_asset["availability_pct"].to_numpy().mean() <= 99
    assert by_asset["loss"].is_between(0.015, 0.03).all()


def test_a_clean_world_has_no_truth_to_tell(world: World) -> None:
    assert world("")["truth"].is_empty()
