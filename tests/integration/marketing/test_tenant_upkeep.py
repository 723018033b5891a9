"""Between a tenant's runs: refused rows and files, files taken back, releases, what is its own."""
# long because: the tests share one world, which takes a quarter of a minute to build.

import json
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from penstock.cli import app
from penstock.contracts.product import Product
from penstock.ledger import Delivery, Ledger
from penstock.loading.load import load
from penstock.loading.stale import mark_stale
from penstock.overview import quarantined_rows
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.receive import land_tables
from penstock.releasing.release import release
from penstock.releasing.series import series_of
from penstock.settings import Settings, new_run_id
from penstock.transforming.results import DbtError
from penstock.transforming.transform import transform
from support.tenants import END, START, ask, build, mock_load, of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME = "acme"
ENTRY = tenant_entry(ACME, 11, ["google_ads", "shopify"])
OPTIONS = ("--product", "marketing", "--tenant", ACME)
SPEND = "select count(*), sum(spend) from fct_{t}__ad_performance"
MASTER = "platform.platform_mm__google_ads_api_v1_ad_performance"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = tenant_settings(tmp_path_factory.mktemp("tenant"), [ENTRY])
    mock_load(settings, ACME)
    build(settings, ACME)
    release(of(settings, ACME), settings, run_id=new_run_id())
    return settings


