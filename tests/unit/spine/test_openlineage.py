"""OpenLineage events of work that is only pretended: how they end, and where they go."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from penstock.openlineage.events import EVENTS_FILE, LineageError, uuid_of
from penstock.openlineage.observe import observed
from penstock.openlineage.work import Dataset
from penstock.settings import Settings
from support.openlineage import facets, read_events, told

pytestmark = pytest.mark.unit

RUN = "20260301T060000Z-0000abcd"
KILLED = """
import os, signal, sys
from pathlib import Path
from penstock.openlineage.observe import observed
from penstock.settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]))
with observed(settings, product="tiny", room="load", run_id=sys.argv[2], inputs=[]):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def work(settings: Settings, *, error: BaseException | None = None) -> None:
    """A room that reads two rows and writes one, or fails before it does."""
    with observed(
        settings, product="tiny", room="load", run_id=RUN, inputs=[Dataset("tiny.landed.a")]
    ) as done:
        if error is not None:
            raise error
        done.inputs = [Dataset("tiny.landed.a", rows=2, bytes=10, files=1)]
        done.outputs = [Dataset("tiny.raw.a", rows=1, columns={"id": "string"}, version="v1")]


def settings_with(data_dir: Path, transport: object) -> Settings:
    config = data_dir / "openlineage.yml"
    config.write_text(yaml.safe_dump(transport))
    return Settings(data_dir=data_dir, openlineage_config=config)


def events_of(settings: Settings) -> Path:
    return settings.runs_dir / RUN / EVENTS_FILE


def test_an_end_says_what_was_read_and_written(data_dir: Path) -> None:
    settings = Settings()
    work(settings)
    start, end = read_events(events_of(settings))

    assert told([start, end]) == [("tiny.load", "START"), ("tiny.load", "COMPLETE")]
    assert start.run.runId == end.run.runId == uuid_of("tiny", RUN, "load")
    assert start.outputs == []
    assert end.inputs is not None
    assert end.outputs is not None
    read, written = facets(end.inputs[0]), facets(end.outputs[0])
    counted = read["inputStatistics"]
    assert (counted.rowCount, counted.size, counted.fileCount) == (2, 10, 1)
    assert written["outputStatistics"].rowCount == 1
    assert written["schema"].fields == [{"name": "id", "type": "string", "fields": []}]
    assert written["version"].datasetVersion == "v1"
    assert facets(end.run)["tags"].tags[0]["value"] == RUN


def test_no_host_of_ours_is_named(data_dir: Path) -> None:
    settings = Settings()
    work(settings)
    lines = events_of(settings).read_text().splitlines()
    events = read_events(events_of(settings))

    assert {one.producer for one in events} == {"urn:penstock:0.1.0"}
    assert all(line.count("http") == line.count("https://openlineage.io/spec/") for line in lines)
    assert all(str(data_dir) not in line for line in lines)


def test_a_failure_leaves_its_reason_and_goes_on(data_dir: Path) -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="made of cheese"):
        work(settings, error=ValueError("the disk is made of cheese"))
    events = read_events(events_of(settings))

    assert [state for _, state in told(events)] == ["START", "FAIL"]
    assert facets(events[1].run)["errorMessage"].message == "the disk is made of cheese"


def test_a_failure_that_cannot_be_told_is_still_the_failure(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings()

    def work_on_a_bad_disk() -> None:
        with observed(settings, product="tiny", room="load", run_id=RUN, inputs=[]):
            events_of(settings).unlink()
            events_of(settings).mkdir()
            raise ValueError("the disk is made of cheese")

    with pytest.raises(ValueError, match="made of cheese"):
        work_on_a_bad_disk()

    assert f"{EVENTS_FILE}: cannot be written" in caplog.text


def test_rooms_of_a_run_are_runs_of_their_own_with_one_parent(data_dir: Path) -> None:
    settings = Settings()
    for room in ("load", "release"):
        with observed(settings, product="tiny", room=room, run_id=RUN, inputs=[]):
            pass
    events = read_events(events_of(settings))

    assert len({one.run.runId for one in events}) == 2
    parents = [facets(one.run)["parent"] for one in events]
    assert {one.run["runId"] for one in parents} == {uuid_of("tiny", RUN, "run")}
    assert {one.job["name"] for one in parents} == {"tiny.run"}


def test_a_killed_run_leaves_its_start_only(data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(data_dir), RUN], check=False, capture_output=True
    )

    assert done.returncode == -9, done.stderr
    assert told(read_events(events_of(Settings()))) == [("tiny.load", "START")]


def test_work_outside_a_recorded_run_is_not_told(data_dir: Path) -> None:
    with observed(Settings(), product="tiny", room="load", run_id="", inputs=[]):
        pass

    assert list(data_dir.iterdir()) == []


def test_a_collector_hears_the_same(data_dir: Path) -> None:
    heard = data_dir / "heard.jsonl"
    transport = {"type": "file", "log_file_path": str(heard), "append": True}
    settings = settings_with(data_dir, {"transport": transport})
    work(settings)
    with pytest.raises(ValueError, match="made of cheese"):
        work(settings, error=ValueError("the disk is made of cheese"))

    hearings = read_events(heard)
    for one in hearings:
        facets(one.run)["tags"].tags.pop()  # the library's own version
    assert len(hearings) == 4
    assert hearings == read_events(events_of(settings))


def test_a_run_that_no_collector_hears_does_not_import_the_library(data_dir: Path) -> None:
    program = KILLED.replace(
        "    os.kill(os.getpid(), signal.SIGKILL)",
        "    pass\nprint([one for one in sys.modules if one.split('.')[0] == 'openlineage'])",
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(data_dir), RUN],
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "[]\n"
    assert len(read_events(events_of(Settings()))) == 2


def test_a_collector_that_does_not_answer_stops_nothing(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    transport = {"type": "file", "log_file_path": str(data_dir / "no" / "such" / "folder")}
    settings = settings_with(data_dir, {"transport": transport})
    work(settings)

    assert len(read_events(events_of(settings))) == 2
    assert caplog.text.count("of tiny.load was not taken by the collector") == 2


@pytest.mark.parametrize("facts", [{"facets": {}}, {"transport": {"type": "pigeon"}}, "http", None])
def test_a_configuration_that_names_no_place_is_refused_before_the_work(
    data_dir: Path, facts: object
) -> None:
    settings = settings_with(data_dir, facts)

    with pytest.raises(LineageError, match=r"openlineage\.yml: does not say where events go"):
        work(settings, error=AssertionError("the work began"))


def test_a_file_that_cannot_be_written_is_named(data_dir: Path) -> None:
    settings = Settings()
    events_of(settings).mkdir(parents=True)

    with pytest.raises(LineageError, match=rf"{EVENTS_FILE}: cannot be written"):
        work(settings, error=AssertionError("the work began"))
