"""The ledger's memory of rebuilds: from which day on have the built tables changed, and when.

Belongs here: noting a rebuild before it starts, asking what has been rebuilt since. Does not belong
here: deciding what to rebuild (`transform.py`); what is done with the answer (releasing).

Rebuilds are numbered; who keeps a number can ask later which days are no longer those it saw.
"""

import json
from datetime import date

from penstock.ledger import Ledger

_REBUILDS = "rebuilds"
_KEPT = 400
NOTHING = date.max
"""No day has been rebuilt."""


def note_rebuild(ledger: Ledger, first: date | None) -> None:
    """Remember that days from `first` on (None: all) are about to be rebuilt.

    Before, not after: a build that is killed may have changed tables already.
    """
    known = _rebuilds(ledger)
    number = known[-1][0] + 1 if known else 1
    known.append((number, "" if first is None else first.isoformat()))
    with ledger.transaction():
        ledger.put_facts({_REBUILDS: json.dumps(known[-_KEPT:])})


def last_rebuild(ledger: Ledger) -> int:
    """The number of the latest rebuild; 0 before the first."""
    known = _rebuilds(ledger)
    return known[-1][0] if known else 0


def rebuilt_since(ledger: Ledger, number: int) -> date | None:
    """The first day that was rebuilt after rebuild `number`; None if it may be any.

    `NOTHING` if there was no rebuild since. What the ledger no longer remembers may be any day.
    """
    known = _rebuilds(ledger)
    if not known or number < known[0][0] - 1 or number > known[-1][0]:
        return None
    since = [first for one, first in known if one > number]
    if "" in since:
        return None
    return min((date.fromisoformat(first) for first in since), default=NOTHING)


def _rebuilds(ledger: Ledger) -> list[tuple[int, str]]:
    return [
        (int(number), str(first)) for number, first in json.loads(ledger.fact(_REBUILDS) or "[]")
    ]
