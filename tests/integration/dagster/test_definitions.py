"""What Dagster is told: nothing at import, one graph, every dbt test a check, every name a rule."""
# long because: one graph, built once and looked at from every side.

import ast
import difflib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.assets.releasing import audited_release
from dagster_project.checks import audit_result
from dagster_project.definitions import build_defs
from dagster_project.rooms import RETRIES
from penstock.products.renewable.product import PRODUCT
from penstock.releasing.plan import AuditError
from penstock.releasing.sealed import fails, notes, passes
from penstock.settings import REPOSITORY_ROOT
from penstock.transforming.manifest import ManifestError, read_manifest
from support import releases
from support.dagster_worlds import (
    DAILY,
    GRAPH_COMMAND,
    GRAPH_FILE,
    DagsterWorld,
    as_text,
    asset_graph,
    give_manifest,
    graph_specs,
    key,
    own_settings,
)
from support.worlds import settings_for

pytestmark = pytest.mark.integration

DAGS = REPOSITORY_ROOT / "dags"
MODULES = sorted((DAGS / "dagster_project").rglob("*.py"))


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> dg.Definitions:
    """The definitions over a data directory in which nothing has landed."""
    settings = own_settings(tmp_path_factory.mktemp("definitions"))
    give_manifest(settings, manifest)
    return build_defs(settings)


@pytest.fixture(scope="module")
def dbt_manifest(manifest: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((manifest / "manifest.json").read_text(encoding="utf-8"))
    return content


# importing ----------------------------------------------------------------------------------

IMPORTER = """
import importlib, json, os, sys

tree = sys.argv[1]
sys.path[:0] = [f"{tree}/dags", f"{tree}/src"]
found = []
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.utime", "sqlite3.connect", "socket.connect", "socket.getaddrinfo",
    "socket.sendto")
LOOKS = ("open", "os.listdir", "os.scandir", "glob.glob", "subprocess.Popen", "os.system")

def is_ours():
    # Whether code of the tree asks for it itself, not the import of a library or module.
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return False
        if name.startswith(tree):
            return True
        frame = frame.f_back
    return False

def watch(event, arguments):
    changes, path = event in CHANGES, arguments[0] if arguments else None
    if event == "open" and isinstance(path, (str, bytes)):
        path, mode, flags = os.fsdecode(path), arguments[1] or "", arguments[2] or 0
        writes = set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        changes = bool(writes) and path != os.devnull
        foreign = path.startswith(tree) and not path.endswith((".py", ".pyc"))
        if foreign or changes or is_ours():
            found.append([event, path])
    elif changes or (event in LOOKS and is_ours()):
        found.append([event, str(path)])
    if changes:
        raise OSError(30, "Read-only file system", str(path))

sys.addaudithook(watch)
for module in sys.argv[2:]:
    importlib.import_module(module)
sys.stdout.write(json.dumps({"root": str(sys.modules["penstock.settings"].REPOSITORY_ROOT),
    "found": found}))
"""

PLANTED = """
import contextlib
from pathlib import Path
with contextlib.suppress(Exception):
    read_settings()
with contextlib.suppress(Exception):
    build_defs(Settings(data_dir=Path(__file__).parents[2] / "data"))
with contextlib.suppress(OSError):
    (Path(__file__).parents[2] / "made").mkdir()
with contextlib.suppress(OSError):
    list(Path(__file__).parent.iterdir())
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code in a repository where there is something to be read."""
    root = tmp_path / "tree"
    for folder in ("src", "dags"):
        shutil.copytree(
            REPOSITORY_ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / ".env").write_text("PENSTOCK_DUCKDB_THREADS=1\n", encoding="utf-8")
    manifest = root / "data" / "warehouse" / ".renewable" / "manifest" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}", encoding="utf-8")
    return root


