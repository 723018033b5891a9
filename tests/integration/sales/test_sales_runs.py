"""Runs of sales: the full set is always built, what fails blocks nothing, a run is made once."""
# long because: the runs share one built world, copied for each test.

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from penstock.cli import app
from penstock.errors import PenstockError
from penstock.landing.files import sha256_of
from penstock.ledger import Ledger
from penstock.openlineage.events import EVENTS_FILE
from penstock.products.sales.build import MissingColumnError
from penstock.products.sales.plan import BadInputError
from penstock.products.sales.product import PRODUCT
from penstock.products.sales.receipts import receipts, stored_file
from penstock.products.sales.receive import present
from penstock.products.sales.records import records
from penstock.rebuild import rebuild
from penstock.releasing.explain import explain
from penstock.releasing.read import current_release
from penstock.releasing.sealed import read_tables
from penstock.releasing.series import series_of
from penstock.releasing.verify import verify
from penstock.settings import Settings
from penstock.transforming.results import DbtError
from support.drops import AS_OF, FIXTURE, edit, land, own_drop, problems, rows, run
from support.openlineage import facets, read_events, told
from support.worlds import settings_for

pytestmark = pytest.mark.integration

SALES = "select sum(sales_amount)::int from fct_sales"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    return own_drop(tmp_path / "drop")


def current(settings: Settings) -> str:
    folder = series_of(settings, PRODUCT.name).current()
    return "" if folder is None else folder.name


def fingerprints(settings: Settings, run_id: str) -> dict[str, str]:
    """Content of a release's tables, but for the names and times of the files behind them."""
    tables, _ = read_tables(settings.releases_dir / PRODUCT.name / run_id)
    return {one.name: one.root for one in tables if one.name != "run_inputs"}


# what a run builds --------------------------------------------------------------------------


def test_nothing_new_makes_no_run_and_no_release(built: Settings) -> None:
    land(built, FIXTURE)
    again = run(built)
    without_date = run(built, as_of=None)

    assert again.run_id is None
    assert without_date.run_id is None, "the logical date of the last run stands"
    assert "first" in again.note
    assert [one.run_id for one in records(PRODUCT, built)] == ["first"]
    assert current(built) == "first"


