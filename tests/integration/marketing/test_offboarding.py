"""A tenant goes with everything that is its own, and nothing that is another's."""
# long because: the tests share one world of two tenants, which takes half a minute to build.

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from penstock.alerts import run_failed, send
from penstock.cli import app
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.loading.retract import retract
from penstock.offboarding.export import ExportError
from penstock.offboarding.marker import Marker, marker_file, write_marker
from penstock.offboarding.offboard import OffboardError, offboard
from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.receive import land_tables
from penstock.products.marketing.tenants import read_tenants
from penstock.releasing.release import release
from penstock.releasing.verify import verify
from penstock.runs import run
from penstock.settings import REPOSITORY_ROOT, Settings, new_run_id
from penstock.tenancy import onboard
from support.crashes import environment
from support.tenants import (
    END,
    START,
    ask,
    build,
    mock_load,
    of,
    tenant_entry,
    tenant_settings,
)

pytestmark = pytest.mark.integration

ACME, BIRCH = "acme", "acme_birch"
ENTRIES = (
    tenant_entry(ACME, 11, ["google_ads", "shopify"]),
    # A slug that begins with the other's.
    tenant_entry(BIRCH, 12, ["google_ads", "shopify"]),
)
A_NAME = re.compile(rb"(?<![a-z0-9_])acme(?![a-z0-9_-])|acme_(google_ads|shopify|analytics)")
"""The tenant's slug as a word of its own, or the beginning of one of its relations."""

# Tables that tell of tenants in other ways than the master models do.
PLANTED = f"""
create table platform.platform_sat__planted as
select unnest(['{ACME}', '{BIRCH}']) as tenant_slug, 7 as orders;
create table platform.planted_artifacts as
select unnest(['fct_{ACME}__orders', 'fct_{BIRCH}__orders', 'stg_{BIRCH}__ads']) as alias;
"""
# Killed at the given change of the file system: files and folders written, moved, removed. At 0 it
# is not, and prints how many there were, and which came after the export had taken its name.
KILLED = """
import os, sys
from pathlib import Path
from penstock.offboarding.offboard import offboard
from penstock.products.marketing.product import PRODUCT
from penstock.settings import read_settings
at, seen, exported = int(sys.argv[1]), 0, 0
def count(event, arguments):
    global seen, exported
    changes = event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.copyfile")
    if changes:
        seen += 1
        if seen == at:
            os.kill(os.getpid(), 9)
        if event == "os.rename" and "offboarded" in str(arguments[1]) and not exported:
            exported = seen + 1
settings = read_settings()
sys.addaudithook(count)
offboard(PRODUCT, settings, "acme")
print(seen, exported)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two tenants with releases, refused files, refused rows and retracted files each."""
    folder = tmp_path_factory.mktemp("tenants")
    settings = tenant_settings(folder, ENTRIES)
    for slug in (ACME, BIRCH):
        mock_load(settings, slug)
        _land_odd_files(settings, slug, folder / f"drop_{slug}")
        retract(of(settings, slug), settings, lambda one: one.source == "google_ads")
        build(settings, slug)
        release(of(settings, slug), settings, run_id=new_run_id())
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        connection.execute(PLANTED)
    shutil.copy(PRODUCT.warehouse(settings), PRODUCT.dev_warehouse(settings))
    return settings


def _land_odd_files(settings: Settings, slug: str, drop: Path) -> None:
    """An order without an id (refused row), and a file that fits nothing (refused file)."""
    drop.mkdir()
    raw = settings.raw_dir / "marketing" / slug
    for table, key in (("shopify__orders", "id"), ("google_ads__campaigns", None)):
        rows = pl.read_parquet(min((raw / f"{slug}_{table}").glob("*.parquet")))
        own = [one for one in rows.columns if not one.startswith("_") and one != "extra_columns"]
        rows = rows.select(own)
        if key is not None:
            none = pl.lit(None, dtype=rows.schema[key]).alias(key)
            rows = pl.concat([rows, rows.head(1).with_columns(none)])
        rows.write_parquet(drop / f"{table}.parquet")
    pl.DataFrame({"colour": ["red"]}).write_parquet(drop / "odd.parquet")
    land_tables(of(settings, slug), settings, [drop])
    load(of(settings, slug), settings)


