"""The record of a run: what went in, what came out, what was said, layer by layer.

Belongs here: the folder of a run and the files in it. Does not belong here: doing the run.

    <data>/runs/<run id>/
        run.json                    what was asked for, how it ended
        summary.md                  all layers on one page
        bronze/ manifest.json       every file of the set, by reference to the store
        silver/*.parquet            silver, for a run of gold alone
        <layer>/ metadata.yaml, run_log.txt, report.md

The log of the whole run lies beside it. A release takes the pages over; its tables are its own.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from penstock.contracts.layered import LAYERS, Layer
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically
from penstock.settings import Settings

LATEST = "latest"
_WORDS = (LATEST, "current")  # the second is the link of the releases
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RECORD = "run.json"
_SUMMARY = "summary.md"
_PAGES = ("manifest.json", "metadata.yaml", "run_log.txt", "report.md")


@dataclass(frozen=True)
class RunRecord:
    """One run. `layers` are those that stand in its folder, built or taken over."""

    product: str
    run_id: str
    started_at: str
    as_of: str
    asked_for: str
    from_run: str = ""
    outcome: Literal["running", "done", "failed"] = "running"
    message: str = ""
    ended_at: str = ""
    layers: tuple[Layer, ...] = ()
    set_id: str = ""
    signature: str = ""

    @property
    def as_of_date(self) -> date:
        """The logical date."""
        return date.fromisoformat(self.as_of)


def run_folder(settings: Settings, run_id: str) -> Path:
    """Folder of one run."""
    return settings.runs_dir / run_id


def check_new_id(product: Product, settings: Settings, run_id: str) -> None:
    """Refuse an id that cannot be one, or is taken.

    Raises: PenstockError.
    """
    if run_id in _WORDS:
        message = f"--run-id {run_id}: the word stands for whichever run that is: name another"
        raise PenstockError(message)
    if not _RUN_ID.fullmatch(run_id):
        message = (
            f"--run-id {run_id!r}: expected up to 64 letters, digits, dots, dashes and underscores"
        )
        raise PenstockError(message)
    taken = [run_folder(settings, run_id), settings.releases_dir / product.name / run_id]
    for folder in taken:
        if folder.exists():
            message = (
                f"--run-id {run_id}: exists already ({folder}); a run is made once: name another"
            )
            raise PenstockError(message)


def records(product: Product, settings: Settings) -> list[RunRecord]:
    """Every run that is on record, the newest first."""
    found = [_read(path) for path in settings.runs_dir.glob(f"*/{_RECORD}")]
    mine = [one for one in found if one.product == product.name]
    return sorted(mine, key=lambda one: (one.started_at, one.run_id), reverse=True)


def find_record(product: Product, settings: Settings, run_id: str, *, layer: Layer) -> RunRecord:
    """The run of that id, or the latest successful one, that left `layer`.

    Raises: PenstockError listing the runs there are.
    """
    known = records(product, settings)
    usable = [one for one in known if layer in one.layers and one.outcome == "done"]
    if run_id == LATEST:
        if usable:
            return usable[0]
        message = (
            f"--from-run latest: no successful run has left {layer}; `penstock run {product.name}`"
        )
        raise PenstockError(message)
    for one in known:
        if one.run_id == run_id and layer in one.layers:
            return one
    listed = ", ".join(one.run_id for one in usable[:5]) or "none"
    message = f"--from-run {run_id}: no run of that id has left {layer}; runs that have: {listed}"
    raise PenstockError(message)


def write_record(settings: Settings, record: RunRecord) -> None:
    """Write a run's record, whole or not at all."""
    path = run_folder(settings, record.run_id) / _RECORD
    text = json.dumps(asdict(record), indent=2, ensure_ascii=False)
    write_text_atomically(path, text + "\n")


def copy_record(product: Product, settings: Settings, payload: Path) -> None:
    """Copy the pages of the run that built gold last into a release's payload."""
    built = [one for one in records(product, settings) if "gold" in one.layers]
    if not built:
        return
    folder = run_folder(settings, built[0].run_id)
    for name in (_SUMMARY, *(f"{layer}/{page}" for layer in LAYERS for page in _PAGES)):
        if (folder / name).exists():
            target = payload / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, target)


class Journal:
    """What a run does, as it does it; each layer keeps its own part in `run_log.txt`."""

    def __init__(self, settings: Settings, record: RunRecord) -> None:
        self.record = record
        self.folder = run_folder(settings, record.run_id)
        self._settings = settings

    def update(self, **changes: Any) -> None:
        """Change the record and keep it."""
        self.record = replace(self.record, **changes)
        write_record(self._settings, self.record)

    def end(self, outcome: Literal["done", "failed"], message: str = "") -> None:
        """Record how the run ended."""
        ended_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.update(outcome=outcome, message=message, ended_at=ended_at)

    @contextmanager
    def layer(self, layer: Layer) -> Iterator["LayerLog"]:
        """The log of one layer. A layer that raises says why, and does not stand."""
        log = LayerLog(self.folder / layer)
        log.say(f"run {self.record.run_id}, {layer}, as of {self.record.as_of}")
        try:
            yield log
        except BaseException as error:
            log.say(f"failed: {str(error) or type(error).__name__}")
            log.write_metadata(self.record, "failed")
            raise
        log.say("done")
        log.write_metadata(self.record, "done")
        self.update(layers=tuple(one for one in LAYERS if one in (*self.record.layers, layer)))


class LayerLog:
    """The folder of one layer of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = {}
        self._started = datetime.now(UTC)
        folder.mkdir(parents=True, exist_ok=True)

    def say(self, text: str) -> None:
        """Add a line to `run_log.txt`."""
        with (self.folder / "run_log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")

    def write_report(self, text: str) -> None:
        """Write the layer's page."""
        (self.folder / "report.md").write_text(text, encoding="utf-8")

    def write_metadata(self, record: RunRecord, outcome: str) -> None:
        """Write what the layer is made from and holds."""
        facts = {
            "product": record.product,
            "layer": self.folder.name,
            "run_id": record.run_id,
            "from_run": record.from_run or None,
            "as_of": record.as_of,
            "outcome": outcome,
            "started_at": f"{self._started:%Y-%m-%dT%H:%M:%SZ}",
            "ended_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            **self.facts,
        }
        text = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
        (self.folder / "metadata.yaml").write_text(text, encoding="utf-8")


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, whole or not at all."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_text_atomically(path, text)


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _read(path: Path) -> RunRecord:
    values = json.loads(path.read_text(encoding="utf-8"))
    return RunRecord(**{**values, "layers": tuple(values["layers"])})
