from pathlib import Path

import pytest
import yaml

from penstock.errors import PenstockError
from penstock.products.renewable.asset import Asset
from penstock.products.renewable.declared import declared_assets
from penstock.products.renewable.portfolio import PortfolioError, read_portfolio
from penstock.products.renewable.power_curve import GRID_MPS, PowerCurveError, read_power_curve

pytestmark = pytest.mark.unit

ENTRY = {
    "asset_id": "mill",
    "name": "The mill",
    "technology": "wind",
    "capacity_mw": 6.0,
    "n_turbines": 3,
    "hub_height_m": 80,
    "latitude": 54.5,
    "longitude": 9.0,
    "timezone": "Europe/Berlin",
    "commissioning_date": "2012-05-01",
    "power_curve_id": "v80",
}
MILL = Asset.model_validate(ENTRY)
CURVE = "wind_speed_mps,power_kw\n3,0\n4,60\n6,500\n8,1000\n9.5,1800\n11,2000\n25,2000\n"
SPARSE = CURVE.replace("25,2000", "\n".join(f"{speed},2000" for speed in range(13, 26, 2)))


def curve_file(folder: Path, text: str = SPARSE) -> Path:
    path = folder / "power_curves" / "v80.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def on_grid(path: Path, asset: Asset = MILL) -> dict[float, float]:
    shares = read_power_curve(path, asset).split(" ")
    return dict(zip(GRID_MPS, map(float, shares), strict=True))


def test_a_curve_is_a_share_of_the_turbines_rated_power_on_bin_centres(tmp_path: Path) -> None:
    curve = on_grid(curve_file(tmp_path))

    assert (curve[0], curve[3], curve[4], curve[8], curve[11]) == (0, 0, 0.03, 0.5, 1)
    assert (curve[3.5], curve[5]) == (0.015, 0.14)  # on a straight line between two rows
    assert curve[30] == 1  # held; what is above cut-out is dbt's to say


def test_shares_of_rated_power_may_be_given_instead(tmp_path: Path) -> None:
    rows = [row.split(",") for row in SPARSE.split()[1:]]
    shares = "".join(f"{speed},{float(power) / 2000}\n" for speed, power in rows)

    given = on_grid(curve_file(tmp_path, "wind_speed_mps,power_pu\n" + shares))

    assert given == on_grid(curve_file(tmp_path))


def thin_air(text: str) -> str:
    header, *rows = text.split()
    return "\n".join([header + ",air_density_kgm3", *(row + ",1.0" for row in rows)])


def test_a_curve_for_thin_air_is_brought_to_reference_density(tmp_path: Path) -> None:
    """Pitch-regulated: power at 8 m/s in thin air is had at 8 * (1 / 1.225)^(1/3) m/s."""
    thin = on_grid(curve_file(tmp_path, thin_air(SPARSE)))
    before, after = (speed * 1.225 ** (-1 / 3) for speed in (8, 9.5))

    assert before < 7.5 < after
    assert thin[7.5] == pytest.approx(0.5 + 0.4 * (7.5 - before) / (after - before), abs=1e-6)


def test_a_stall_regulated_turbines_curve_is_brought_there_in_power(tmp_path: Path) -> None:
    stalled = MILL.model_copy(update={"stall_regulated": True})

    assert on_grid(curve_file(tmp_path, thin_air(SPARSE)), stalled)[8] == 0.6125


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("4,60", "4,sixty"), "row 3, column 'power_kw': expected a number"),
        (("4,60", "4"), "row 3, column 'power_kw': expected a number"),
        (("4,60", "4,-60"), "row 3, column 'power_kw': expected no negative power, got -60"),
        (("6,500", "6,500000"), "row 4, column 'power_kw': expected at most rated power 2000"),
        (("6,500", "3.5,500"), "row 4, column 'wind_speed_mps': expected more than 4"),
        (("6,500", "4,500"), "row 4, column 'wind_speed_mps': expected more than 4"),
        (("8,1000\n", ""), "row 5, column 'wind_speed_mps': expected at most 2 m/s more than 6"),
        (("25,2000", "60,2000"), "row 14, column 'wind_speed_mps': expected 0 to 50 m/s, got 60"),
        (("3,0\n4,60\n", ""), "row 2, column 'power_kw': expected a curve that begins without"),
        (("power_kw", "power_mw"), "row 1: expected the columns wind_speed_mps and either"),
        (("power_kw", "power_kw;x"), "row 1: expected the columns wind_speed_mps and either"),
    ],
)
def test_a_wrong_curve_is_refused_by_file_row_and_column(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    path = curve_file(tmp_path, SPARSE.replace(*change))

    with pytest.raises(PowerCurveError) as caught:
        read_power_curve(path, MILL)

    assert f"{path}: {named}" in str(caught.value)


@pytest.mark.parametrize(
    ("densities", "named"),
    [("9.9", "row 2, column 'air_density_kgm3': expected 0.8 to 1.4"), ("1.1", "row 3, column")],
)
def test_a_file_holds_a_curve_for_one_possible_density(
    tmp_path: Path, densities: str, named: str
) -> None:
    path = curve_file(tmp_path, thin_air(SPARSE).replace("3,0,1.0", f"3,0,{densities}"))

    with pytest.raises(PowerCurveError, match=named):
        read_power_curve(path, MILL)


def test_a_curve_has_to_reach_the_rated_power_of_its_asset(tmp_path: Path) -> None:
    larger = MILL.model_copy(update={"capacity_mw": 9.0})

    with pytest.raises(PowerCurveError, match="expected a curve that reaches rated power 3000"):
        read_power_curve(curve_file(tmp_path), larger)


def test_an_empty_file_is_no_curve(tmp_path: Path) -> None:
    with pytest.raises(PowerCurveError, match="got none"):
        read_power_curve(curve_file(tmp_path, ""), MILL)


def test_a_curve_that_is_not_there_is_asked_for_by_its_path(tmp_path: Path) -> None:
    mapping = tmp_path / "mine.yaml"

    with pytest.raises(PowerCurveError) as caught:
        declared_assets([ENTRY], str(mapping))

    assert f"{mapping}: asset 'mill', field 'power_curve_id'" in str(caught.value)
    assert str(tmp_path / "power_curves" / "v80.csv") in str(caught.value)


def test_mapping_and_portfolio_declare_the_curve_beside_them(tmp_path: Path) -> None:
    path = curve_file(tmp_path)
    portfolio = tmp_path / "mine.yaml"
    portfolio.write_text(yaml.safe_dump({"assets": [ENTRY]}), encoding="utf-8")

    (mill,) = read_portfolio(portfolio).assets
    declared = declared_assets([ENTRY], str(portfolio))

    assert declared["power_curve"].to_list() == [mill.power_curve] == [read_power_curve(path, MILL)]


def test_a_curve_cannot_be_written_into_the_asset_itself(tmp_path: Path) -> None:
    entry = {**ENTRY, "power_curve": "0 0 1"}
    portfolio = tmp_path / "mine.yaml"
    portfolio.write_text(yaml.safe_dump({"assets": [entry]}), encoding="utf-8")

    with pytest.raises(PenstockError, match="read from the file that power_curve_id names"):
        declared_assets([entry], str(portfolio))
    with pytest.raises(PortfolioError, match="read from the file that power_curve_id names"):
        read_portfolio(portfolio)
