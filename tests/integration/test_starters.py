"""`mapping init` on real files: with its blanks filled in, the rows of the shipped mapping."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import yaml

from penstock.landing.deliver import SOURCE_COLUMNS
from penstock.landing.land_files import map_files
from penstock.landing.mapping import read_mapping
from penstock.landing.starter.draft import start_mapping
from penstock.products.renewable.declared import declared_assets
from penstock.products.renewable.product import PRODUCT
from penstock.runs import preview
from penstock.settings import REPOSITORY_ROOT
from support.starters import filled_in

pytestmark = pytest.mark.integration

MAPPINGS = REPOSITORY_ROOT / "data" / "reference" / "mappings"


def mapped_rows(mapping_file: Path, files: list[Path]) -> dict[str, pl.DataFrame]:
    """Every accepted row by table, the asset's name apart: that is its author's choice."""
    mapping = read_mapping(mapping_file, PRODUCT.contracts)
    tables, _ = map_files(
        mapping,
        files,
        contracts=PRODUCT.contracts,
        entities=declared_assets(mapping.assets, str(mapping_file)),
        delivered_at=datetime(2026, 1, 1),
    )
    return {
        one.contract.table: one.accepted.with_columns(
            pl.col("asset_id").str.split("-").list.last()
        ).drop(name for name in SOURCE_COLUMNS if name != "_source_row")
        for one in tables
    }


def answers(shipped: Path) -> Mapping[str, str]:
    """What the author of a mapping knows of the assets, as the shipped one has it."""
    asset = yaml.safe_load(shipped.read_text())["assets"][0]
    return {name: str(value) for name, value in asset.items()}


@pytest.mark.parametrize(
    ("shipped", "files", "renamed"),
    [
        ("la_haute_borne_turbines", ("scada_2014.csv.gz", "era5_2014.csv.gz"), {}),
        ("la_haute_borne_plant", ("plant_2014.csv.gz",), {"plant": "LHB"}),
    ],
)
def test_la_haute_borne_lands_from_a_starter_as_from_the_shipped_mapping(
    shared_data: Path, tmp_path: Path, shipped: str, files: tuple[str, ...], renamed: dict[str, str]
) -> None:
    paths = [shared_data / "renewable" / "la_haute_borne" / name for name in files]
    known = MAPPINGS / f"{shipped}.yaml"
    text = filled_in(start_mapping(PRODUCT, paths), answers(known))
    for theirs, ours in renamed.items():
        text = text.replace(f"constant: {theirs}", f"constant: {ours}")
        text = text.replace(f"asset_id: {theirs}", f"asset_id: {ours}")
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)

    expected, found = mapped_rows(known, paths), mapped_rows(mine, paths)
    assert expected.keys() == found.keys()
    for table, rows in expected.items():
        assert found[table].equals(rows.select(found[table].columns)), table


def test_serf_lands_from_a_starter_once_the_named_clock_is_declared(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "renewable" / "serf_pv"
    known = MAPPINGS / "serf_pv.yaml"
    mine = tmp_path / "mine.yaml"
    text = filled_in(start_mapping(PRODUCT, [folder]), answers(known))
    mine.write_text(text)

    previews, _ = preview(PRODUCT, mapping_file=mine, inputs=[folder])
    (doubt,) = [doubt for one in previews for doubt in one.doubts]
    assert "declare `zone: America/Denver` and `offset: ignored`" in doubt

    power, weather = text.split("index", maxsplit=1)
    mine.write_text(
        power.replace("zone: offset", "zone: America/Denver\n      offset: ignored")
        + "index"
        + weather
    )
    expected, found = mapped_rows(known, [folder]), mapped_rows(mine, [folder])
    for table, rows in expected.items():
        assert found[table].drop("asset_id").equals(rows.drop("asset_id")), table
