"""The corpus of bad input: every kind has its documented outcome, every other file is unharmed."""

import os
import re
from dataclasses import dataclass

import duckdb
import polars as pl
import pytest
import yaml

from penstock.landing.land_files import LandingReport
from penstock.landing.quarantine import read_refused
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.loading.load import load
from penstock.overview import overview
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land
from penstock.settings import REPOSITORY_ROOT, Settings
from support.bad_exports import BAD_EXPORTS, GOOD_ROWS, BadExport
from support.bad_files import BAD_FILES, BadFile
from support.worlds import FIRST_DAY, settings_for, ship_assets, weather

pytestmark = pytest.mark.integration

GOOD = f"weather/weather_{FIRST_DAY}.good.parquet"
PAGE = REPOSITORY_ROOT / "docs" / "bad-input.md"


@dataclass(frozen=True)
class Loaded:
    """What one load made of all the files together."""

    settings: Settings
    deliveries: dict[str, Delivery]
    refused: dict[str, list[QuarantineCount]]


def bad_files() -> list[BadFile]:
    """Every kind; nothing is unreadable to the superuser, so that kind is left out for him."""
    return [one for one in BAD_FILES if one.kind != "Unreadable file" or os.geteuid() != 0]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    settings = settings_for(tmp_path_factory.mktemp("corpus") / "data")
    ship_assets(settings)
    folder = PRODUCT.raw_dir(settings) / "weather"
    folder.mkdir(parents=True)
    weather().write_parquet(PRODUCT.raw_dir(settings) / GOOD)
    for one in bad_files():
        one.write(folder / one.name)
    assert overview(PRODUCT, settings).rejected == ()  # none is judged yet, none breaks `status`
    load(PRODUCT, settings)
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        counts = ledger.quarantine()
        known = {one.delivery_id: one for one in ledger.deliveries()}
    refused = {name: [one for one in counts if one.origin == name] for name in known}
    return Loaded(settings, known, refused)


def delivery_id(one: BadFile) -> str:
    return "weather/" + os.fsencode(one.name).decode(errors="replace")


@pytest.mark.parametrize("bad", bad_files(), ids=lambda one: one.kind)
def test_a_bad_file_has_its_documented_outcome(loaded: Loaded, bad: BadFile) -> None:
    name = delivery_id(bad)
    if bad.ignored:
        assert name not in loaded.deliveries
        return
    account = loaded.deliveries[name]

    assert account.rows_read == account.rows_accepted + account.rows_quarantined
    assert account.rows_accepted == bad.accepted
    if bad.rejected:
        assert account.status == "rejected"
        assert bad.says in account.message
        assert str(PRODUCT.raw_dir(loaded.settings) / "weather") in account.message
        assert "expected" in account.message or "nothing to load" in account.message
        return
    assert account.status == "loaded"
    assert {one.reason: one.row_count for one in loaded.refused[name]} == bad.refused
    rows = read_refused(loaded.settings.quarantine_dir, name)
    assert rows.height == account.rows_quarantined
    for row in rows.iter_rows(named=True):
        assert bad.says in row["expected"]
        assert row["source_file"] == bad.name
        assert 1 <= row["source_row"] <= account.rows_read
        assert set(row["column_name"].split(", ")) <= set(weather().columns)


def test_a_good_file_among_bad_ones_is_loaded_to_the_last_value(loaded: Loaded) -> None:
    measures = [name for name in weather().columns if name not in ("timestamp", "asset_id")]
    with duckdb.connect(str(PRODUCT.warehouse(loaded.settings)), read_only=True) as connection:
        rows = connection.execute(
            "select * from raw.weather where _delivery_id = ? order by asset_id, timestamp", [GOOD]
        ).pl()
    expected = weather().sort("asset_id", "timestamp")

    assert rows.select("timestamp", "asset_id", *measures).equals(expected)


def test_stamps_with_a_zone_are_instants(loaded: Loaded) -> None:
    (zoned,) = [one for one in BAD_FILES if one.kind == "Stamps with a zone"]

    assert loaded.deliveries[delivery_id(zoned)].first_day == FIRST_DAY