def test_nothing_new_needs_neither_dlt_nor_dbt(built: Settings) -> None:
    program = (
        "import sys; from penstock.cli import app;"
        "app(['run', 'sales'], standalone_mode=False);"
        "heavy = ('dlt', 'dbt', 'duckdb', 'altair', 'openlineage');"
        "print([one for one in heavy if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PENSTOCK_DATA_DIR": str(built.data_dir)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert "nothing new" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_one_changed_file_builds_the_full_set(built: Settings, drop: Path) -> None:
    edit(drop / "source_crm" / "sales_details.csv", replace=("1200.50,1,1200.50", "50,1,50"))
    for other in ("source_crm/cust_info.csv", "source_erp/LOC_A101.csv"):
        (drop / other).unlink()

    statuses = {one.name: one.status for one in land(built, drop).files}
    done = run(built, run_id="second")
    manifest = json.loads((built.runs_dir / "second/bronze/manifest.json").read_text())

    assert statuses["source_crm/sales_details.csv"] == "new"
    assert statuses["source_erp/CUST_AZ12.csv"] == "unchanged"
    assert {one["name"]: one["status"] for one in manifest["files"]} == {
        "source_crm/cust_info.csv": "unchanged",
        "source_crm/prd_info.csv": "unchanged",
        "source_crm/sales_details.csv": "new",
        "source_erp/CUST_AZ12.csv": "unchanged",
        "source_erp/LOC_A101.csv": "unchanged",
        "source_erp/PX_CAT_G1V2.csv": "unchanged",
    }
    assert done.rows["dim_customers"] == 5
    assert rows(built, SALES) == [(round(8298.5 - 1150.5),)]
    assert current(built) == "second"


def test_a_release_holds_every_layer_with_its_pages(built: Settings) -> None:
    release = built.releases_dir / "sales" / "first"
    for layer in ("bronze", "silver", "gold"):
        facts = yaml.safe_load((release / "data" / layer / "metadata.yaml").read_text())
        assert (facts["layer"], facts["run_id"], facts["as_of"]) == (layer, "first", str(AS_OF))
        assert (release / "data" / layer / "report.md").stat().st_size > 0
        assert (release / "data" / layer / "run_log.txt").stat().st_size > 0
    summary = (release / "data" / "summary.md").read_text()
    assert all(word in summary for word in ("Bronze", "Silver", "Gold", "superseded"))
    manifest = json.loads((release / "data/bronze/manifest.json").read_text())
    for one in manifest["files"]:
        stored = PRODUCT.raw_dir(built) / one["stored_as"]
        assert stored.read_bytes() == (FIXTURE / one["name"]).read_bytes()
        assert one["rows"] > 0
        assert one["types"]
    assert verify(release).passed


def test_a_figure_of_gold_unfolds_to_the_line_that_was_received(built: Settings) -> None:
    line = "select order_number, product_number, sales_amount from fct_sales order by all limit 1"
    order, product, amount = rows(built, line)[0]
    found = explain(
        PRODUCT,
        built,
        current_release(PRODUCT, built),
        table="fct_sales",
        key={"order_number": order, "product_number": product},
        column="sales_amount",
    )

    layers = {one.table: one for one in found.layers}
    assert list(layers) == ["fct_sales", "crm_sales", "int_crm_sales_cleaned", "crm_sales_details"]
    assert [one.count for one in found.layers] == [1, 1, 1, 1]
    assert "_source_row" in layers["crm_sales_details"].columns
    assert (found.value, found.broken) == (amount, ())
    assert found.seal[-1].startswith("ok: models/gold/fct_sales.sql makes the same figure")


def test_what_only_a_run_knew_is_not_computed_again(built: Settings) -> None:
    found = explain(
        PRODUCT,
        built,
        current_release(PRODUCT, built),
        table="run_inputs",
        key={"table_name": "crm_sales_details"},
        column="as_of_date",
    )

    assert found.broken == ()
    assert found.seal[-1].endswith("reads what only its run knew")


def test_an_explicit_logical_date_is_another_release(built: Settings) -> None:
    later = run(built, as_of=date(2060, 1, 1), run_id="later")

    assert later.is_new_release
    assert rows(built, "select count(birth_date) from dim_customers") == [(4,)]
    assert current(built) == "later"


def test_an_older_run_built_again_equals_itself(built: Settings, drop: Path) -> None:
    edit(drop / "source_erp" / "LOC_A101.csv", replace=("AW-00000001,DE", "AW-00000001,Canada"))
    land(built, drop)
    run(built, run_id="second")
    run(built, as_of=None, from_run="first", run_id="again")

    rebuilt = rebuild(built.releases_dir / "sales" / "first", PRODUCT, built, allow_other_code=True)

    assert fingerprints(built, "again") == fingerprints(built, "first")
    assert fingerprints(built, "second") != fingerprints(built, "first")
    assert rebuilt.tables == len(PRODUCT.published)
    assert rebuilt.differences == ()


# layers alone -------------------------------------------------------------------------------


def test_a_layer_runs_alone_from_an_earlier_run(built: Settings) -> None:
    silver = run(built, as_of=None, layer="silver", from_run="latest", run_id="silver-only")
    gold = run(built, as_of=None, layer="gold", from_run="silver-only", run_id="gold-only")

    assert silver.layers == ("silver",)
    assert set(silver.rows) >= {"crm_customers", "row_changes"}
    assert "fct_sales" not in silver.rows
    assert gold.rows["fct_sales"] == 9
    assert current(built) == "first", "equal tables are no new release"
    assert not gold.is_new_release


def test_bronze_alone_loads_and_builds_nothing(built: Settings, drop: Path) -> None:
    edit(drop / "source_erp" / "LOC_A101.csv", replace=("AW-00000001,DE", "AW-00000001,Canada"))
    land(built, drop)
    run(built, layer="bronze", run_id="bronze-only")
    done = run(built, as_of=None, layer="silver", from_run="bronze-only", run_id="silver-next")

    assert rows(built, "select country from erp_locations where customer_number = 'AW00000001'")
    assert done.as_of == AS_OF
    assert current(built) == "first"


def test_silver_without_a_column_stops_gold_and_names_it(built: Settings) -> None:
    file = built.runs_dir / "first" / "silver" / "erp_customers.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["gender"]), file)

    with pytest.raises(MissingColumnError, match="erp_customers: has no column gender"):
        run(built, as_of=None, layer="gold", from_run="first")

    assert current(built) == "first"


def test_a_taken_or_impossible_id_is_refused(built: Settings) -> None:
    for run_id in ("first", "../first", "", "latest", "current"):
        with pytest.raises(PenstockError, match="run-id"):
            run(built, as_of=date(2060, 1, 1), run_id=run_id)


def test_an_unknown_run_is_answered_with_those_there_are(built: Settings) -> None:
    with pytest.raises(PenstockError, match="runs that have: first"):
        run(built, as_of=None, layer="gold", from_run="other")


# what fails ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("source_crm/cust_info.csv", b"", "is empty"),
        ("source_erp/LOC_A101.csv", b"CID\r\nAW-1\r\n", "has no column cntry"),
        ("source_crm/prd_info.csv", b"\xff\xfe\x00broken", "is not UTF-8: line 1"),
    ],
)
def test_a_broken_file_stops_the_run_before_silver(
    built: Settings, drop: Path, name: str, content: bytes, said: str
) -> None:
    good = (drop / name).read_bytes()
    (drop / name).write_bytes(content)
    assert said in problems(land(built, drop))[0]

    with pytest.raises(BadInputError, match=f"{name}.*{said}"):
        run(built, run_id="broken")

    broken = records(PRODUCT, built)[0]
    manifest = json.loads((built.runs_dir / "broken/bronze/manifest.json").read_text())
    assert (broken.outcome, broken.layers) == ("failed", ())
    assert [one["name"] for one in manifest["files"] if one["status"] == "failed"] == [name]
    assert current(built) == "first"
    with pytest.raises(BadInputError):
        run(built, run_id="still-broken")

    (drop / name).write_bytes(good + b"\r\n" if good.endswith(b",") else good)
    land(built, drop)
    mended = run(built)
    assert mended.run_id is None or mended.rows["fct_sales"] == 9


