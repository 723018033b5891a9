"""What a test session makes once for all of its workers. Not tests."""

from collections.abc import Callable
from pathlib import Path

from penstock.locking import writer_lock

_WAIT_SECONDS = 900.0


def made_once(common: Path, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills for whoever asks first; only to be read.

    `common` is what the workers have in common (fixture `common_dir`). Whoever asks meanwhile
    waits. A `make` that fails is tried again by the next, in a folder of its own.
    """
    made = common / f"{name}.made"
    with writer_lock(common / f"{name}.lock", holder=name, wait_seconds=_WAIT_SECONDS):
        if not made.exists():
            tries = len(list(common.glob(f"{name}-*")))
            folder = common / f"{name}-{tries}"
            folder.mkdir()
            make(folder)
            made.write_text(folder.name, encoding="utf-8")
    return common / made.read_text(encoding="utf-8")
