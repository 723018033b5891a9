"""Releases are listed, pinned, rolled back and pruned; the chain remembers."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from penstock.releasing.bag import METADATA
from penstock.releasing.diff import certify, diff
from penstock.releasing.read import current_release
from penstock.releasing.release import ReleaseReport
from penstock.releasing.retention import list_releases, pin, prune, roll_back
from penstock.releasing.sealed import ReleaseFormatError, read_metadata
from penstock.releasing.series import SeriesError, read_chain, remove_tree
from penstock.releasing.verify import verify
from penstock.settings import Settings
from penstock.terminal import show_release
from penstock.transforming.query import QueryError
from support import releases
from support.releases import TINY, Tiny, run_id, tiny_series
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    settings = settings_for(data_dir)
    for number in range(4):
        releases.release(settings, number, Tiny(days=40 + number))
    return settings


def test_pruning_keeps_the_newest_the_pinned_and_the_current(settings: Settings) -> None:
    series = tiny_series(settings)
    pin(series, run_id(0))
    roll_back(series, run_id(1))
    orphan = series.building_dir(run_id(9))
    orphan.mkdir()

    planned = prune(series, keep=1, dry_run=True)
    assert orphan.exists()
    taken = prune(series, keep=1, dry_run=False)

    assert planned == taken
    assert taken.releases == (run_id(2),)
    assert taken.orphans == (orphan.name,)
    assert not orphan.exists()
    listed = {one.run_id: one for one in list_releases(series)}
    assert [number for number in range(4) if listed[run_id(number)].rows is None] == [2]
    assert listed[run_id(0)].is_pinned
    assert listed[run_id(1)].is_current
    for number in (0, 1, 3):
        assert verify(releases.folder(settings, number), strict=True).passed


def test_rolling_back_moves_readers_and_the_next_release_moves_them_on(settings: Settings) -> None:
    series = tiny_series(settings)

    assert roll_back(series) == run_id(2)
    assert series.current() == releases.folder(settings, 2)
    assert releases.release(settings, 4, Tiny(days=43)) is None  # what was rolled back stays back
    assert series.current() == releases.folder(settings, 2)
    releases.release(settings, 4, Tiny(days=44))
    assert series.current() == releases.folder(settings, 4)


def test_nothing_new_after_a_rollback_says_what_readers_use(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    latest = releases.folder(settings, 3)
    report = ReleaseReport(latest, read_metadata(latest), "", is_new=False, readers_use=run_id(2))
    show_release(report)

    assert f"readers use {run_id(2)}, until something new" in capsys.readouterr().out
    show_release(replace(report, readers_use=run_id(3)))
    assert "readers use" not in capsys.readouterr().out


def test_a_release_that_is_not_there_is_named(settings: Settings) -> None:
    series = tiny_series(settings)
    prune(series, keep=1, dry_run=False)

    with pytest.raises(SeriesError, match="was pruned"):
        roll_back(series, run_id(0))
    with pytest.raises(SeriesError, match="no release of tiny; expected one of"):
        pin(series, run_id(77))


def test_what_was_lost_is_not_called_pruned_and_hides_nothing(settings: Settings) -> None:
    series = tiny_series(settings)
    remove_tree(releases.folder(settings, 3))
    damaged = releases.folder(settings, 1) / METADATA
    damaged.chmod(0o644)
    damaged.write_text("")

    assert [one.state for one in list_releases(series)] == ["missing", "there", "damaged", "there"]
    with pytest.raises(SeriesError, match="is gone, and nobody pruned it"):
        pin(series, run_id(3))
    with pytest.raises(QueryError, match="penstock releases rollback tiny RUN_ID"):
        current_release(TINY, settings)


def test_a_damaged_release_is_told_in_words_where_it_is_read(settings: Settings) -> None:
    old, new = releases.folder(settings, 0), releases.folder(settings, 3)
    (part,) = (new / "data" / "tables" / "mart_day").glob("*_2026-02.parquet")
    part.chmod(0o644)
    part.write_bytes(part.read_bytes()[:100])

    with pytest.raises(ReleaseFormatError, match=f"`penstock verify {new}` tells what is wrong"):
        diff(old, new)
    assert [one.partition(":")[0] for one in certify(old, new)] == [new.name]


def test_a_chain_that_was_rewritten_is_refused(settings: Settings) -> None:
    chain = tiny_series(settings).chain_file
    lines = chain.read_text().splitlines(keepends=True)
    chain.write_text("".join([lines[0], *lines[2:]]))

    with pytest.raises(SeriesError, match="line 2: does not follow the line before"):
        read_chain(chain)


def test_a_copy_that_followed_the_link_is_mended(settings: Settings, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(settings.data_dir, copied)  # links become folders
    series = tiny_series(settings_for(copied))
    assert series.current() == series.folder / "current"
    series.recover()

    assert (series.folder / "current").readlink() == Path(run_id(3))
    assert verify(series.release_dir(run_id(3)), strict=True).passed
