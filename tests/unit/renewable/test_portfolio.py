from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from penstock.errors import PenstockError
from penstock.products.renewable.asset import Asset
from penstock.products.renewable.contracts import ASSETS, assets_frame
from penstock.products.renewable.mock_data.climate import MockClimate
from penstock.products.renewable.mock_world import World
from penstock.products.renewable.portfolio import PortfolioError, read_portfolio

pytestmark = pytest.mark.unit
SHIPPED = Path(__file__).parents[3] / "data" / "reference" / "portfolio.yaml"
COMMON: dict[str, Any] = {
    "name": "A plant",
    "capacity_mw": 10,
    "latitude": 50.0,
    "longitude": 8.0,
    "timezone": "Europe/Berlin",
    "commissioning_date": date(2012, 5, 1),
}
WIND = {**COMMON, "asset_id": "w", "technology": "wind", "hub_height_m": 80}
SOLAR = {
    **COMMON,
    "asset_id": "s",
    "technology": "solar",
    "dc_capacity_mw": 12.5,
    "tilt_deg": 30,
    "azimuth_deg": 180,
}
MINIMAL_YAML = """
    assets:
      - asset_id: mill
        name: The mill
        technology: wind
        capacity_mw: 2
        latitude: 54.5
        longitude: 9.0
        timezone: Europe/Berlin
        commissioning_date: 2012-05-01
        hub_height_m: 80
"""


