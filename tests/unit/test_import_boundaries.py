"""Each import boundary, proved by a planted offender in a copy of the package."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.settings import REPOSITORY_ROOT

pytestmark = pytest.mark.integration

PACKAGES = (
    *("contracts", "landing", "loading", "transforming", "releasing", "serving"),
    *("products", "products/renewable", "products/sales", "products/marketing"),
)

Lint = Callable[[], str]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of src/penstock in which every room stands, those of later stages empty."""
    package = tmp_path / "src" / "penstock"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY_ROOT / "src" / "penstock", package, ignore=ignored)
    dags = tmp_path / "dags" / "dagster_project"
    shutil.copytree(REPOSITORY_ROOT / "dags" / "dagster_project", dags, ignore=ignored)
    shutil.copy(REPOSITORY_ROOT / "pyproject.toml", tmp_path)
    for name in PACKAGES:
        (package / name).mkdir(exist_ok=True)
        (package / name / "__init__.py").touch()
    (package / "cli.py").touch()
    return package


@pytest.fixture
def lint(package: Path) -> Lint:
    """Run import-linter on the copy: the names of the broken contracts."""
    root = package.parents[1]

    def broken() -> str:
        done = subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache"],
            cwd=root,
            env={
                **os.environ,
                "PYTHONPATH": f"{package.parent}{os.pathsep}{root / 'dags'}",
                "COLUMNS": "200",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        lines = [
            line for line in done.stdout.splitlines() if line.split(" (")[0].endswith("BROKEN")
        ]
        assert bool(lines) == bool(done.returncode), done.stdout + done.stderr
        return "\n".join(lines)

    return broken


def test_the_package_keeps_every_boundary(lint: Lint) -> None:
    assert lint() == ""


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        ("landing/planted.py", "import penstock.loading", "Rooms import one way"),
        ("contracts/planted.py", "import penstock.landing", "Rooms import one way"),
        ("settings.py", "import penstock.contracts", "Rooms import one way"),
        ("unplaced.py", "", "Rooms import one way"),
        (
            "loading/planted.py",
            "import penstock.products.renewable",
            "The spine never asks which product it has",
        ),
        (
            "products/sales/planted.py",
            "import penstock.products.renewable",
            "Products do not import each other",
        ),
        ("releasing/planted.py", "import dagster", "The package knows nothing of Dagster"),
        ("products/sales/planted.py", "import dagster", "The package knows nothing of Dagster"),
        ("landing/planted.py", "import duckdb", "Landing knows files, not databases"),
        ("landing/planted.py", "import dlt", "Landing knows files, not databases"),
        ("contracts/planted.py", "import duckdb", "Contracts know no engine"),
        ("contracts/planted.py", "import dlt", "Contracts know no engine"),
        ("contracts/planted.py", "import dbt.cli", "Contracts know no engine"),
        ("runs.py", "import dagster_project", "The package knows nothing of Dagster"),
        (
            "../../dags/dagster_project/checks.py",
            "import duckdb",
            "Dagster code reaches data through the package only",
        ),
        ("serving/planted.py", "import penstock.loading", "Serving reads releases only"),
        ("serving/planted.py", "import penstock.transforming", "Serving reads releases only"),
    ],
)
def test_a_planted_offender_breaks_its_boundary(
    package: Path, lint: Lint, module: str, statement: str, contract: str
) -> None:
    path = package / module
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{statement}\n", encoding="utf-8")
    assert contract in lint()


def test_landing_cannot_reach_a_database_through_another_room(package: Path, lint: Lint) -> None:
    (package / "contracts" / "planted.py").write_text("import duckdb\n", encoding="utf-8")
    (package / "landing" / "planted.py").write_text(
        "import penstock.contracts.planted\n", encoding="utf-8"
    )
    assert "Landing knows files, not databases" in lint()