@pytest.fixture
def settings(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy to change, and the environment of a command that works on it."""
    shutil.copytree(built.data_dir.parent, tmp_path / "world", symlinks=True)
    settings = tenant_settings(tmp_path / "world", [ENTRY])
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    monkeypatch.setenv("COLUMNS", "300")
    return settings


def _call(*words: str) -> str:
    done = _try(*words)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def _try(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _rows(settings: Settings, table: str) -> pl.DataFrame:
    """A table's mock rows as a connector delivers them."""
    folder = settings.raw_dir / "marketing" / ACME / f"{ACME}_{table}"
    rows = pl.concat([pl.read_parquet(one) for one in sorted(folder.glob("*.parquet"))])
    return rows.select(
        one for one in rows.columns if not one.startswith("_") and one != "extra_columns"
    )


def _deliveries(settings: Settings, table: str) -> list[Delivery]:
    with Ledger(of(settings, ACME).ledger(settings)) as ledger:
        return [one for one in ledger.deliveries() if one.table_name == f"{ACME}_{table}"]


def _files_of(settings: Settings, day: date) -> list[str]:
    with Ledger(of(settings, ACME).ledger(settings)) as ledger:
        return [one.delivery_id for one in ledger.deliveries() if str(day) in one.delivery_id]


def _stale(settings: Settings) -> None:
    with Ledger(of(settings, ACME).ledger(settings)) as ledger, ledger.transaction():
        mark_stale(ledger, date.min)


def test_values_that_do_not_fit_are_refused_and_the_rest_of_the_file_goes_on(
    settings: Settings, tmp_path: Path
) -> None:
    rows = _rows(settings, "google_ads__ad_performance").with_row_index("at")
    (key, *_) = json.loads(of(settings, ACME).environment["PENSTOCK_TENANT_CONFIG"])["sources"][
        "google_ads"
    ]["ad_performance"][0]["key"]
    rows.with_columns(
        pl.when(pl.col("at") == 0).then(float("inf")).otherwise("conversions").alias("conversions"),
        pl.when(pl.col("at") == 1).then(None).otherwise(key).alias(key),
    ).drop("at").write_parquet(tmp_path / "report.parquet")
    land_tables(of(settings, ACME), settings, [tmp_path / "report.parquet"])
    load(of(settings, ACME), settings)
    build(settings, ACME)

    (one,) = (
        one
        for one in _deliveries(settings, "google_ads__ad_performance")
        if one.source == "google_ads"
    )
    assert (one.rows_read, one.rows_accepted, one.rows_quarantined) == (
        rows.height,
        rows.height - 2,
        2,
    )
    spend = rows.filter(pl.col("at") > 1)["cost_micros"].sum()
    told = "select count(*), cast(sum(spend) * 1000000 as bigint) from fct_{t}__ad_performance"
    assert ask(settings, ACME, told) == [(rows.height - 2, spend)]

    listed = _call("quarantine", "list", "marketing", "--tenant", ACME)
    assert f"penstock quarantine show ORIGIN --product marketing --tenant {ACME}" in listed
    shown = _call("quarantine", "show", one.delivery_id, *OPTIONS)
    assert "not_finite" in shown
    assert "conversions" in shown
    assert f"quarantine discard {one.delivery_id} --product marketing --tenant {ACME}" in shown
    again = _call("quarantine", "replay", one.delivery_id, *OPTIONS)
    assert "2 rows were open, 2 are" in again
    assert _call("quarantine", "discard", one.delivery_id, *OPTIONS)
    with Ledger(of(settings, ACME).ledger(settings)) as ledger:
        assert sum(one.open_rows for one in ledger.quarantine()) == 0


def test_a_refused_file_is_looked_at_routed_again_and_given_up(
    settings: Settings, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    _order().write_parquet(drop / "orders.parquet")
    pl.DataFrame({"colour": ["red"]}).write_parquet(drop / "odd.parquet")
    land_tables(of(settings, ACME), settings, [drop])
    with Ledger(of(settings, ACME).ledger(settings)) as ledger:
        origins = {one.reason: one.origin for one in ledger.quarantine()}
    unknown = origins["unknown"]
    shown = _call("quarantine", "show", unknown, *OPTIONS)
    assert "odd.parquet" in shown
    # Asked as rows: the terminal breaks a long message where its column ends.
    (told,) = quarantined_rows(of(settings, ACME), settings, unknown)["message"]
    assert told.startswith("has no column of any contract")

    # Nothing has changed: refused as before, and the account of it is the same.
    assert "2 rows were open, 2 are" in _call("quarantine", "replay", *OPTIONS)
    (missing,) = set(origins.values()) - {unknown}
    assert "source_not_enabled" in origins, origins
    _enable(settings, "woocommerce")
    again = _call("quarantine", "replay", *OPTIONS)
    assert "2 rows were open, 1 are" in again
    (landed,) = _deliveries(settings, "woocommerce__orders")
    assert (landed.status, landed.rows_accepted) == ("loaded", 1)
    assert _try("quarantine", "show", missing, *OPTIONS).exit_code == 1

    for _ in range(2):
        _call("quarantine", "discard", unknown, *OPTIONS)
        with Ledger(of(settings, ACME).ledger(settings)) as ledger:
            (count,) = ledger.quarantine()
        assert (count.origin, count.row_count, count.discarded) == (unknown, 1, 1)
        assert Path(count.file).is_file()
    assert "0 rows were open, 0 are" in _call("quarantine", "replay", *OPTIONS)
    kept = settings.quarantine_dir / "marketing" / ACME / "discarded"
    assert {one.suffix for one in kept.iterdir()} == {".json", ".parquet"}
    # Landed again, it is refused again, and open.
    land_tables(of(settings, ACME), settings, [drop / "odd.parquet"])
    assert "1 rows were open" in _call("quarantine", "replay", *OPTIONS)


def test_a_file_that_is_named_is_routed_again_alone(settings: Settings, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    _order().write_parquet(drop / "orders.parquet")
    _unending_report(settings).write_parquet(drop / "report.parquet")
    land_tables(of(settings, ACME), settings, [drop])
    load(of(settings, ACME), settings)
    before = _deliveries(settings, "google_ads__ad_performance")
    assert sum(one.rows_quarantined for one in before) == 1
    with Ledger(of(settings, ACME).ledger(settings)) as ledger:
        (order,) = (x.origin for x in ledger.quarantine() if x.reason == "source_not_enabled")
    _enable(settings, "woocommerce")

    again = _call("quarantine", "replay", order, *OPTIONS)

    assert "1 rows read = 1 accepted + 0 quarantined" in again
    assert "2 rows were open, 1 are" in again
    assert [one.status for one in _deliveries(settings, "woocommerce__orders")] == ["loaded"]
    assert _deliveries(settings, "google_ads__ad_performance") == before


def test_the_only_file_of_a_tenant_is_judged_again(settings: Settings, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    _unending_report(settings).write_parquet(drop / "report.parquet")
    land_tables(of(settings, ACME), settings, [drop])
    load(of(settings, ACME), settings)

    again = _call("quarantine", "replay", *OPTIONS)

    assert "1 rows read = 0 accepted + 1 quarantined" in again
    assert "1 rows were open, 1 are" in again


def _unending_report(settings: Settings) -> pl.DataFrame:
    """One row that the gate refuses, in a file that is routed."""
    report = _rows(settings, "google_ads__ad_performance").head(1)
    return report.with_columns(conversions=pl.lit(float("inf")))


def _order() -> pl.DataFrame:
    """One order as its contract says, of a connector that the tenant does not have."""
    (contract,) = (
        one
        for one in landing_contracts()
        if (one.master_model, one.object_name) == ("woocommerce_api_v1", "orders")
    )
    values = {"integer": 1, "string": "1", "timestamp": datetime(2026, 3, 1), "float": 1.0}
    return pl.DataFrame({name: [values[kind]] for name, kind in contract.columns.items()})


def _enable(settings: Settings, source: str) -> None:
    path = settings.reference_dir / "marketing" / "tenants.yaml"
    entries = yaml.safe_load(path.read_text())
    entries["tenants"][0]["sources"].append(source)
    path.write_text(yaml.safe_dump(entries, sort_keys=False))


def test_a_retracted_mock_file_lands_again_when_its_day_is_asked_for(settings: Settings) -> None:
    before = ask(settings, ACME, SPEND)
    product = of(settings, ACME)
    (file,) = (one for one in _files_of(settings, END) if "ad_performance" in one)
    _call("retract", file, *OPTIONS)
    # A run continues: it does not undo what somebody took back.
    assert product.mock(product, settings, end=END) == 0
    build(settings, ACME)
    assert ask(settings, ACME, SPEND) != before
    assert product.mock(product, settings, start=START, end=END) == 1
    assert product.mock(product, settings, start=START, end=END) == 0
    load(product, settings)
    build(settings, ACME)
    assert ask(settings, ACME, SPEND) == before

    for one in _files_of(settings, END):
        _call("retract", one, *OPTIONS)
    assert product.mock(product, settings, end=END) == len(_files_of(settings, END))


def test_releases_are_a_tenants(settings: Settings) -> None:
    (run_id,) = (one.run_id for one in series_of(settings, f"marketing/{ACME}").released())
    for words in (("list",), ("list", "--tenant", ACME), ("show", "--tenant", ACME)):
        assert run_id in _call("releases", words[0], "marketing", *words[1:])
    _call("releases", "pin", "marketing", run_id, "--tenant", ACME)
    assert series_of(settings, f"marketing/{ACME}").pinned() == {run_id}
    assert f"{ACME}: removed 0 releases" in _call("releases", "prune", "marketing")
    assert not PRODUCT.ledger(settings).exists()
    whose = _try("releases", "show", "marketing")
    assert whose.exit_code == 1
    assert "expected --tenant SLUG" in whose.output
    both = _try("releases", "show", "marketing", "--tenant", ACME, "--series", "marketing/x")
    assert both.exit_code == 2


def test_a_manifest_that_changed_alone_is_released(settings: Settings) -> None:
    def changed(product: Product, _settings: Settings, payload: Path) -> None:
        (payload / "semantic").mkdir(exist_ok=True)
        (payload / "semantic" / f"{product.tenant}.yml").write_text("fct_orders: {}\n")

    def gone(_product: Product, _settings: Settings, _payload: Path) -> None:
        pass

    own = of(settings, ACME).release_extras
    for extras, is_new in ((own, False), (changed, True), (changed, False), (gone, True)):
        product = replace(
            of(settings, ACME),
            environment={**of(settings, ACME).environment, "OTHER_MODELS": f"{extras} {is_new}"},
            release_extras=extras,
        )
        assert transform(product, settings).built
        assert release(product, settings, run_id=new_run_id()).is_new == is_new
    made = [one for one in series_of(settings, f"marketing/{ACME}").released() if one.parent]
    assert len(made) == 2
    assert all(one.root == one.parent_root and one.seal != one.parent_seal for one in made)


def test_a_push_reads_and_writes_the_tenants_own_rows(settings: Settings) -> None:
    """Rows of another tenant neither stand for the tenant's own nor leave with its deliveries."""
    own = f"select count(*) from {MASTER} where tenant_slug = '{ACME}'"
    ((count,),) = ask(settings, ACME, own)
    other = f"select * replace ('zed' as tenant_slug) from {MASTER}"
    _change(
        settings,
        # Of the same delivery and place as those that will be pushed again.
        f"create or replace table {MASTER} as {other}",
        f"insert into {MASTER} select * replace ('gone/gone.parquet' as delivery_id) from {MASTER}",
    )
    _stale(settings)
    build(settings, ACME)
    assert ask(settings, ACME, own) == [(count,)]
    assert ask(settings, ACME, f"select count(*) from {MASTER} where tenant_slug = 'zed'") == [
        (2 * count,)
    ]


@pytest.mark.parametrize("table", ["google_ads_campaigns", "shopify_products"])
def test_a_leak_is_caught_in_tables_that_no_fact_reads(settings: Settings, table: str) -> None:
    _change(settings, f"update {ACME}_intermediate.int_{ACME}__{table} set tenant_slug = 'zed'")
    _stale(settings)
    with pytest.raises(DbtError, match="no_row_of_another_tenant"):
        build(settings, ACME)


def _change(settings: Settings, *statements: str) -> None:
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        for one in statements:
            connection.execute(one)
