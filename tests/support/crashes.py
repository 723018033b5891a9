"""A world in which commands are killed: real processes of the command line, `kill -9`.

The farm's export grows by a day with every round; what survives has to be the same as without.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import yaml

from penstock.locking import lock_holder
from penstock.products.renewable.product import PRODUCT
from penstock.settings import Settings
from support.mappings import mapping_document
from support.worlds import FIRST_DAY, hours, settings_for

COMMANDS = ("land", "load", "transform", "run")
ROWS_PER_DAY = 24
_POLL_SECONDS = 0.01
_PAGE = 4096
_FULL_DISK = """
set -e
data=$1 size=$2; shift 2
cp -a "$data" "$data.before"
mount -t tmpfs -o size="$size" tmpfs "$data"
cp -a "$data.before/." "$data/"
"$@" && code=0 || code=$?
cp -a "$data/." "$data.after"
umount "$data"
rm -rf "$data" "$data.before" && mv "$data.after" "$data"
exit $code
"""


def may_mount() -> bool:
    """Whether the kernel lets a user mount a file system of his own."""
    tried = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False
    )
    return tried.returncode == 0


@dataclass
class Farm:
    """A data directory, the exports that have come so far, and how long each command works."""

    folder: Path
    exports: list[Path] = field(default_factory=list)
    work_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Settings of the farm's data directory."""
        return settings_for(self.folder / "data")

    def copy_to(self, folder: Path) -> "Farm":
        """The same farm elsewhere, to be disturbed."""
        shutil.copytree(self.folder, folder, symlinks=True)
        exports = [folder / one.name for one in self.exports]
        return Farm(folder, exports, dict(self.work_seconds))

    def next_export(self) -> None:
        """One more day comes, in a file of its own."""
        day = FIRST_DAY + timedelta(days=len(self.exports))
        path = self.folder / f"export_{day}.csv"
        path.write_text(_export(day))
        self.exports.append(path)

    def bring_work_for(self, command: str) -> None:
        """One more day, as far along as the command takes it up."""
        self.next_export()
        if command != "land":
            self.finish("land")
        if command == "transform":
            self.finish("load")

    def arguments(self, command: str) -> list[str]:
        """The command line of a command; `land` is given every export there is."""
        if command != "land":
            return [command, "renewable"]
        mapping = self.folder / "mapping.yaml"
        mapping.write_text(yaml.safe_dump(_mapping()))
        return ["land", "renewable", "--mapping", str(mapping), *map(str, self.exports)]

    def start(self, command: str) -> "subprocess.Popen[str]":
        """The command as a process of its own."""
        return self._start([sys.executable, "-m", "penstock.cli", *self.arguments(command)])

    def _start(self, program: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            program,
            env=environment(self.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, command: str) -> str:
        """Run a command to its end and learn how long it works; what it printed."""
        process = self.start(command)
        self._until_it_works(process)
        begun = time.monotonic()
        printed, _ = process.communicate()
        assert process.returncode == 0, printed
        self.work_seconds[command] = time.monotonic() - begun
        return printed

    def out_of_space(self, command: str, *, room_bytes: int) -> str:
        """Run a command on a full disk with so much room left; what it printed.

        The disk is a tmpfs of its own, mounted where only the command sees it, over a copy of the
        data directory; what is left on it is copied back.
        """
        data = self.settings.data_dir
        pages = sum(-(-one.stat().st_size // _PAGE) for one in data.rglob("*") if one.is_file())
        program = [sys.executable, "-m", "penstock.cli", *self.arguments(command)]
        script = ["bash", "-c", _FULL_DISK, "bash", str(data), str(pages * _PAGE + room_bytes)]
        process = self._start(["unshare", "--mount", "--map-root-user", *script, *program])
        printed, _ = process.communicate()
        assert process.returncode == 1, printed
        return printed

    def kill(self, command: str, chance: random.Random) -> bool:
        """Kill a command at a random moment of its work; False when it was done before."""
        process = self.start(command)
        self._until_it_works(process)
        moment = chance.uniform(0, self.work_seconds[command])
        begun = time.monotonic()
        try:
            printed, _ = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        assert process.returncode == 0, printed
        self.work_seconds[command] = time.monotonic() - begun
        return False

    def _until_it_works(self, process: "subprocess.Popen[str]") -> None:
        """Return when the process holds the writer's lock, or has ended."""
        while lock_holder(PRODUCT.lock(self.settings)) is None:
            try:
                process.wait(timeout=_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment of a command that works on the settings' data directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    own = {"DATA_DIR": settings.data_dir, "PARSES_DIR": settings.parses_dir}
    return {**kept, **{f"PENSTOCK_{name}": str(path) for name, path in own.items()}}


def _export(day: date) -> str:
    rows = [f"T1,{stamp},{600 + stamp.hour},{5 + stamp.hour % 7}" for stamp in hours(day, 1)]
    bad = f"T1,{day} soon,600,5"
    return "\n".join(["turbine,time,power,wind", *rows, bad]) + "\n"


def _mapping() -> dict[str, object]:
    document = mapping_document(
        tables={
            "weather": {"input": "scada", "columns": {"wind_speed_mps": {"column": "wind"}}},
            "generation": {
                "input": "scada",
                "columns": {"gross_generation_mwh": {"column": "power", "unit": "kW"}},
            },
        }
    )
    document["assets"][0]["interval_minutes"] = 60
    return document
