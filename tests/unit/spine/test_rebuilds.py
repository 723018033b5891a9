"""Which days have been rebuilt since somebody looked, remembered by the ledger."""

from datetime import date
from pathlib import Path

import pytest

from penstock.ledger import Ledger
from penstock.transforming.rebuilds import NOTHING, last_rebuild, note_rebuild, rebuilt_since

pytestmark = pytest.mark.unit

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_the_earliest_day_since_counts(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        note_rebuild(ledger, None)
        seen = last_rebuild(ledger)
        assert rebuilt_since(ledger, seen) == NOTHING
        note_rebuild(ledger, APRIL)
        note_rebuild(ledger, MARCH)

        assert rebuilt_since(ledger, seen) == MARCH
        assert rebuilt_since(ledger, last_rebuild(ledger)) == NOTHING
        assert rebuilt_since(ledger, seen - 1) is None


def test_what_is_no_longer_remembered_may_be_any_day(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert rebuilt_since(ledger, 0) is None
        for _ in range(405):
            note_rebuild(ledger, APRIL)

        assert last_rebuild(ledger) == 405
        assert rebuilt_since(ledger, 4) is None
        assert rebuilt_since(ledger, 5) == APRIL
        assert rebuilt_since(ledger, 406) is None  # a number of another ledger
