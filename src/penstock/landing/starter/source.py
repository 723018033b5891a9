"""One kind of file as the starter mapping sees it: its clock, its assets, its columns.

Belongs here: grouping files of one header, whose rows they are. Does not belong here: which table
they fill (`draft.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from penstock.errors import PenstockError
from penstock.landing.convert import is_text
from penstock.landing.starter.clock import Clock, guess_clock
from penstock.landing.starter.guess import Guess, words_of
from penstock.landing.starter.sample import Sample, read_sample

_MOST_ASSETS = 200
_NAMED = re.compile(
    r"\b(turbine|wtg|wea|wind turbine|asset|unit|inverter|wechselrichter|anlage|plant|park|site|"
    r"station|device|system|string|name|id)\b"
)


@dataclass(frozen=True)
class Source:
    """Files with one header. `entity` is the column that names assets, `values` its contents."""

    name: str
    path: Path
    sample: Sample
    clock: Clock
    entity: Guess | None
    values: tuple[str, ...]

    @property
    def measures(self) -> list[str]:
        """Columns that are neither time nor asset."""
        own = {self.clock.column, None if self.entity is None else self.entity.value}
        return [column for column in self.sample.frame.columns if column not in own]


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """One source per header among the files.

    Raises: PenstockError when a file cannot be read or has no time.
    """
    groups: dict[tuple[str, ...], list[Sample]] = {}
    for path in paths:
        sample = read_sample(path)
        groups.setdefault(tuple(sample.frame.columns), []).append(sample)
    sources: list[Source] = []
    for samples in groups.values():
        taken = {source.name for source in sources}
        sources.append(_source(samples, taken))
    return sources


def _source(samples: Sequence[Sample], taken: set[str]) -> Source:
    first = samples[0]
    clock = guess_clock(first.frame, source=first.path.name)
    if clock is None:
        message = (
            f"{first.path}: no column looks like a time, among {first.frame.columns}; a mapping "
            "needs one with date and time together"
        )
        raise PenstockError(message)
    entity = _entity(first.frame, clock)
    values: set[str] = set()
    if entity is not None:
        for sample in samples:
            values |= set(sample.frame[entity.value].drop_nulls().cast(pl.String).unique())
    return Source(
        name=_name(first.path, taken),
        path=first.path,
        sample=first,
        clock=clock,
        entity=entity,
        values=tuple(sorted(values)),
    )


def _entity(frame: pl.DataFrame, clock: Clock) -> Guess | None:
    """The column that tells assets apart: few values, and with it no time comes twice."""
    times = clock.stamps.alias("_penstock_time")
    rows = times.len()
    repeated = 1 - times.n_unique() / rows
    for column in sorted(
        (name for name in frame.columns if name != clock.column),
        key=lambda name: not _NAMED.search(words_of(name)),
    ):
        values = frame[column]
        if not (is_text(values.dtype) or values.dtype.is_integer()) or values.null_count():
            continue
        distinct = values.n_unique()
        named = bool(_NAMED.search(words_of(column)))
        if distinct > _MOST_ASSETS or (distinct == 1 and not (named and is_text(values.dtype))):
            continue
        pairs = pl.DataFrame([times, values]).n_unique() / rows
        if distinct == 1:
            return Guess(column, "medium", "one value in all rows")
        if repeated > 0.3 and pairs > 0.98:
            return Guess(
                column,
                "high" if named else "medium",
                f"{distinct} values; with it hardly a time comes twice",
            )
    return None


def _name(path: Path, taken: set[str]) -> str:
    """A short name from the file's: its first word that is no number."""
    stem = path.name.split(".")[0]
    words = [word for word in words_of(stem).split() if not word.isdigit()]
    base = next((word for word in reversed(words) if len(word) > 1), "source")
    base = base if base[0].isalpha() else f"source_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name
