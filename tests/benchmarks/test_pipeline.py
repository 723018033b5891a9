"""Speed of the pipeline, measured as a user meets it: whole commands, start-up included.

A promise is a ratio; absolute times are printed for the record (`make bench`).
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

REPEATS = 5
LAST = date(2025, 12, 31)


def penstock(data_dir: Path, *arguments: str) -> float:
    """Seconds one command takes."""
    environment = {**os.environ, "PENSTOCK_DATA_DIR": str(data_dir)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "penstock.cli", *arguments],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def mock(data_dir: Path, first: date, last: date) -> float:
    return penstock(data_dir, "mock", "renewable", "--start", str(first), "--end", str(last))


def load_and_transform(data_dir: Path) -> float:
    return penstock(data_dir, "load", "renewable") + penstock(data_dir, "transform", "renewable")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bench")
    yield folder
    shutil.rmtree(folder)


def cost_of_a_day(data_dir: Path, first: date) -> dict[str, float]:
    """Medians after a history from `first`: a run with nothing new, and one with one new day."""
    mock(data_dir, first, LAST)
    built = load_and_transform(data_dir)
    nothing, one_day = [], []
    for repeat in range(1, REPEATS + 1):
        nothing.append(load_and_transform(data_dir))
        day = LAST + timedelta(days=repeat)
        mock(data_dir, day, day)
        one_day.append(load_and_transform(data_dir))
    figures = {
        "build": built,
        "nothing": statistics.median(nothing),
        "one_day": statistics.median(one_day),
    }
    return {**figures, "difference": figures["one_day"] - figures["nothing"]}


def test_a_day_costs_a_day(scratch: Path) -> None:
    """What one new day costs above a run with nothing new does not grow with history."""
    year = cost_of_a_day(scratch / "one_year", LAST - timedelta(days=364))
    decade = cost_of_a_day(scratch / "ten_years", LAST - timedelta(days=3649))
    ratio = decade["difference"] / year["difference"]
    for name, figures in (("1 year", year), ("10 years", decade)):
        text = ", ".join(f"{key} {value:.2f} s" for key, value in figures.items())
        sys.stdout.write(f"\n{name}, 10 assets hourly: {text}")
    sys.stdout.write(f"\nratio of the differences: {ratio:.2f} (promised <= 1.5)\n")

    assert ratio <= 1.5


def test_the_seed_size_job(scratch: Path) -> None:
    """10 assets, hourly, two years: 2 x 175 k rows."""
    folder = scratch / "seed_size"
    landed = mock(folder, LAST - timedelta(days=729), LAST)
    first = penstock(folder, "load", "renewable")
    again = penstock(folder, "load", "renewable")
    start_up = penstock(folder, "--help")
    sys.stdout.write(
        f"\nmock {landed:.2f} s, load {first:.2f} s (wanted <= 5), again {again:.2f} s, "
        f"--help {start_up:.2f} s\n"
    )

    assert again < first


def processor_seconds(data_dir: Path, *arguments: str) -> float:
    """Processor time of one command: what others do on the machine does not count."""
    before = os.times()
    penstock(data_dir, *arguments)
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def test_nothing_new_costs_what_a_question_costs(scratch: Path) -> None:
    """A run with nothing new starts, looks and says so: about a second, start-up included.

    Beside it, `penstock query`: the same start-up, and one question to the released DuckDB file.
    """
    folder = scratch / "nothing_new"
    days = ("--start", str(LAST - timedelta(days=29)), "--end", str(LAST))
    penstock(folder, "run", "renewable", *days)
    nothing, question, wall = [], [], []
    for _ in range(REPEATS):
        started = time.perf_counter()
        nothing.append(processor_seconds(folder, "run", "renewable", *days))
        wall.append(time.perf_counter() - started)
        question.append(processor_seconds(folder, "query", "renewable", "select 1"))
    ratio = statistics.median(nothing) / statistics.median(question)
    sys.stdout.write(
        f"\nnothing new: {statistics.median(nothing):.2f} s of processor time "
        f"({statistics.median(wall):.2f} s of wall), a question {statistics.median(question):.2f} "
        f"s; ratio {ratio:.2f} (promised <= 2)\n"
    )

    assert len(list((folder / "releases" / "renewable").glob("2*"))) == 1
    assert ratio <= 2