def test_a_file_never_received_is_named(tmp_path: Path, drop: Path) -> None:
    settings = settings_for(tmp_path / "empty")
    (drop / "source_erp" / "PX_CAT_G1V2.csv").unlink()
    land(settings, drop)

    with pytest.raises(BadInputError, match=r"PX_CAT_G1V2\.csv: is missing"):
        run(settings)


def test_a_failed_gold_is_tried_again_by_the_next_run(built: Settings, drop: Path) -> None:
    sales = drop / "source_crm" / "sales_details.csv"
    edit(sales, replace=("SO8,FR-R92B-58,4", "SO8,FR-R92B-58,99"))
    land(built, drop)
    with pytest.raises(DbtError, match="relationships_fct_sales_customer_id"):
        run(built, run_id="failed")
    failed = records(PRODUCT, built)[0]

    with pytest.raises(DbtError):
        run(built, run_id="failed-again")
    edit(sales, replace=("SO8,FR-R92B-58,99", "SO8,FR-R92B-58,3"))
    land(built, drop)
    mended = run(built, run_id="mended")

    assert (failed.outcome, failed.layers) == ("failed", ("bronze", "silver"))
    events = read_events(built.runs_dir / "failed" / EVENTS_FILE)
    assert told(events)[-2:] == [("sales.transform", "START"), ("sales.transform", "FAIL")]
    reason = facets(events[-1].run)["errorMessage"].message
    assert "relationships_fct_sales_customer_id" in reason
    assert mended.is_new_release
    assert current(built) == "mended"
    with Ledger(PRODUCT.ledger(built)) as ledger:
        outcomes = {one.run_id: one.outcome for one in ledger.last_runs(20)}
    assert outcomes["failed"] == outcomes["failed-again"] == "failed"
    assert outcomes["mended"] == "done"


def test_a_retracted_file_gives_way_to_the_one_before(built: Settings, drop: Path) -> None:
    edit(drop / "source_erp" / "LOC_A101.csv", replace=("AW-00000001,DE", "AW-00000001,Canada"))
    land(built, drop)
    run(built, run_id="second")
    with Ledger(PRODUCT.ledger(built)) as ledger:
        newest = max(ledger.deliveries(table="erp_loc_a101"), key=lambda one: one.delivered_at)
    result = CliRunner().invoke(
        app,
        ["retract", "--product", "sales", newest.delivery_id],
        env={"PENSTOCK_DATA_DIR": str(built.data_dir)},
    )
    run(built, run_id="third")

    assert result.exit_code == 0, result.output
    assert fingerprints(built, "third") == fingerprints(built, "first")


# drops --------------------------------------------------------------------------------------


@pytest.fixture
def command(data_dir: Path) -> CliRunner:
    return CliRunner()


