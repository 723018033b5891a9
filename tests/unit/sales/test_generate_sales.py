"""The generated drop: the same for the same seed, and written as the real one is."""

from datetime import date
from pathlib import Path

import pytest

from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.mock_data.generate_sales import generate_sales
from penstock.products.sales.mock_data.write_drop import write_drop
from penstock.products.sales.read_csv import read_csv

pytestmark = pytest.mark.unit


def written(folder: Path, seed: int) -> dict[str, bytes]:
    drop = generate_sales(
        start=date(2025, 1, 1),
        end=date(2025, 12, 31),
        seed=seed,
        customers=200,
        products=40,
        lines=300,
    )
    return {path.name: path.read_bytes() for path in write_drop(drop, folder)}


def test_a_seed_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    first = written(tmp_path / "a", seed=7)

    assert written(tmp_path / "b", seed=7) == first
    assert written(tmp_path / "c", seed=8) != first


def test_the_drop_is_written_as_the_real_one(tmp_path: Path) -> None:
    files = written(tmp_path, seed=7)

    assert set(files) == {one.file_name for one in INPUTS}
    assert all(b"\r\n" in content for content in files.values())
    assert not files["cust_info.csv"].endswith(b"\n")
    assert not files["CUST_AZ12.csv"].endswith(b"\n")
    assert "Łukasz".encode() in files["cust_info.csv"]
    for one in INPUTS:
        header = files[one.file_name].split(b"\r\n")[0].decode().lower().split(",")
        assert header == list(one.contract.by_name)
        assert read_csv(tmp_path / one.path, one.contract, name=one.path).table.num_rows > 0
