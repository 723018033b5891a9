"""Stale days: whatever may differ is built again."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.ledger import Ledger
from penstock.loading.stale import Spans, first_stale_day, mark_built, mark_stale, stale_from

pytestmark = pytest.mark.unit

DAYS = st.integers(0, 40).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
COVERAGE = st.dictionaries(st.sampled_from("ab"), st.sets(DAYS, min_size=1, max_size=6))


def spans_of(coverage: dict[str, set[date]]) -> Spans:
    return {entity: (min(days), max(days)) for entity, days in coverage.items()}


def day(number: int) -> date:
    return date(2025, 1, number)


def test_a_new_day_is_stale_and_no_earlier_one() -> None:
    before = {"a": (day(1), day(9))}

    assert first_stale_day(before, {"a": (day(1), day(10))}, [day(10)]) == day(10)


def test_a_day_after_a_gap_makes_the_gap_stale() -> None:
    before = {"a": (day(1), day(5))}

    assert first_stale_day(before, {"a": (day(1), day(9))}, [day(9)]) == day(6)


def test_a_retracted_last_day_takes_the_gap_before_it_along() -> None:
    before = {"a": (day(1), day(9))}

    assert first_stale_day(before, {"a": (day(1), day(5))}, [day(9)]) == day(6)


def test_nothing_touched_is_nothing_stale() -> None:
    assert first_stale_day({"a": (day(1), day(2))}, {"a": (day(1), day(2))}, []) is None


@given(COVERAGE, COVERAGE)
def test_no_day_that_appears_or_vanishes_lies_before_the_stale_day(
    old: dict[str, set[date]], new: dict[str, set[date]]
) -> None:
    def spine(spans: Spans) -> set[tuple[str, date]]:
        return {
            (entity, first + timedelta(days=n))
            for entity, (first, last) in spans.items()
            for n in range((last - first).days + 1)
        }

    before, after = spans_of(old), spans_of(new)
    touched = [d for e in old.keys() | new.keys() for d in old.get(e, set()) ^ new.get(e, set())]
    stale = first_stale_day(before, after, touched)
    differing = [d for _, d in spine(before) ^ spine(after)] + touched

    assert stale == min(differing, default=None)


def test_the_ledger_keeps_the_earliest_stale_day_until_all_is_built(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        for candidate in (day(5), day(3), day(8), None):
            mark_stale(ledger, candidate)
        assert stale_from(ledger) == day(3)
        mark_built(ledger)
        assert stale_from(ledger) is None