def portfolio_file(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(PortfolioError) as caught:
        read_portfolio(portfolio_file(folder, text))
    return str(caught.value)


def test_the_shipped_portfolio_has_five_wind_and_five_solar_assets_older_than_2015() -> None:
    assets = read_portfolio(SHIPPED).assets

    assert [asset.technology for asset in assets].count("wind") == 5
    assert [asset.technology for asset in assets].count("solar") == 5
    assert max(asset.commissioning_date for asset in assets) < date(2015, 1, 1)
    assert len({asset.timezone for asset in assets}) >= 5


def test_a_portfolio_without_a_mock_block_works(tmp_path: Path) -> None:
    (mill,) = read_portfolio(portfolio_file(tmp_path, MINIMAL_YAML)).assets

    typical = MockClimate.typical(technology="wind", latitude=54.5, longitude=9.0, altitude_m=0.0)
    assert mill.mock == typical


def test_a_partial_mock_block_keeps_what_is_typical_for_the_rest(tmp_path: Path) -> None:
    block = " " * 8 + "mock: {weibull_k: 2.4}\n"
    (mill,) = read_portfolio(portfolio_file(tmp_path, MINIMAL_YAML + block)).assets

    typical = MockClimate.typical(technology="wind", latitude=54.5, longitude=9.0, altitude_m=0.0)
    assert mill.mock == typical.model_copy(update={"weibull_k": 2.4})


@pytest.mark.parametrize("latitude", [-90.0, -35.0, 0.0, 35.0, 90.0])
@pytest.mark.parametrize("altitude_m", [-430.0, 0.0, 6000.0])
def test_every_place_on_earth_has_a_typical_climate(latitude: float, altitude_m: float) -> None:
    climate = MockClimate.typical(
        technology="solar", latitude=latitude, longitude=0.0, altitude_m=altitude_m
    )

    assert 0 < climate.clear_share < 1


def test_assets_need_no_climate_and_fill_what_their_technology_implies() -> None:
    wind, solar = Asset.model_validate(WIND), Asset.model_validate(SOLAR)

    assert (wind.cut_in_mps, wind.stall_regulated, wind.gamma_pdc) == (3.0, False, None)
    assert (solar.tracking, solar.gamma_pdc, solar.cut_in_mps) == ("fixed", -0.0037, None)
    assert wind.valid_from == wind.commissioning_date


def test_an_asset_has_exactly_the_columns_of_the_contract() -> None:
    assert [column.name for column in ASSETS.columns] == list(Asset.model_fields)
    assert all(column.description for column in ASSETS.columns)


def test_the_assets_table_is_typed_even_when_a_column_is_empty() -> None:
    frame = assets_frame([Asset.model_validate(WIND), Asset.model_validate(SOLAR)])

    assert frame.schema == ASSETS.polars_schema
    assert frame["asset_id"].to_list() == ["s", "w"]
    assert ASSETS.polars_schema["valid_to"] == pl.Date
    assert ASSETS.polars_schema["n_turbines"] == pl.Int64
    assert ASSETS.polars_schema["stall_regulated"] == pl.Boolean


@pytest.mark.parametrize(
    ("given", "change", "named"),
    [
        (WIND, {"latitude": 91}, "latitude"),
        (WIND, {"longitude": -181}, "longitude"),
        (WIND, {"capacity_mw": 0}, "capacity_mw"),
        (WIND, {"capacity_mw": float("nan")}, "capacity_mw"),
        (WIND, {"timezone": "Europe/Atlantis"}, "timezone"),
        (WIND, {"interval_minutes": 20}, "interval_minutes"),
        (WIND, {"hub_height_m": None}, "hub_height_m"),
        (WIND, {"tilt_deg": 30}, "tilt_deg"),
        (WIND, {"cut_in_mps": 10, "cut_out_mps": 10.0}, "cut_out_mps"),
        (SOLAR, {"dc_capacity_mw": None}, "dc_capacity_mw"),
        (SOLAR, {"azimuth_deg": None}, "azimuth_deg"),
        (SOLAR, {"hub_height_m": 80}, "hub_height_m"),
        (SOLAR, {"valid_to": date(2012, 5, 1)}, "valid_to"),
        (SOLAR, {"decommissioning_date": date(2011, 1, 1)}, "decommissioning_date"),
        (SOLAR, {"colour": "blue"}, "colour"),
    ],
)
def test_an_impossible_asset_is_refused_by_the_name_of_its_field(
    given: dict[str, Any], change: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        Asset.model_validate({**given, **change})


def test_an_error_names_file_asset_field_expectation_and_remedy(tmp_path: Path) -> None:
    message = refusal(tmp_path, MINIMAL_YAML.replace("54.5", "154.5"))

    assert message == (
        f"{tmp_path / 'mine.yaml'}: asset 'mill', field 'latitude': "
        "expected less than or equal to 90, got 154.5; correct it"
    )


@pytest.mark.parametrize("block", ["", "        mock: {weibull_k: 2}\n"])
def test_what_follows_from_a_mistake_is_not_reported_as_another(tmp_path: Path, block: str) -> None:
    message = refusal(tmp_path, MINIMAL_YAML.replace("technology: wind", "technology: w") + block)

    assert message.endswith("field 'technology': expected 'wind' or 'solar', got 'w'; correct it")
    assert message.count("\n") == 0


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    text = MINIMAL_YAML.replace("54.5", "154.5").replace("hub_height_m: 80", "hub_heigth_m: 80")
    lines = refusal(tmp_path, text).splitlines()

    assert len(lines) == 2
    assert "field 'latitude'" in lines[0]
    assert "field 'hub_heigth_m': no such field; rename it to 'hub_height_m'" in lines[1]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("        name: The mill\n", "", "field 'name': expected a value; add it"),
        ("The mill", "2012", "field 'name': expected a valid string, got 2012; put it in quotes"),
        ("        hub_height_m: 80\n", "", "'hub_height_m': expected a value for a wind asset"),
        ("Europe/Berlin", "CET/Nowhere", "expected an IANA time zone such as Europe/Berlin"),
        ("80\n", "80\n        mock: {weibull_k: 9}\n", "field 'mock.weibull_k': expected less"),
        ("80\n", "80\n        parent_asset_id: park\n", "'parent_asset_id': expected nothing"),
        ("assets:", "asets:", "field 'assets': expected a value; add it"),
        ("    assets:", "    assets: []\n    x:", "no such field"),
        ("    assets:", "    - assets:", "mine.yaml: "),
    ],
)
def test_common_mistakes_are_explained(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert expected in refusal(tmp_path, MINIMAL_YAML.replace(old, new))


def test_the_same_version_of_an_asset_is_refused(tmp_path: Path) -> None:
    twice = dedent(MINIMAL_YAML) + dedent(MINIMAL_YAML).replace("\nassets:\n", "")

    message = refusal(tmp_path, twice)

    assert "asset 'mill', field 'valid_from': 2012-05-01 is there twice" in message


def test_versions_may_follow_one_another_but_not_overlap(tmp_path: Path) -> None:
    first = dedent(MINIMAL_YAML)
    second = first.replace("\nassets:\n", "") + "    valid_from: 2018-01-01\n"

    assert "field 'valid_to': expected 2018-01-01 or earlier" in refusal(tmp_path, first + second)
    ended = first + "    valid_to: 2018-01-01\n" + second
    assert len(read_portfolio(portfolio_file(tmp_path, ended)).assets) == 2


def test_an_unreadable_portfolio_is_an_error_a_user_can_act_on(tmp_path: Path) -> None:
    with pytest.raises(PenstockError, match="check the path of the portfolio file"):
        read_portfolio(tmp_path / "nowhere.yaml")
    with pytest.raises(PenstockError, match="is not valid YAML"):
        read_portfolio(portfolio_file(tmp_path, "assets: ["))


EVENT = {"date": date(2020, 5, 17), "kind": "sensor_repaired"}


def test_events_are_kept_by_date_whatever_their_order() -> None:
    later = {"date": date(2021, 1, 2), "kind": "blades_changed"}

    asset = Asset.model_validate({**WIND, "asset_events": [later, EVENT]})

    assert asset.asset_events == "2020-05-17 sensor_repaired; 2021-01-02 blades_changed"
    assert Asset.model_validate(SOLAR).asset_events is None


@pytest.mark.parametrize(
    ("events", "named"),
    [
        ([], "a list with one {date: 2024-05-17, kind: sensor_repaired} per event"),
        (EVENT, "a list with one {date: 2024-05-17, kind: sensor_repaired} per event"),
        ([{**EVENT, "kind": "cleaned"}], "of event 1, 'kind'"),
        ([EVENT, {"kind": "other"}], "of event 2, 'date'"),
        ([EVENT, EVENT], "one event per date, 2020-05-17 has several"),
        ([{**EVENT, "date": date(2012, 5, 1)}], "after commissioning_date (2012-05-01)"),
    ],
)
def test_a_wrong_event_is_refused_by_its_place(tmp_path: Path, events: object, named: str) -> None:
    portfolio = tmp_path / "mine.yaml"
    portfolio.write_text(yaml.safe_dump({"assets": [{**WIND, "asset_events": events}]}))

    with pytest.raises(PortfolioError) as caught:
        read_portfolio(portfolio)

    assert named in str(caught.value)
    assert "asset 'w'" in str(caught.value)
    assert "asset_events" in str(caught.value)


def test_what_only_judges_rows_makes_no_other_mock_world(tmp_path: Path) -> None:
    def world(*events: object) -> World:
        entry = {**WIND, **({"asset_events": list(events)} if events else {})}
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump({"assets": [entry]}))
        return World(7, path, read_portfolio(path), is_clean=True)

    assert world(EVENT).portfolio != world().portfolio
    assert world(EVENT).name == world().name
