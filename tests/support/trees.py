"""What a directory tree holds, and how two looks at it differ. Not tests."""

import os
from pathlib import Path

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
