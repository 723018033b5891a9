"""What every test may ask for, and the proof that the suite leaves the tree as it found it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.settings import REPOSITORY_ROOT, Settings
from support.trees import tree_changes, tree_snapshot

KEPT_VARIABLES = frozenset({"PENSTOCK_SHARED_DATA", "PENSTOCK_SOAK", "PENSTOCK_PARSES_DIR"})


@pytest.fixture(scope="session", autouse=True)
def _tree_is_left_as_found() -> Iterator[None]:
    before = tree_snapshot(REPOSITORY_ROOT)
    yield
    changes = tree_changes(before, tree_snapshot(REPOSITORY_ROOT))
    if changes:
        pytest.fail(
            "the suite changed the tree outside its temporary directories:\n  "
            + "\n  ".join(changes)
            + "\nGive the test its own data directory (fixture data_dir), target and log path. "
            "If somebody edited these files meanwhile, run the suite again.",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def common_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of the session have in common."""
    own = tmp_path_factory.getbasetemp()
    common = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "common"
    common.mkdir(exist_ok=True)
    return common


@pytest.fixture(scope="session", autouse=True)
def _parses_are_shared(common_dir: Path) -> Iterator[None]:
    """Dbt parses a project once in a session, whatever the data directory and the worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENSTOCK_PARSES_DIR", str(common_dir / "parses"))
        yield


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether tests run with their full counts (`make soak`)."""
    return os.environ.get("PENSTOCK_SOAK", "") not in {"", "0"}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Directory of the public data sets; a test that needs it is skipped where it is absent."""
    given = os.environ.get("PENSTOCK_SHARED_DATA")
    if not given:
        pytest.skip("PENSTOCK_SHARED_DATA is not set: the public data sets are not at hand")
    path = Path(given)
    if not path.is_dir():
        pytest.fail(f"PENSTOCK_SHARED_DATA={given} is not a directory", pytrace=False)
    return path


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own; no other setting of the machine reaches the test."""
    for name in os.environ:
        if name.startswith("PENSTOCK_") and name not in KEPT_VARIABLES:
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    path = tmp_path / "data"
    path.mkdir()
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(path))
    return path
