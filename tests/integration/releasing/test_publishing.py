"""Readers see a whole release, always: during other publishes, and after a kill at any moment."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import pytest

from penstock.releasing.read import reading_release
from penstock.releasing.retention import prune
from penstock.releasing.sealed import read_metadata
from penstock.releasing.verify import verify
from penstock.settings import REPOSITORY_ROOT, Settings
from support import releases
from support.attacker import seeded
from support.releases import Tiny, tiny_series
from support.worlds import settings_for

pytestmark = pytest.mark.integration

PUBLISHER = """
import sys
from pathlib import Path
from penstock.settings import Settings
from support import releases

settings = Settings(data_dir=Path(sys.argv[1]))
releases.tiny_series(settings).recover()
first = len(releases.tiny_series(settings).released())
print("ready", flush=True)
for number in range(first, first + 50):
    releases.release(settings, number, releases.Tiny(days=40 + number))
"""


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


def test_a_reader_meets_whole_releases_only(settings: Settings) -> None:
    """20 publishes; every look at `current` shows one release's rows in all its tables."""
    releases.release(settings, 0)
    series = tiny_series(settings)
    done = threading.Event()
    seen: set[str] = set()
    wrong: list[str] = []

    def read() -> None:
        while not done.is_set():
            folder = series.current()
            assert folder is not None
            expected = {one["name"]: one["rows"] for one in read_metadata(folder).tables}
            with reading_release(folder) as ask:
                for name, rows in expected.items():
                    if ask(f"select count(*) from {name}").rows != [(rows,)]:
                        wrong.append(f"{folder.name}: {name}")
            seen.add(folder.name)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 21):
            assert releases.release(settings, number, Tiny(days=40 + number)) is not None
    finally:
        done.set()
        reader.join()

    assert wrong == []
    assert len(seen) > 3


def test_a_kill_at_any_moment_leaves_a_whole_release_current(
    settings: Settings, *, soak: bool
) -> None:
    releases.release(settings, 0)
    chance = seeded(11)
    for _ in range(50 if soak else 5):
        kill_publisher(settings, chance)

        current = tiny_series(settings).current()
        assert current is not None
        assert verify(current, strict=True).failures == ()

    series = tiny_series(settings)
    prune(series, keep=1, dry_run=False)
    there = {path.name for path in series.folder.iterdir()}
    newest = series.released()[-1].run_id
    assert there == {newest, "current", "chain.jsonl"}
    assert series.current() == series.release_dir(newest)
    assert verify(series.release_dir(newest), strict=True).passed


def kill_publisher(settings: Settings, chance: Random) -> None:
    """Let a process publish one release after the other, and kill it within one of them."""
    path = os.pathsep.join([str(REPOSITORY_ROOT / "tests"), str(REPOSITORY_ROOT / "src")])
    publisher = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(settings.data_dir)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert publisher.stdout is not None
    assert publisher.stdout.readline() == b"ready\n"
    time.sleep(chance.uniform(0.0, 1.0))  # the moment is what is tested, not waited for
    publisher.send_signal(signal.SIGKILL)
    publisher.wait()
    publisher.stdout.close()
