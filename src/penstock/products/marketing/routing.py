"""Routing: which contract does a table fulfil, judged by its columns and their types alone.

Belongs here: matching, and what a refusal has to say. Does not belong here: files, names of
tables, tenants: no name decides a route.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from penstock.contracts.contract import ColumnType
from penstock.products.marketing.landing_contract import LandingContract

Types = Mapping[str, ColumnType | None]
"""Type by column; None fits every type: a file without types, or a column without values."""


@dataclass(frozen=True)
class Route:
    """A table that fulfils a contract. `columns` maps its columns to the contract's.

    `extra` are columns the contract does not have; they stay in the payload. `missing` are columns
    of the contract that the table lacks; they are null.
    """

    outcome: Literal["exact", "superset", "subset", "variant"]
    contract: LandingContract
    columns: Mapping[str, str]
    extra: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A table that nothing can be made of. `nearest` is the contract that comes closest."""

    outcome: Literal["ambiguous", "changed_type", "unknown"]
    nearest: LandingContract | None
    candidates: tuple[LandingContract, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()

    @property
    def message(self) -> str:
        """Why, naming the nearest blueprint and the columns that differ."""
        if self.outcome == "ambiguous":
            names = ", ".join(one.label for one in self.candidates)
            return f"fits {names} alike: land a column that only one of them has"
        if self.nearest is None:
            return "has no column of any contract; `penstock connectors list` tells what can land"
        parts = [f"nearest blueprint: {self.nearest.label}"]
        parts += [f"{name} is {found}, expected {kind}" for name, found, kind in self.changed]
        if self.missing:
            parts.append(f"lacks {', '.join(self.missing)}")
        if self.extra:
            parts.append(f"has {', '.join(self.extra)} besides")
        return "; ".join(parts)


@dataclass(frozen=True)
class _Match:
    contract: LandingContract
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]
    likeness: float

    @property
    def has_identity(self) -> bool:
        return not set(self.contract.identity) & set(self.missing)

    @property
    def is_nested(self) -> bool:
        return not self.missing or not self.extra

    def route(self, outcome: Literal["exact", "superset", "subset"], types: Types) -> Route:
        known = {name: name for name in types if name in self.contract.columns}
        return Route(outcome, self.contract, known, self.extra, self.missing)


def route(types: Types, contracts: Sequence[LandingContract]) -> Route | Refusal:
    """The contract a table fulfils, or why none.

    An equal set of columns and types first, then a declared header of a file without types, then
    the one contract of which the table has all columns or only such: with key and cursor.
    """
    matches = [_match(types, one) for one in contracts]
    exact = _newest(one for one in matches if not (one.missing or one.extra or one.changed))
    if len(exact) == 1:
        return exact[0].route("exact", types)
    declared = _declared(types, contracts)
    if declared is not None:
        return declared
    fitting = [one for one in matches if one.has_identity and not one.changed]
    supersets = _largest(_newest(one for one in fitting if not one.missing))
    subsets = _newest(one for one in fitting if not one.extra)
    for outcome, found in (("superset", supersets), ("subset", subsets)):
        if len(found) == 1:
            return found[0].route("superset" if outcome == "superset" else "subset", types)
        if found:
            candidates = tuple(one.contract for one in found)
            return Refusal("ambiguous", found[0].contract, candidates)
    return _refuse(matches)


def _match(types: Types, contract: LandingContract) -> _Match:
    columns = contract.columns
    shared = [name for name in columns if name in types]
    changed = tuple(
        (name, str(types[name]), columns[name])
        for name in shared
        if types[name] is not None and types[name] != columns[name]
    )
    every = len(columns.keys() | types.keys())
    return _Match(
        contract,
        tuple(name for name in columns if name not in types),
        tuple(name for name in types if name not in columns),
        changed,
        len(shared) / every if every else 0.0,
    )


def _declared(types: Types, contracts: Iterable[LandingContract]) -> Route | None:
    """A file without types whose header, or the greater part of it, one contract declares."""
    if any(kind is not None for kind in types.values()):
        return None
    declared = [(one, variant) for one in contracts for variant in one.variants]
    equal = [pair for pair in declared if pair[1].columns.keys() == types.keys()]
    within = [pair for pair in declared if pair[1].columns.keys() < types.keys()]
    largest = max((len(pair[1].columns) for pair in within), default=0)
    found = equal or [pair for pair in within if len(pair[1].columns) == largest]
    if len(found) != 1 or (not equal and len(types) >= 2 * largest):
        return None
    contract, variant = found[0]
    columns = {name: to for name, to in variant.columns.items() if to is not None}
    extra = tuple(name for name in types if name not in columns)
    missing = tuple(sorted(set(contract.columns) - set(columns.values())))
    return Route("variant", contract, columns, extra, missing)


def _newest(matches: Iterable[_Match]) -> list[_Match]:
    """Of several revisions of one object the last."""
    by_object: dict[tuple[str, str], _Match] = {}
    for one in matches:
        key = (one.contract.master_model, one.contract.object_name)
        if key not in by_object or by_object[key].contract.revision < one.contract.revision:
            by_object[key] = one
    return list(by_object.values())


def _largest(matches: list[_Match]) -> list[_Match]:
    """Of contracts that lie within each other the one that holds the others."""
    return [
        one
        for one in matches
        if not any(set(one.contract.columns) < set(other.contract.columns) for other in matches)
    ]


def _refuse(matches: Sequence[_Match]) -> Refusal:
    changed = [one for one in matches if one.changed and one.is_nested and not _lost_keys(one)]
    nearest = max(
        changed or [one for one in matches if one.likeness > 0],
        key=lambda one: (one.likeness, -len(one.changed), one.contract.revision),
        default=None,
    )
    if nearest is None:
        return Refusal("unknown", None)
    return Refusal(
        "changed_type" if changed else "unknown",
        nearest.contract,
        missing=nearest.missing,
        extra=nearest.extra,
        changed=nearest.changed,
    )


def _lost_keys(match: _Match) -> bool:
    return bool(set(match.contract.key) & set(match.missing))