@pytest.fixture
def settings(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy to change, and the environment of a command that works on it."""
    shutil.copytree(built.data_dir.parent, tmp_path / "world", symlinks=True)
    settings = tenant_settings(tmp_path / "world", ENTRIES)
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    monkeypatch.setenv("PENSTOCK_MARKETING_SOURCE", "files")
    return settings


def _call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _files_of(settings: Settings, slug: str) -> dict[str, bytes]:
    """Every file below a folder, or of a name, that carries the slug; locks and wals left out."""
    return {
        str(path.relative_to(settings.data_dir)): path.read_bytes()
        for path in sorted(settings.data_dir.rglob("*"))
        if path.is_file() and slug in str(path.relative_to(settings.data_dir))
    }


def _rows(settings: Settings) -> dict[str, object]:
    """Rows of every table, those of the tenant that goes left out."""
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, bool_or(column_name = 'tenant_slug')"
            " from duckdb_columns() where not internal group by all"
        ).fetchall()
        found: dict[str, object] = {}
        for schema, table, is_pooled in tables:
            if schema.removesuffix("_birch").startswith(f"{ACME}_") and BIRCH not in schema:
                continue
            where = f"where tenant_slug <> '{ACME}'" if is_pooled else ""
            found[f"{schema}.{table}"] = connection.execute(
                f'select count(*), sum(hash(one)) from "{schema}"."{table}" as one {where}'
            ).fetchall()
    return found


def _is_others(table: str) -> bool:
    own = re.match(rf"raw\.{ACME}_(?!birch)|audit\.commits_{ACME}$", table) is not None
    return not own and table not in ("raw.deliveries", "raw._dlt_loads", "raw._dlt_version")


def _left(settings: Settings) -> list[str]:
    """Files with the tenant's name in their bytes, or in their path."""
    exported = settings.data_dir / "offboarded"
    return [
        str(path)
        for path in sorted(settings.data_dir.rglob("*"))
        if exported not in path.parents and path != exported
        if A_NAME.search(str(path.relative_to(settings.data_dir)).encode())
        or (path.is_file() and A_NAME.search(path.read_bytes()))
    ]


def test_everything_of_a_tenant_goes_and_nothing_of_another(settings: Settings) -> None:
    dropped = settings.marketing_drop_dir / ACME / "shopify" / "taken.csv"
    dropped.parent.mkdir(parents=True)
    dropped.write_bytes(b"what was dropped stays until its tenant goes")
    others = _files_of(settings, BIRCH)
    rows = _rows(settings)
    raw = _files_of(settings, ACME)
    assert _left(settings)

    platform = settings.releases_dir / "marketing" / "platform"
    platform.mkdir()
    page = settings.reports_dir / "marketing_platform.html"
    page.write_text("what the platform's last run told")
    looked = _call("tenants", "offboard", ACME, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert _files_of(settings, ACME) == raw

    done = _call("tenants", "offboard", ACME)
    assert done.exit_code == 0, done.output
    assert f"{ACME} is offboarded: nothing of it is left" in done.output
    for left in (platform, page):
        assert f"may tell of {ACME}: {left}" in done.output.replace("\n", "")
    proof = re.search(r"to prove the copies: (.*)", done.output)
    assert proof is not None
    subprocess.run(["bash", "-c", proof[1]], check=True)
    assert platform.exists()
    assert _left(settings) == []
    assert _files_of(settings, BIRCH) == others
    kept = {table: one for table, one in rows.items() if _is_others(table)}
    now = _rows(settings)
    assert {table: one for table, one in now.items() if table in kept} == {
        **kept,
        "platform.planted_artifacts": now["platform.planted_artifacts"],
    }
    told = "select list(distinct tenant_slug) from platform_sat__planted"
    assert ask(settings, BIRCH, told) == [([BIRCH],)]
    assert ask(settings, BIRCH, "select count(*) from planted_artifacts") == [(2,)]
    text = (settings.reference_dir / "marketing" / "tenants.yaml").read_text()
    assert [one["slug"] for one in yaml.safe_load(text)["tenants"]] == [BIRCH]

    (folder,) = (settings.data_dir / "offboarded" / "marketing" / ACME).iterdir()
    _is_whole(folder, raw)
    kept_drop = folder / "data" / "dropped" / "shopify" / "taken.csv"
    assert kept_drop.read_bytes() == b"what was dropped stays until its tenant goes"
    assert not (settings.marketing_drop_dir / ACME).exists()
    again = _call("tenants", "offboard", ACME)
    assert again.exit_code == 0, again.output
    assert f"there is no tenant {ACME}, and nothing of it is left" in again.output
    assert not run(of(settings, BIRCH), settings).release.is_new


def _is_whole(folder: Path, before: dict[str, bytes]) -> None:
    """The export is a bag of what was there: releases, landed, refused and retracted files."""
    assert bagit.Bag(str(folder)).is_valid()
    (made,) = (one for one in (folder / "data" / "releases").iterdir() if one.is_dir())
    assert verify(made, strict=True).passed
    payload = {one.read_bytes() for one in (folder / "data").rglob("*") if one.is_file()}
    for name, content in before.items():
        if name.startswith(("raw/", "quarantine/", "releases/")) and BIRCH not in name:
            assert content in payload, name
    with Ledger(folder / "data" / "ledger.sqlite") as ledger:
        assert {one.status for one in ledger.deliveries()} == {"loaded", "retracted"}
    (entry,) = yaml.safe_load((folder / "data" / "tenant.yaml").read_text())
    assert (entry["slug"], entry["status"]) == (ACME, "active")
    report = json.loads((folder / "offboarding.json").read_text())
    assert [one["found"] for one in report] == [[]] * len(report)


def test_killed_at_any_moment_the_next_call_finishes(
    settings: Settings,
    tmp_path: Path,
    soak: bool,  # noqa: FBT001 - a fixture
) -> None:
    others = _files_of(settings, BIRCH)
    changes, exported = map(int, _disturbed(settings, tmp_path, 0).stdout.split())
    # While it exports, before the marker says that it has, while it removes, and at the very end.
    moments = (exported // 2, exported, (exported + changes) // 2, changes - 1)
    for at in range(1, changes + 1, 7) if soak else moments:
        killed = _disturbed(settings, tmp_path, at)
        assert killed.returncode == -9, killed.stderr
        copy = _in(tmp_path / f"killed_{at}")
        if marker_file(PRODUCT, copy, ACME).exists() and read_tenants(copy).known.get(ACME):
            with pytest.raises(PenstockError, match="is being offboarded"):
                onboard(PRODUCT, copy, ACME, run=lambda one: pytest.fail(one.tenant))
        offboard(PRODUCT, copy, ACME)
        assert _left(copy) == []
        assert _files_of(copy, BIRCH) == others
        (folder,) = (copy.data_dir / "offboarded" / "marketing" / ACME).iterdir()
        assert bagit.Bag(str(folder)).is_valid()
        shutil.rmtree(tmp_path / f"killed_{at}")


def _disturbed(settings: Settings, folder: Path, at: int) -> "subprocess.CompletedProcess[str]":
    """Offboard in a copy of the world, killed at the given change of the file system (0: never)."""
    copy = folder / f"killed_{at}"
    shutil.copytree(settings.data_dir.parent, copy, symlinks=True)
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(at)],
        env={**environment(_in(copy)), "PENSTOCK_REFERENCE_DIR": str(_in(copy).reference_dir)},
        cwd=REPOSITORY_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _in(world: Path) -> Settings:
    """Settings of a world as it lies there."""
    return Settings(data_dir=world / "data", reference_dir=world / "reference", _env_file=None)


def test_what_nobody_thought_of_is_found_and_keeps_the_entry(settings: Settings) -> None:
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        connection.execute(f"create table main.notes as select 'see fct_{ACME}__orders' as note")
    with pytest.raises(OffboardError, match=r"main\.notes: 1 rows"):
        offboard(PRODUCT, settings, ACME)
    assert marker_file(PRODUCT, settings, ACME).exists()
    assert _call("tenants", "list").output.count("suspended") == 1
    with duckdb.connect(str(PRODUCT.warehouse(settings))) as connection:
        connection.execute("drop table main.notes")
    late = settings.marketing_drop_dir / ACME / "shopify" / "late.csv"
    late.parent.mkdir(parents=True)
    late.write_text("dropped after the export was made")
    with pytest.raises(OffboardError, match=f"dropped: .*{ACME}"):
        offboard(PRODUCT, settings, ACME)
    assert late.exists()
    shutil.rmtree(late.parents[1])
    _alert(settings, BIRCH)
    done = offboard(PRODUCT, settings, ACME)
    assert (done.found, done.kept) == ([], ())
    assert _call("tenants", "list").output.count("suspended") == 0


def _alert(settings: Settings, tenant: str) -> None:
    send(run_failed(job="day", run="r", days=(START, END), reasons={}, tenant=tenant), settings)


def test_an_export_goes_where_it_is_told_but_not_over_something(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    refused = _call("tenants", "offboard", ACME, "--to", str(tmp_path / "mine"))
    assert refused.exit_code == 1
    assert "expected a new or empty folder" in " ".join(refused.output.split())
    among_data = tmp_path / "mine" / ".." / settings.marketing_drop_dir.relative_to(tmp_path) / "x"
    with pytest.raises(ExportError, match="where data are removed"):
        offboard(PRODUCT, settings, ACME, to=among_data)
    assert not marker_file(PRODUCT, settings, ACME).exists()
    _alert(settings, ACME)
    done = _call("tenants", "offboard", ACME, "--to", str(tmp_path / "theirs"))
    assert done.exit_code == 0, done.output
    assert f"may tell of {ACME}: {settings.alerts_file}" in done.output.replace("\n", "")
    assert bagit.Bag(str(tmp_path / "theirs")).is_valid()
    assert not (settings.data_dir / "offboarded").exists()


def test_the_export_of_another_is_not_taken_for_its_own(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    path = marker_file(PRODUCT, settings, ACME)
    write_marker(path, Marker("", str(folder), is_exported=False, raw_tables=[], runs=[]))
    offboard(PRODUCT, settings, BIRCH, to=folder)

    with pytest.raises(ExportError, match="expected a new or empty folder"):
        offboard(PRODUCT, settings, ACME)

    assert _files_of(settings, ACME)
