"""Something done beside something else: both are over when the block is, and no error is lost."""

from threading import Event

import pytest

from penstock.beside import beside

pytestmark = pytest.mark.unit

PATIENCE = 10.0


def test_both_go_on_at_the_same_time() -> None:
    here, there = Event(), Event()

    def work() -> None:
        there.set()
        assert here.wait(PATIENCE)

    with beside(work):
        assert there.wait(PATIENCE)
        here.set()


def test_what_the_work_raises_is_raised_at_the_end_of_the_block() -> None:
    done = []

    def work() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), beside(work):
        done.append("block")

    assert done == ["block"]


def test_a_block_that_raises_waits_for_the_work_and_is_the_one_that_is_heard() -> None:
    going, ended = Event(), Event()

    def work() -> None:
        assert going.wait(PATIENCE)
        ended.set()
        raise OSError("disk full")

    def both() -> None:
        with beside(work):
            going.set()
            raise ValueError("not a table")

    with pytest.raises(ValueError, match="not a table"):
        both()

    assert ended.is_set()
