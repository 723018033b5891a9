"""The writer's lock: one at a time, freed by the kernel, the holder named."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from penstock.locking import WriterBusyError, lock_holder, writer_lock

pytestmark = pytest.mark.unit

HOLDER = """
import sys, time
from pathlib import Path
from penstock.locking import writer_lock
with writer_lock(Path(sys.argv[1]), holder="load", wait_seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_fails_with_the_name_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "renewable.lock"
    process = start_holder(path)
    try:
        with (
            pytest.raises(
                WriterBusyError, match=rf"process {process.pid} \(load, since"
            ) as failure,
            writer_lock(path, holder="transform", wait_seconds=0.2),
        ):
            pass
        assert "PENSTOCK_LOCK_WAIT_SECONDS" in str(failure.value)
        assert f"process {process.pid}" in (lock_holder(path) or "")
    finally:
        process.kill()
        process.wait()


def test_a_killed_writer_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "renewable.lock"
    process = start_holder(path)
    process.kill()
    process.wait()

    assert lock_holder(path) is None
    with writer_lock(path, holder="load", wait_seconds=0):
        pass


def test_a_waiting_writer_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "renewable.lock"
    process = start_holder(path)
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER.replace("wait_seconds=0", "wait_seconds=30"),
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0
    output, _ = waiting.communicate(timeout=60)

    assert output == "held\n"
    assert waiting.returncode == 0
