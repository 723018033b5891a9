"""What a product knows of how sources name things: the words behind a starter mapping.

Belongs here: the declaration, what is left to fill in. Does not belong here: any product's words;
reading files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

FILL_IN = "FILL_IN"
"""Stands in a starter mapping where only its author knows; a mapping that has it is refused."""


@dataclass(frozen=True)
class Words:
    """How sources call one column of a contract: patterns over the words of a header.

    A header's words are lower case, without accents, unit and punctuation, parted by blanks.
    `unlike` rules a header out. `with_units` restricts the column to headers with such a unit.
    """

    like: str
    unlike: str = r"(?!)"
    with_units: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenAsset:
    """What a source shows of one of its assets."""

    asset_id: str
    interval_minutes: int | None
    greatest_power_mw: float | None


@dataclass(frozen=True)
class Seen:
    """What the guesses found: assets, the filled columns by table, the names of the sources.

    `joined` names, per column that comes from another source than the power, that source.
    """

    name: str
    assets: Sequence[SeenAsset]
    filled: Mapping[str, Sequence[str]]
    joined: Mapping[str, str]


@dataclass(frozen=True)
class Starter:
    """A product's part in a starter mapping.

    `words` per table and column, in order of preference. `base_table` is the table whose input the
    others are joined to, where their own rows differ. `interpolated` are columns that change
    steadily between readings. `constants` gives lines for columns that no file has; `assets` the
    lines of the `assets` block.
    """

    words: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    base_table: str = ""
    interpolated: tuple[str, ...] = ()
    constants: Callable[[str, Seen], list[str]] = lambda *_: []
    assets: Callable[[Seen], list[str]] = lambda _: []


def unfilled(part: object, where: str = "") -> Iterator[str]:
    """The entries of a mapping that are still as its starter left them."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from unfilled(value, f"{where}.{name}" if where else str(name))
    elif isinstance(part, list):
        for position, value in enumerate(part):
            name = value.get("asset_id", position) if isinstance(value, dict) else position
            yield from unfilled(value, f"{where}.{name}")
    elif part == FILL_IN:
        yield where
