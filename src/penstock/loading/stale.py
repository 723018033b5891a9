"""Which days a load made stale, and the ledger's memory of it.

Belongs here: the first day whose figures may differ. Does not belong here: the look-back that a
product needs (transforming), any file or table.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from penstock.ledger import Ledger

Spans = Mapping[str, tuple[date, date]]
"""First and last covered day per entity."""

_DAY = timedelta(days=1)
_STALE_FROM = "stale_from"
BUILT_WITH = "models_hash"
"""Ledger fact: the hash of the models that built what is built; without it nothing is."""


def first_stale_day(before: Spans, after: Spans, touched: Iterable[date]) -> date | None:
    """The earliest day that is new, changed, gone, or enters or leaves an entity's span.

    `touched` are the first days of deliveries that came, changed or went. An entity's figures run
    from its first to its last covered day, gaps included, so a span that grows past a gap makes
    the gap's days stale too: they begin to exist.
    """
    days = list(touched)
    for entity in before.keys() | after.keys():
        old, new = before.get(entity), after.get(entity)
        if old is None or new is None:
            days += [span[0] for span in (old, new) if span is not None]
            continue
        if old[0] != new[0]:
            days.append(min(old[0], new[0]))
        if old[1] != new[1]:
            days.append(min(old[1], new[1]) + _DAY)
    return min(days, default=None)


def stale_from(ledger: Ledger) -> date | None:
    """First day whose figures the loaded rows have outrun; None when all are built."""
    text = ledger.fact(_STALE_FROM)
    return None if text is None else date.fromisoformat(text)


def is_built(ledger: Ledger) -> bool:
    """Whether everything that is loaded is built, as far as the ledger knows."""
    return ledger.fact(BUILT_WITH) is not None and stale_from(ledger) is None


def mark_stale(ledger: Ledger, day: date | None) -> None:
    """Move the stale day back to `day` if that is earlier; None leaves it."""
    known = stale_from(ledger)
    if day is not None and (known is None or day < known):
        ledger.put_facts({_STALE_FROM: day.isoformat()})


def forget_build(ledger: Ledger) -> None:
    """Nothing counts as built any more: the next transform builds everything."""
    ledger.put_facts({BUILT_WITH: None})
    mark_stale(ledger, min((first for first, _ in ledger.spans().values()), default=None))


def mark_built(ledger: Ledger) -> None:
    """Every loaded day is built."""
    ledger.put_facts({_STALE_FROM: None})


def in_words(stale: date | None) -> str:
    """What is stale, for a reader; `date.min` stands for everything."""
    return "everything is stale" if stale == date.min else f"days from {stale} are stale"
