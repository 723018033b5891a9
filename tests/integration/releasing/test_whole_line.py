"""From files to figure and back: what a release of a real build proves about itself."""
# long because: the tests share one built world.

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.loading.load import load
from penstock.openlineage.events import EVENTS_FILE
from penstock.products.renewable.contracts import GENERATION, WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.rebuild import RebuildError, rebuild
from penstock.releasing import bag, sealed
from penstock.releasing.diff import certify
from penstock.releasing.explain import ExplainError, Explanation, explain
from penstock.releasing.release import release
from penstock.releasing.verify import verify
from penstock.runs import recorded
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.openlineage import facets, read_events, told
from support.worlds import (
    FIRST_DAY,
    WIND,
    generation,
    settings_for,
    ship,
    ship_assets,
    ship_days,
    weather,
)

pytestmark = pytest.mark.integration

DAY = {"asset_id": WIND.asset_id, "performance_date": str(FIRST_DAY)}

NOTHING_NEW = """
import sys
from pathlib import Path
from penstock.products.renewable.product import PRODUCT
from penstock.runs import load, recorded, release, transform
from penstock.settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]))
with recorded(PRODUCT, settings, "run") as run_id:
    load(PRODUCT, settings, run_id=run_id)
    transform(PRODUCT, settings, run_id=run_id)
    made = release(PRODUCT, settings, run_id=run_id)
told = (settings.runs_dir / run_id / "openlineage.jsonl").exists()
print(told or made.is_new, "openlineage.client" in sys.modules)
"""


@dataclass(frozen=True)
class World:
    settings: Settings
    release: Path
    run_id: str


def build(settings: Settings, *, threads: int = 2) -> World:
    """Load what has landed, build and release it, as one run."""
    settings = settings.model_copy(update={"duckdb_threads": threads})
    with recorded(PRODUCT, settings, "run") as run_id:
        load(PRODUCT, settings, run_id=run_id)
        transform(PRODUCT, settings, run_id=run_id, test=False)
        made = release(PRODUCT, settings, run_id=run_id)
    return World(settings, made.release, run_id)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    settings = settings_for(tmp_path_factory.mktemp("whole_line") / "data")
    ship_days(settings, days=2)
    return build(settings)


def test_a_release_of_a_real_build_proves_itself(world: World) -> None:
    assert verify(world.release, strict=True).failures == ()


def test_one_run_id_leads_from_the_release_to_its_files_and_its_log(world: World) -> None:
    metadata = sealed.read_metadata(world.release)
    lines = (world.release / sealed.LOGS / "run_log.jsonl").read_text().splitlines()

    assert metadata.run_id == world.release.name == world.run_id
    assert {one.run_id for one in sealed.read_inputs(world.release)} == {world.run_id}
    assert {json.loads(line)["run_id"] for line in lines} == {world.run_id}
    assert any("rows read" in json.loads(line)["message"] for line in lines)
    assert "rows read" in (world.release / sealed.LOGS / "run_log.txt").read_text()


def test_its_events_lead_from_the_landed_files_to_the_released_tables(world: World) -> None:
    events = read_events(world.settings.runs_dir / world.run_id / EVENTS_FILE)
    metadata = sealed.read_metadata(world.release)
    ends = {one.job.name.rpartition(".")[2]: one for one in events[1::2]}
    written = {room: [one.name for one in end.outputs or []] for room, end in ends.items()}
    read = {room: [one.name for one in end.inputs or []] for room, end in ends.items()}

    assert told(events) == [
        (f"renewable.{room}", state)
        for room in ("load", "transform", "release")
        for state in ("START", "COMPLETE")
    ]
    assert set(read["load"]) == {f"renewable.landed.{one.table}" for one in inputs_of(world)}
    assert set(written["load"]) <= set(read["transform"])
    assert written["transform"] == read["release"]
    assert {
        (one.name, facets(one)["outputStatistics"].rowCount, facets(one)["version"].datasetVersion)
        for one in ends["release"].outputs or []
    } == {
        (f"renewable.released.{one['name']}", one["rows"], one["fingerprint"])
        for one in metadata.tables
    }


def test_every_row_of_the_events_is_accounted_for(world: World) -> None:
    events = read_events(world.settings.runs_dir / world.run_id / EVENTS_FILE)
    read, stored = events[1].inputs or [], events[1].outputs or []

    assert sum(facets(one)["inputStatistics"].rowCount for one in read) == sum(
        facets(one)["outputStatistics"].rowCount for one in stored
    )
    assert sum(facets(one)["inputStatistics"].rowCount for one in read) == sum(
        one.rows_read for one in inputs_of(world)
    )


def test_the_release_holds_its_events_until_it_is_sealed(world: World) -> None:
    kept = read_events(world.release / sealed.LOGS / EVENTS_FILE)

    assert told(kept)[-2:] == [("renewable.transform", "COMPLETE"), ("renewable.release", "START")]


