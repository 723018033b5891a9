"""What every test may ask for, and the proof that the suite leaves the tree as it found it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.settings import REPOSITORY_ROOT, Settings

# Caches that tools keep for themselves; everything else, git-ignored or not, must not change.
NOT_WATCHED = frozenset(
    {
        ".git",
        ".venv",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".import_linter_cache",
    }
)
KEPT_VARIABLES = frozenset({"PENSTOCK_SHARED_DATA", "PENSTOCK_SOAK"})

Snapshot = dict[str, tuple[int, int] | None]


def tree_snapshot(root: Path) -> Snapshot:
    """Size and time of change of every file below `root` (None for a directory), by path."""
    snapshot: Snapshot = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_WATCHED]
        here = Path(folder)
        snapshot.update({str((here / name).relative_to(root)): None for name in folders})
        for name in files:
            stat = (here / name).lstat()
            snapshot[str((here / name).relative_to(root))] = (stat.st_size, stat.st_mtime_ns)
    return snapshot


def tree_changes(before: Snapshot, after: Snapshot) -> list[str]:
    """What was made, changed or removed between two snapshots, in words."""
    made = [f"made {path}" for path in after.keys() - before.keys()]
    removed = [f"removed {path}" for path in before.keys() - after.keys()]
    both = before.keys() & after.keys()
    changed = [f"changed {path}" for path in both if before[path] != after[path]]
    return sorted([*made, *removed, *changed])


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
