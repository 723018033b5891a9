"""The log of a run: one file for machines, one for people, both under the run's id.

Belongs here: the handlers that a run's messages go to, bound to its id. Does not belong here:
writing messages (every module has its logger).

    <data>/runs/<run_id>/run_log.jsonl    one object per message
    <data>/runs/<run_id>/run_log.txt      the same to read
    <data>/runs/<run_id>/failure.txt      only if it failed: why, with the traceback
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_PACKAGE = "penstock"
_log = logging.getLogger(__name__)


class _Lines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "at": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "run_id": self._run_id,
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(facts, ensure_ascii=False)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%d %H:%M:%S}"
        return f"{at}  {record.levelname:<7}  {record.getMessage()}"


@contextmanager
def run_log(folder: Path, *, run_id: str, command: str) -> Iterator[None]:
    """Keep every message of the package in `folder` while the block runs; steps of a run share it.

    An error that leaves the block is kept with its traceback, and goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = logging.FileHandler(folder / "run_log.jsonl", encoding="utf-8")
    lines.setFormatter(_Lines(run_id))
    text = logging.FileHandler(folder / "run_log.txt", encoding="utf-8")
    text.setFormatter(_Text())
    package = logging.getLogger(_PACKAGE)
    level = package.level
    package.setLevel(logging.INFO)
    for handler in (lines, text):
        package.addHandler(handler)
    try:
        _log.info("%s: run %s begins", command, run_id)
        yield
        _log.info("%s: done", command)
    except BaseException as error:
        _log.info("%s: failed: %s", command, str(error) or type(error).__name__)
        (folder / "failure.txt").write_text(
            f"{command} (run {run_id}) failed: {error}\n\n{traceback.format_exc()}",
            encoding="utf-8",
        )
        raise
    finally:
        package.setLevel(level)
        for handler in (lines, text):
            package.removeHandler(handler)
            handler.close()