def test_nothing_new_tells_nothing_and_does_not_import_the_library(world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTHING_NEW, str(world.settings.data_dir)],
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == ["False", "False"]


def inputs_of(world: World) -> list[sealed.Input]:
    return sealed.read_inputs(world.release)


def test_the_same_inputs_certify_as_equal_in_another_directory_order_and_threads(
    world: World, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path / "data")
    ship_assets(settings)
    ship(settings, GENERATION, generation(days=2))
    load(PRODUCT, settings)
    ship(settings, WEATHER, weather(days=2))
    other = build(settings, threads=1)

    assert certify(world.release, other.release) == ()
    assert verify(other.release, expect_root=sealed.read_metadata(world.release).root).passed


def test_a_figure_unfolds_to_its_raw_rows(world: World) -> None:
    found = figure(world)

    layers = {one.table: one for one in found.layers}
    assert list(layers) == [
        *("mart_asset_performance_daily", "int_performance_daily"),
        *("fct_generation_weather_interval", "int_intervals_expected", "int_plants_aggregated"),
        *("int_intervals_validated", "int_intervals_conditioned", "stg_generation", "generation"),
    ]
    raw = layers["generation"]
    assert raw.count == layers["fct_generation_weather_interval"].count == 24
    place = raw.columns.index("net_generation_mwh")
    assert found.value == sum(Decimal(str(row[place])) for row in raw.rows)
    landed = f"generation/generation_{FIRST_DAY}.test.parquet"
    digest = bag.hash_files(PRODUCT.raw_dir(world.settings), [landed])[landed]
    assert any(landed in note and digest in note for note in raw.notes)
    assert {row[raw.columns.index("file_row_number")] for row in raw.rows} <= set(range(48))
    assert (
        "models/intermediate/int_performance_daily.sql: net_generation_mwh = "
        "CAST(sum(intervals.net_generation_mwh) AS DECIMAL(18, 9))"
    ) in found.formula
    assert found.broken == ()


def test_rows_that_no_release_holds_come_from_the_build_it_was_made_of(world: World) -> None:
    found = figure(world)
    layers = {one.table: one for one in found.layers}
    daily = layers["int_performance_daily"]

    assert daily.rows == ((WIND.asset_id, FIRST_DAY, found.value),)
    assert daily.notes[0].startswith("not sealed: rows of the same asset_id, performance_date")
    assert layers["stg_generation"].count == 24
    assert found.seal[-1] == (
        "ok: models/marts/mart_asset_performance_daily.sql makes the same figure of the rows in "
        "the working warehouse"
    )


def test_a_working_warehouse_that_moved_on_explains_nothing(world: World, tmp_path: Path) -> None:
    later = elsewhere(world, tmp_path)
    ship(later.settings, WEATHER, weather(days=2, seed=9))
    load(PRODUCT, later.settings)
    found = figure(later)
    layers = {one.table: one for one in found.layers}

    moved_on = "the working warehouse is no longer what this release was made of"
    assert found.seal[-1] == f"not computed again: {moved_on}"
    assert any(moved_on in note for one in found.layers for note in one.notes)
    assert "int_performance_daily" not in layers
    assert layers["fct_generation_weather_interval"].count == layers["generation"].count == 24
    assert found.broken == ()


def test_a_release_whose_folder_is_gone_is_made_again(world: World, tmp_path: Path) -> None:
    lost = elsewhere(world, tmp_path)
    shutil.rmtree(lost.release)

    again = build(lost.settings).release

    assert again.name != lost.release.name
    assert verify(again, expect_root=sealed.read_metadata(world.release).root).passed


def test_a_touched_warehouse_and_a_touched_file_are_named(world: World, tmp_path: Path) -> None:
    touched = elsewhere(world, tmp_path)
    with duckdb.connect(str(PRODUCT.warehouse(touched.settings))) as connection:
        connection.execute(
            "update intermediate.int_performance_daily set net_generation_mwh = 1 where asset_id ="
            f" '{WIND.asset_id}'"
        )
    landed = f"generation/generation_{FIRST_DAY}.test.parquet"
    file = PRODUCT.raw_dir(touched.settings) / landed
    other = file.with_name(file.name.replace(str(FIRST_DAY), str(FIRST_DAY + timedelta(days=1))))
    shutil.copyfile(other, file)
    broken = figure(touched).broken

    assert "makes 1.000000000 of the rows in the working warehouse" in broken[0]
    assert f"{landed} is not the file that was loaded" in broken[1]