def imported(tree: Path) -> list[tuple[str, str]]:
    """What importing every module does in an empty environment, paths relative to the tree."""
    names = [
        ".".join(path.relative_to(DAGS).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORTER, str(tree), *names],
        check=False,
        capture_output=True,
        text=True,
        env={},
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["root"] == str(tree), "another copy of the code was imported"
    return [(event, path.removeprefix(f"{tree}/")) for event, path in told["found"]]


def test_importing_reads_nothing_and_writes_nothing(tree: Path) -> None:
    assert "dagster_project.definitions" in [f"dagster_project.{path.stem}" for path in MODULES]
    assert imported(tree) == []


def test_whatever_is_read_or_made_at_import_would_be_found(tree: Path) -> None:
    module = tree / "dags" / "dagster_project" / "definitions.py"
    module.write_text(module.read_text(encoding="utf-8") + PLANTED, encoding="utf-8")
    found = imported(tree)

    assert ("open", ".env") in found
    assert ("open", "data/warehouse/.renewable/manifest/manifest.json") in found
    assert ("os.mkdir", "made") in found
    assert ("os.listdir", "dags/dagster_project") in found
    assert not (tree / "made").exists()


def private_names(source: str) -> Iterator[str]:
    """Names of other modules that begin with an underscore: no promise stands behind them."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [one.name for one in names]
            case ast.ImportFrom(module=module, names=names):
                found = [f"{module}.{one.name}" for one in names]
            case ast.Attribute(value=value, attr=attr):
                own = isinstance(value, ast.Name) and value.id in {"self", "cls"}
                found = [] if own else [ast.unparse(node)] if attr.startswith("_") else []
            case _:
                continue
        for name in found:
            parts = [part for part in name.split(".") if not part.startswith("__")]
            if any(part.startswith("_") for part in parts):
                yield name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(DAGS).as_posix())
def test_no_private_name_of_a_library_is_used(path: Path) -> None:
    assert list(private_names(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import dagster._core.events",
        "from dagster._core.events import DagsterEvent",
        "from dagster import _core",
        "from dagster_dbt.core._private import x",
        "import dagster as dg\ndg._core.events",
        "context._instance",
    ],
)
def test_a_private_name_would_be_found(source: str) -> None:
    assert list(private_names(source)) != []


def test_the_definitions_stay_short() -> None:
    lines = (DAGS / "dagster_project" / "definitions.py").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 50, f"{len(lines)} lines: what they put together has a module of its own"


# as the code server does --------------------------------------------------------------------


def validate(tmp_path: Path, data_dir: Path) -> subprocess.CompletedProcess[str]:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copyfile(DAGS / "instance.yaml", home / "dagster.yaml")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    command = [str(Path(sys.executable).with_name("dagster")), "definitions", "validate"]
    return subprocess.run(
        [*command, "-m", "dagster_project.definitions"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=DAGS,
        env={**kept, "DAGSTER_HOME": str(home), "PENSTOCK_DATA_DIR": str(data_dir)},
    )


def test_the_code_server_can_load_them(tmp_path: Path, manifest: Path) -> None:
    settings = own_settings(tmp_path / "data")
    give_manifest(settings, manifest)
    before = sorted(settings.data_dir.rglob("*"))
    done = validate(tmp_path, settings.data_dir)

    assert done.returncode == 0, done.stdout
    assert "Validation successful for code location dagster_project.definitions" in done.stdout
    assert sorted(settings.data_dir.rglob("*")) == before


def test_without_a_manifest_they_say_how_to_make_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = validate(tmp_path, data_dir)

    assert done.returncode != 0
    assert "`penstock manifest renewable`" in done.stdout
    assert not data_dir.exists(), "a look at what is not there has made a directory"


def test_the_same_words_come_from_python(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="penstock manifest renewable"):
        build_defs(own_settings(tmp_path / "data"))


# the graph ----------------------------------------------------------------------------------


def test_the_graph_is_the_committed_one(definitions: dg.Definitions) -> None:
    committed = GRAPH_FILE.read_text(encoding="utf-8")
    now = as_text(asset_graph(definitions))
    difference = "\n".join(
        difflib.unified_diff(committed.splitlines(), now.splitlines(), "committed", "now", n=0)
    )

    assert now == committed, (
        f"the asset graph has changed:\n{difference}\n\nIf that is meant, write {GRAPH_FILE.name} "
        f"again and commit it with the change:\n  {GRAPH_COMMAND}"
    )


def test_the_written_graph_is_json_that_says_the_same(definitions: dg.Definitions) -> None:
    graph = asset_graph(definitions)

    assert json.loads(as_text(graph)) == graph


def test_every_asset_has_an_owner_a_kind_a_description_and_a_room(
    definitions: dg.Definitions,
) -> None:
    specs = graph_specs(definitions)

    assert specs
    for spec in specs:
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert (spec.description or "").strip(), spec.key
        assert spec.group_name in {"land", "load", "transform", "release"}, spec.key


def test_load_and_dbt_meet_in_the_raw_tables(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    for table in PRODUCT.contracts:
        assert graph.get(key("staging", f"stg_{table}")).parent_keys == {key("raw", table)}
        assert graph.get(key("raw", table)).parent_keys == {key("land", table)}
        assert graph.get(key("raw", table)).is_executable
    assert all(graph.get(one).is_executable for one in graph.get_all_asset_keys())
    marts = {key("marts", one) for one in PRODUCT.marts}
    assert graph.get(key("report")).parent_keys == marts
    assert graph.get(key("release")).parent_keys == marts
    assert graph.get(key("release")).child_keys == set()


def test_the_audit_blocks_what_would_read_the_release(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    (audit,) = graph.get_check_keys_for_assets({key("release")})

    assert audit.name == "audit"
    assert graph.get(audit).blocking


def test_a_failed_audit_is_told_before_the_release_fails(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    releases.write_warehouse(settings, releases.Tiny())
    releases.record(settings, releases.Tiny())  # what dbt leaves; the ledger knows of no build
    telling = audited_release(
        dg.build_asset_context(), releases.TINY, settings, run_id=releases.run_id(0)
    )
    told = next(telling)

    assert (told.check_name, told.passed) == ("audit", False)
    assert told.asset_key == dg.AssetKey([releases.TINY.name, "release"])
    with pytest.raises(AuditError):
        next(telling)


def test_a_failed_audit_is_told_by_its_checks() -> None:
    kept, broken = passes("built", "all of it"), fails("schema", "mart.energy: is gone")
    shown = audit_result(PRODUCT, [kept, broken, notes("files read", "1 rejected")])

    assert not shown.passed
    assert shown.description == "schema: mart.energy: is gone"
    assert audit_result(PRODUCT, [kept, notes("files read", "1 rejected")]).passed


def test_every_dbt_test_is_a_check_of_its_own(
    definitions: dg.Definitions, dbt_manifest: dict[str, Any]
) -> None:
    tests = [
        one["name"] for one in dbt_manifest["nodes"].values() if one["resource_type"] == "test"
    ]
    built = definitions.resolve_assets_def(key("marts", "dim_asset"))
    checks = [one.name for one in built.check_keys]

    assert len(tests) > 40
    assert sorted(checks) == sorted(tests)
    assert [name for name, count in Counter(tests).items() if count > 1] == []


def test_the_partitioned_models_are_those_tagged_daily(
    definitions: dg.Definitions, dbt_manifest: dict[str, Any]
) -> None:
    models = [one for one in dbt_manifest["nodes"].values() if one["resource_type"] == "model"]
    daily = {key(one["fqn"][1], one["name"]) for one in models if "daily" in one["tags"]}
    built = [
        spec
        for spec in graph_specs(definitions)
        if spec.group_name == "transform" and spec.key.path[0] == PRODUCT.name
    ]

    assert {spec.key for spec in built} == {key(one["fqn"][1], one["name"]) for one in models}
    assert daily
    assert {spec.key for spec in built if spec.partitions_def is not None} == daily


def test_every_room_retries_passing_faults_and_takes_a_range_as_one_run_but_a_tenant_a_day(
    definitions: dg.Definitions,
) -> None:
    rooms = {
        one.op.name: one
        for one in map(definitions.resolve_assets_def, definitions.resolve_all_asset_keys())
    }

    assert sorted(rooms) == [
        *(f"marketing_{one}" for one in ("land", "load", "platform", "release", "transform")),
        *(f"renewable_{one}" for one in ("land", "load", "release", "report", "transform")),
        *(f"sales_{one}" for one in ("bronze", "gold", "silver")),
    ]
    assert {room.op.retry_policy for room in rooms.values()} == {RETRIES}
    assert rooms.pop("marketing_platform").partitions_def is None
    for name, room in rooms.items():
        # A range in one run would be one day of all tenants: one's failure would be everybody's.
        one_run = dg.BackfillPolicy.single_run()
        expected = None if name.startswith("marketing_") else one_run
        assert room.backfill_policy == expected, name
    assert RETRIES.max_retries == 3
    job = definitions.resolve_job_def(DAILY)
    assert job.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_first_partition_is_the_one_asked_for(empty_world: DagsterWorld) -> None:
    job = empty_world.definitions.resolve_job_def(DAILY)

    assert job.partitions_def is not None
    assert job.partitions_def.get_first_partition_key() == "2025-01-01"
    assert read_manifest(PRODUCT, empty_world.settings)["metadata"]["project_name"] == "renewable"