def test_status_names_every_rejected_file(loaded: Loaded) -> None:
    told = {one.delivery_id for one in overview(PRODUCT, loaded.settings).rejected}

    assert told == {delivery_id(one) for one in bad_files() if one.rejected}


def test_no_stamp_stretches_the_days_of_an_asset(loaded: Loaded) -> None:
    with Ledger(PRODUCT.ledger(loaded.settings)) as ledger:
        years = {day.year for span in ledger.spans().values() for day in span}

    assert years == {2020, 2025}  # 2020: the huge row group's own


def test_mended_files_are_loaded_like_any_other(loaded: Loaded) -> None:
    mended = [one for one in BAD_FILES if one.kind in ("File still being written", "Empty file")]
    for one in mended:
        weather().write_parquet(PRODUCT.raw_dir(loaded.settings) / delivery_id(one))
    report = load(PRODUCT, loaded.settings)

    assert sorted(one.delivery_id for one in report.deliveries) == sorted(map(delivery_id, mended))
    assert report.rows_accepted == report.rows_read == 2 * 48


@dataclass(frozen=True)
class Landed:
    """What the landings, one per kind, and one load made of all the exports."""

    reports: dict[str, LandingReport]
    rows: pl.DataFrame
    refused: list[QuarantineCount]
    expected: dict[str, list[str]]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    folder = tmp_path_factory.mktemp("exports")
    settings = settings_for(folder / "data")
    reports = {}
    for one in BAD_EXPORTS:
        inputs = one.write(folder)
        mapping_file = folder / one.name / "mapping.yaml"
        mapping_file.write_text(yaml.safe_dump(one.mapping()))
        reports[one.kind] = land(
            PRODUCT, settings, mapping_file=mapping_file, inputs=inputs, progress=lambda _: None
        )
    load(PRODUCT, settings)
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        rows = connection.execute("select * from raw.generation order by timestamp").pl()
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        counts = ledger.quarantine()
    expected = {
        one.origin: read_refused(settings.quarantine_dir, one.origin)["expected"].to_list()
        for one in counts
    }
    return Landed(reports, rows, counts, expected)


@pytest.mark.parametrize("bad", BAD_EXPORTS, ids=lambda one: one.kind)
def test_a_bad_export_has_its_documented_outcome(landed: Landed, bad: BadExport) -> None:
    report = landed.reports[bad.kind]
    file = f"export{bad.suffix}"
    mine = landed.rows.filter(pl.col("_delivery_id").str.contains(rf"\.{bad.name}\."))
    good = mine.filter(pl.col("_source_file") == "good.csv")
    accepted = mine.height - (GOOD_ROWS if bad.one_name else good.height)
    refused = [one for one in landed.refused if bad.name in re.split(r"[/.]", one.origin)]

    assert bad.one_name or good["gross_generation_mwh"].to_list() == pytest.approx(
        [0.1] * GOOD_ROWS
    )
    if bad.left_alone:
        (left,) = report.rejected
        assert bad.says in left.message
        assert f"{bad.name}/{file}" in left.message
        assert accepted == 0
        return
    (account,) = [one for one in report.accounts if one.file == file][:1]
    assert account.rows_read == account.rows_delivered + account.rows_quarantined
    assert account.rows_read == accepted + sum(one.row_count for one in refused)
    assert accepted == bad.accepted
    assert {one.reason: one.row_count for one in refused} == bad.refused
    for one in refused:
        assert all(bad.says in expected for expected in landed.expected[one.origin])
    if bad.starts:
        theirs = mine.filter(pl.col("_source_file") == file)["timestamp"]
        assert tuple(theirs.dt.strftime("%H:%M")) == bad.starts


def test_the_page_lists_every_kind_with_its_outcome() -> None:
    lines = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    listed = {cells[1].strip(): cells[2].strip() for cells in lines}

    corpus = {one.kind: one.outcome for one in BAD_FILES}
    corpus |= {one.kind: one.outcome for one in BAD_EXPORTS}

    assert len(corpus) == len(BAD_FILES) + len(BAD_EXPORTS)
    assert {kind: outcome for kind, outcome in listed.items() if kind in corpus} == corpus