def test_a_touched_release_is_named_file_by_file(world: World, tmp_path: Path) -> None:
    touched = elsewhere(world, tmp_path)
    tables = {one.name: one for one in sealed.read_tables(touched.release)[0]}
    (shown,) = tables["mart_asset_performance_daily"].parts
    (below,) = tables["fct_generation_weather_interval"].parts
    for part in (shown, below):
        file = touched.release / part.file
        file.chmod(0o644)
        rows = pq.read_table(file, partitioning=None)
        if part is shown:
            rows = rows.filter(pc.equal(rows["performance_date"], FIRST_DAY))
        pq.write_table(rows, file, compression="none")
    metadata = touched.release / bag.METADATA
    metadata.chmod(0o644)
    fingerprint = tables["mart_asset_performance_daily"].root
    metadata.write_text(metadata.read_text().replace(fingerprint, "0" * 64))

    assert figure(touched).broken == (
        f"BROKEN: {shown.file} has the SHA-256 of the manifest",
        f"BROKEN: its rows have fingerprint {shown.fingerprint[:16]}...",
        f"BROKEN: the table has fingerprint {fingerprint[:16]}...",
        f"BROKEN: {below.file} has not the SHA-256 of the manifest",
    )


def test_every_trace_names_columns_that_are_there(world: World) -> None:
    found = {
        one.name: {c.name for c in one.columns} for one in sealed.read_tables(world.release)[0]
    }
    found |= {name: set(one.by_name) for name, one in PRODUCT.contracts.items()}

    for table in PRODUCT.published:
        for trace in table.traces:
            assert set(trace.columns) <= found[trace.table]
            assert set(trace.columns.values()) <= found[table.name]


def figure(world: World) -> Explanation:
    return explain(
        PRODUCT,
        world.settings,
        world.release,
        table="mart_asset_performance_daily",
        key=DAY,
        column="net_generation_mwh",
    )


def elsewhere(world: World, tmp_path: Path) -> World:
    """A copy, to be changed."""
    shutil.copytree(world.settings.data_dir, tmp_path / "data", symlinks=True)
    settings = settings_for(tmp_path / "data")
    inside = world.release.relative_to(world.settings.data_dir)
    return World(settings, settings.data_dir / inside, world.run_id)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"table": "mart_wind"}, "mart_wind: is not published; expected one of dim_asset"),
        ({"column": "colour"}, "there is no such column"),
        ({"key": {"asset_id": "wind_a"}}, "expected the key asset_id=..., performance_date=..."),
        ({"key": {**DAY, "asset_id": "wind_z"}}, "has no row with asset_id = wind_z"),
    ],
)
def test_what_cannot_be_unfolded_is_told(world: World, asked: dict[str, object], told: str) -> None:
    question = {
        "table": "mart_asset_performance_daily",
        "key": DAY,
        "column": "net_generation_mwh",
        **asked,
    }
    with pytest.raises(ExplainError, match=told.replace(".", r"\.")):
        explain(PRODUCT, world.settings, world.release, **question)  # type: ignore[arg-type]  # as asked


def test_the_report_that_is_shown_is_the_released_one(
    world: World, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = elsewhere(world, tmp_path / "copy")
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(copy.settings.data_dir))
    shown = copy.settings.reports_dir / "renewable.html"
    shown.unlink()
    PRODUCT.warehouse(copy.settings).unlink()

    released = CliRunner().invoke(app, ["report", "renewable"])
    working = CliRunner().invoke(app, ["report", "renewable", "--working"])

    assert released.exit_code == 0
    assert shown.read_bytes() == (copy.release / sealed.REPORTS / "renewable.html").read_bytes()
    assert (working.exit_code, "does not exist yet" in working.output) == (1, True)


def test_a_release_is_built_again_from_its_recorded_files(world: World) -> None:
    built = rebuild(world.release, PRODUCT, world.settings, allow_other_code=True)

    assert built.differences == ()
    assert built.tables == len(PRODUCT.published)


def test_other_code_and_missing_files_are_named(world: World, tmp_path: Path) -> None:
    copy = tmp_path / world.run_id
    shutil.copytree(world.release, copy)
    text = (copy / bag.METADATA).read_text()
    commit = sealed.read_metadata(copy).code["commit"]
    (copy / bag.METADATA).chmod(0o644)
    (copy / bag.METADATA).write_text(text.replace(f"commit: {commit}", "commit: abc123"))

    with pytest.raises(RebuildError, match=r"built by commit abc123.*--allow-other-code"):
        rebuild(copy, PRODUCT, world.settings)
    elsewhere = settings_for(tmp_path / "data")
    with pytest.raises(RebuildError, match="5 recorded files are not here: assets/"):
        rebuild(copy, PRODUCT, elsewhere, allow_other_code=True)


def test_a_failed_run_leaves_its_reason_and_blocks_nothing(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    with (
        pytest.raises(ValueError, match="the disk is made of cheese"),
        recorded(PRODUCT, settings, "run") as run_id,
    ):
        raise ValueError("the disk is made of cheese")

    kept = settings.runs_dir / run_id
    assert "made of cheese" in (kept / "failure.txt").read_text()
    assert "Traceback" in (kept / "failure.txt").read_text()
    assert "failed: the disk" in (kept / "run_log.txt").read_text()
    with recorded(PRODUCT, settings, "run") as following:
        assert following != run_id
