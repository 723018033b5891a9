"""The roll of a product's tenants: who there is, who is served, whose entry is wrong.

Belongs here: the roll as data, which tenants somebody who keeps a list of his own has to add,
remove, or run. Does not belong here: any product; reading the roll.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from penstock.contracts.directory import Status


@dataclass(frozen=True)
class Roll:
    """Every good entry's status by slug, and what is wrong with each of the others by its name.

    The name of a wrong entry need not be a slug.
    """

    statuses: Mapping[str, Status]
    problems: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Changes:
    """Tenants that a list lacks, and those it has that are gone."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def list_changes(roll: Roll, listed: Collection[str]) -> Changes:
    """What makes a list of tenants that of the roll.

    A suspended tenant stays: what was made of it is there. So does one whose entry has become
    wrong, since it will be mended; a new one comes in when its entry is good.

    >>> list_changes(Roll({"acme": "active"}, {"birch": ("line 9: ...",)}), ["birch", "cedar"])
    Changes(added=('acme',), removed=('cedar',))
    """
    there = {*roll.statuses, *roll.problems}
    return Changes(
        tuple(one for one in roll.statuses if one not in listed),
        tuple(one for one in listed if one not in there),
    )


def due_tenants(roll: Roll, listed: Collection[str]) -> list[str]:
    """The listed tenants to be run, in the roll's order.

    A wrong entry is among them if it is listed: its run fails by name, so that nobody takes the
    day for done.

    >>> due_tenants(Roll({"acme": "active", "birch": "suspended"}, {}), ["acme", "birch"])
    ['acme']
    """
    served = [slug for slug, status in roll.statuses.items() if status != "suspended"]
    return [one for one in (*served, *roll.problems) if one in listed]
