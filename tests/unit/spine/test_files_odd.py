"""Landed files as no program of ours writes them: named as broken, never a traceback."""

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.landing.files import read_metadata, write_parquet
from penstock.ledger import Delivery
from penstock.loading.discover import PendingFile, pending_files
from penstock.loading.read_deliveries import read_batches, schema_problem
from penstock.products.renewable.contracts import WEATHER
from support.worlds import settings_for, ship, weather

pytestmark = pytest.mark.unit


def pending(raw: Path) -> list[PendingFile]:
    return pending_files(raw, ["weather"], [], run_id="test")


def folder(tmp_path: Path) -> Path:
    path = tmp_path / "raw" / "weather"
    path.mkdir(parents=True)
    return path


def test_a_link_to_nothing_is_a_broken_file(tmp_path: Path) -> None:
    (folder(tmp_path) / "weather_2025-03-01.parquet").symlink_to(tmp_path / "nowhere.parquet")
    (found,) = pending(tmp_path / "raw")

    assert "cannot be read as Parquet" in schema_problem(WEATHER, found)
    assert pending_files(tmp_path / "raw", ["weather"], [judged(found)], run_id="") == []


def judged(file: PendingFile) -> Delivery:
    return replace(file.delivery, status="rejected")


@pytest.mark.parametrize(
    "metadata",
    [
        {b"penstock.source": b"\xff\xfe"},
        {b"penstock.delivered_at": b"yesterday"},
        {b"penstock.delivered_at": b"0001-01-01T00:00:00+05:00"},
    ],
)
def test_a_file_whose_own_account_is_no_text_is_a_broken_file(
    tmp_path: Path, metadata: dict[bytes, bytes]
) -> None:
    table = weather().to_arrow().replace_schema_metadata(metadata)
    pq.write_table(table, folder(tmp_path) / "weather_2025-03-01.parquet")
    (found,) = pending(tmp_path / "raw")

    assert "cannot be read as Parquet" in schema_problem(WEATHER, found)


def test_what_other_programs_noted_in_a_file_is_not_looked_at(tmp_path: Path) -> None:
    table = weather().to_arrow().replace_schema_metadata({b"\xff": b"\xfe", b"other": b"\xfe"})
    pq.write_table(table, folder(tmp_path) / "weather_2025-03-01.parquet")
    (found,) = pending(tmp_path / "raw")

    assert schema_problem(WEATHER, found) == ""


def test_metadata_are_read_as_they_are_written(tmp_path: Path) -> None:
    write_parquet(tmp_path / "one", pa.table({"x": [1]}), {"source": "Müller"})

    assert read_metadata(pq.read_schema(tmp_path / "one")) == {"source": "Müller"}


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    raw = bytes(folder(tmp_path)) + b"/weather_\xff.parquet"
    Path(raw.decode("utf-8", "surrogateescape")).write_bytes(b"")
    (found,) = pending(tmp_path / "raw")

    for text in (found.delivery.delivery_id, str(found.path), found.problem):
        assert text.encode()
    assert "not named like a partition" in schema_problem(WEATHER, found)


def test_a_wrong_name_does_not_hide_the_rows(tmp_path: Path) -> None:
    weather().write_parquet(folder(tmp_path) / "wetter.parquet")
    (found,) = pending(tmp_path / "raw")

    assert "not named like a partition" in schema_problem(WEATHER, found)
    assert found.schema is not None


def test_a_panic_of_the_engine_rejects_the_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(settings_for(tmp_path), WEATHER, weather(days=2))
    real = pl.read_parquet

    def panic(paths: list[Path], **options: object) -> pl.DataFrame:
        if any("03-02" in path.name for path in paths):
            raise pl.exceptions.PanicException("index out of bounds")
        return real(paths, **options)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(pl, "read_parquet", panic)
    batches = list(read_batches(WEATHER, pending(tmp_path / "raw")))

    assert [[file.path.name for file in one.rejected] for one in batches] == [
        [],
        ["weather_2025-03-02.test.parquet"],
    ]


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_never_end_in_a_traceback(tmp_path: Path, seed: int) -> None:
    name = ship(settings_for(tmp_path), WEATHER, weather()).deliveries[0].delivery_id
    path = tmp_path / "raw" / name
    chance = random.Random(seed)  # noqa: S311 - damage that can be repeated, no secret
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 3, 20])):
        content[chance.randrange(4, len(content) - 8)] = chance.randrange(256)
    path.write_bytes(bytes(content))

    (found,) = pending(tmp_path / "raw")
    if not schema_problem(WEATHER, found):
        for batch in read_batches(WEATHER, [found]):
            assert len(batch.files) + len(batch.rejected) == 1