def test_a_run_takes_what_lies_in_the_drop_folder(
    command: CliRunner, data_dir: Path, prepared: Callable[[Path], Settings]
) -> None:
    prepared(data_dir)
    shutil.copytree(FIXTURE, data_dir / "drop" / "sales")
    done = command.invoke(app, ["run", "sales", "--as-of", "2014-01-28", "--run-id", "dropped"])
    again = command.invoke(app, ["run", "sales"])
    asked = command.invoke(
        app, ["query", "sales", "--format", "csv", "select count(*) as n from fct_sales"]
    )

    assert done.exit_code == 0, done.output
    assert "run dropped: bronze, silver, gold" in done.stdout
    assert "nothing new" in again.stdout
    assert asked.stdout.split() == ["n", "9"]


def test_strangers_and_folders_without_a_drop_are_named(
    command: CliRunner, data_dir: Path, drop: Path
) -> None:
    (drop / "source_crm" / "notes.txt").write_text("hello")
    landed = command.invoke(app, ["land", "sales", str(drop)])
    nothing = command.invoke(app, ["land", "sales", str(drop / "source_crm")])

    assert landed.exit_code == 0
    assert "notes.txt" in landed.stderr
    assert nothing.exit_code == 1
    assert "expected a folder with source_crm, source_erp" in nothing.stderr


def test_one_name_in_two_spellings_is_refused_and_the_rest_goes_on(
    built: Settings, drop: Path
) -> None:
    file = drop / "source_erp" / "LOC_A101.csv"
    file.with_name("loc_a101.CSV").write_bytes(file.read_bytes() + b"\r\nAW-9,France\r\n")
    landed = land(built, drop)

    (problem,) = problems(landed)
    assert problem.startswith(f"source_erp/LOC_A101.csv: {file.parent} holds LOC_A101.csv and loc_")
    with pytest.raises(BadInputError, match="one name in several spellings"):
        run(built)
    assert current(built) == "first"

    file.unlink()
    assert problems(land(built, drop)) == []


def test_a_pipe_in_a_drop_is_named_and_never_opened(built: Settings, drop: Path) -> None:
    file = drop / "source_crm" / "cust_info.csv"
    file.unlink()
    os.mkfifo(file)

    (problem,) = problems(land(built, drop))
    assert problem.startswith(f"source_crm/cust_info.csv: {file} cannot be opened (it is no file)")


def test_a_store_that_cannot_be_written_is_no_fault_of_the_file(
    built: Settings, drop: Path
) -> None:
    edit(drop / "source_erp" / "LOC_A101.csv", replace=("France", "Canada"))
    kept = stored_file(PRODUCT, built, sha256_of(drop / "source_erp" / "LOC_A101.csv"))
    (kept.parent / f".{kept.name}.partial").mkdir()
    before = receipts(PRODUCT, built)
    with pytest.raises(OSError, match=r"\.partial"):
        land(built, drop)

    assert receipts(PRODUCT, built) == before


def test_a_receipt_stands_whatever_its_columns_are_called(built: Settings, drop: Path) -> None:
    file = drop / "source_erp" / "PX_CAT_G1V2.csv"
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    wider = [f"{header},a\u2028note\x85", *(f"{line},x" for line in lines)]
    file.write_text("\n".join(wider), encoding="utf-8")
    land(built, drop)

    with Ledger(PRODUCT.ledger(built)) as ledger:
        counts = present(PRODUCT, built, ledger)
    assert counts["erp_px_cat_g1v2"].sha256 == sha256_of(file)


def test_what_failed_is_what_to_do_next(
    command: CliRunner, data_dir: Path, prepared: Callable[[Path], Settings], drop: Path
) -> None:
    prepared(data_dir)
    (drop / "source_erp" / "LOC_A101.csv").write_bytes(b"")
    landed = command.invoke(app, ["land", "sales", str(drop)])
    ran = command.invoke(app, ["run", "sales"])

    assert "have source_erp/LOC_A101.csv sent again and land it, then" in landed.stdout
    assert ran.exit_code == 1
    assert "the last run failed" in command.invoke(app, ["status", "sales"]).stdout


def test_status_of_nothing_tells_how_to_begin(command: CliRunner, data_dir: Path) -> None:
    assert "penstock land sales FOLDER" in command.invoke(app, ["status", "sales"]).stdout


def test_days_are_refused_where_a_run_has_none(command: CliRunner, data_dir: Path) -> None:
    ran = command.invoke(app, ["run", "sales", "--start", "2014-01-01"])

    assert ran.exit_code == 1
    assert "sales: --start, --end, --tenant are not for its runs" in ran.stderr


def test_a_wrong_layer_lists_the_layers(command: CliRunner, data_dir: Path) -> None:
    wrong = command.invoke(app, ["run", "sales", "--layer", "copper"])

    assert wrong.exit_code == 2
    assert "expected one of bronze, silver, gold" in wrong.stderr
