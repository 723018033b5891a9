"""Mock days whose making was begun and not finished: killed, or stopped by a full disk.

Belongs here: the ledger's memory of them. Does not belong here: making days, choosing them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from penstock.ledger import Ledger

_MAKING = "mock_days_unfinished"


def unfinished_days(ledger: Ledger) -> tuple[date, date] | None:
    """First and last of the days that were begun and may lack a table; None when all are whole."""
    text = ledger.fact(_MAKING)
    if text is None:
        return None
    first, last = map(date.fromisoformat, text.split("/"))
    return first, last


@contextmanager
def making_days(ledger: Ledger, first: date, last: date, *, is_whole: bool) -> Iterator[None]:
    """Remember the days until the block has ended well.

    Days left unfinished before stay so, unless these are all of them and `is_whole`: every table
    is made.
    """
    before = unfinished_days(ledger)
    begun = (first, last) if before is None else (min(first, before[0]), max(last, before[1]))
    _remember(ledger, begun)
    yield
    _remember(ledger, None if before is None or (is_whole and begun == (first, last)) else before)


def _remember(ledger: Ledger, days: tuple[date, date] | None) -> None:
    text = None if days is None else f"{days[0]}/{days[1]}"
    with ledger.transaction():
        ledger.put_facts({_MAKING: text})
