"""Guessing a file's clock: its time column, how it is written, zone, label and interval.

Belongs here: what stamps alone can tell. Does not belong here: what power and sun can (a product).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from penstock.contracts.starter import FILL_IN
from penstock.landing.convert import is_text
from penstock.landing.stamps import TimeColumn, instants
from penstock.landing.starter.guess import Guess, words_of

_NAMED = re.compile(
    r"\b(time|timestamp|date|datetime|stamp|zeit\w*|datum|uhrzeit|measured on|index)"
)
_FORMATS = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d.%m.%y %H:%M",
    "%Y%m%d %H:%M",
    "%Y%m%d%H%M",
)
_SAMPLE = 2000
_READABLE = 0.95
_FIXED_ZONE = re.compile(r"^Etc/GMT([+-])(\d+)$")
_OFFSET = r"(?:[Zz]|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Clock:
    """The guessed `time` entry of an input; `stamps` are all rows' times by it, naive.

    Under a zone that has to be filled in they are the wall clock.
    """

    column: str
    zone: Guess
    format: Guess | None
    label: Guess
    interval: Guess | None
    stamps: pl.Series


def guess_clock(frame: pl.DataFrame, *, source: str) -> Clock | None:
    """The most likely time column of a file and its clock; None when no column looks like one.

    `source` is the file's name: some say what they hold.
    """
    found = [
        (column, *reading)
        for column in frame.columns
        if (reading := _reading(frame[column])) is not None
    ]
    if not found:
        return None
    column, pattern, rivals = max(
        found, key=lambda one: (bool(_NAMED.search(words_of(one[0]))), -frame.columns.index(one[0]))
    )
    zone = _zone(frame[column], column, source)
    known = "UTC" if zone.value == FILL_IN else zone.value
    time = TimeColumn(column=column, zone=known, format=pattern)
    stamps = frame.select(instants(time, frame.schema[column])).to_series()
    return Clock(
        column=column,
        zone=zone,
        format=_format(pattern, rivals),
        label=_label(column, stamps, frame[column]),
        interval=_interval(stamps),
        stamps=stamps,
    )


def _reading(values: pl.Series) -> tuple[str | None, Sequence[str]] | None:
    """How a column can be read as times: its format (None: a common one), and rivals; None: not."""
    if isinstance(values.dtype, pl.Datetime | pl.Date):
        return None, ()
    if not is_text(values.dtype):
        return None
    sample = values.drop_nulls().unique(maintain_order=True).head(_SAMPLE).cast(pl.String)
    if sample.is_empty():
        return None
    rows = sample.to_frame("x")
    for zone in ("UTC", "offset"):
        read = rows.select(instants(TimeColumn(column="x", zone=zone), pl.String()))
        if 1 - read.to_series().null_count() / sample.len() >= _READABLE:
            return None, ()
    fitting = [
        pattern
        for pattern in _FORMATS
        if sample.str.to_datetime(pattern, strict=False).null_count() <= 0.05 * sample.len()
    ]
    if not fitting:
        return None
    fitting.sort(key=lambda pattern: _unevenness(sample, pattern))
    return fitting[0], fitting[1:]


def _unevenness(sample: pl.Series, pattern: str) -> float:
    """How many different steps the stamps take under a format: the true one takes few."""
    steps = sample.str.to_datetime(pattern, strict=False).drop_nulls().sort().diff().drop_nulls()
    return steps.n_unique() / max(steps.len(), 1)


def _format(pattern: str | None, rivals: Sequence[str]) -> Guess | None:
    if pattern is None:
        return None
    if rivals:
        return Guess(pattern, "low", f"{' or '.join(rivals)} would read the stamps too")
    return Guess(pattern, "high", "reads the stamps, the other common ways do not")


def _zone(values: pl.Series, column: str, source: str) -> Guess:
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is not None:
        label = values.dtype.time_zone
        fixed = _FIXED_ZONE.match(label)
        if fixed:  # POSIX counts westwards
            label = f"{'-' if fixed[1] == '+' else '+'}{int(fixed[2]):02}:00"
        return Guess("offset", "high", f"the stamps carry a zone ({label}); {_AS_LABELLED}")
    if is_text(values.dtype):
        sample = values.drop_nulls().cast(pl.String).str.strip_chars()
        if sample.str.contains(r"\d{2}:\d{2}").all() and sample.str.contains(_OFFSET).all():
            offsets = sample.str.extract(f"({_OFFSET})").unique().sort().to_list()
            seen = f"each stamp carries its offset ({', '.join(offsets[:4])})"
            if len(offsets) == 1 and offsets[0] not in ("Z", "z", "+00:00", "+0000"):
                seen = f"{seen}; {_AS_LABELLED}"
            return Guess("offset", "high", seen)
    if re.search(r"\b(utc|gmt|zulu)\b", words_of(column)):
        return Guess("UTC", "high", "the header says so")
    if re.search(r"era5|era 5|merra|reanalysis|nsrdb", words_of(source)):
        return Guess("UTC", "medium", "the file's name speaks of a source that publishes UTC")
    return Guess(
        FILL_IN,
        "none",
        "the stamps do not say: UTC, an IANA name (Europe/Paris), or an offset (+01:00)",
    )


_AS_LABELLED = "one label all year can hide a clock that followed daylight saving: see --check"


def _label(column: str, stamps: pl.Series, values: pl.Series) -> Guess:
    words = words_of(column)
    if re.search(r"\b(end|ende|ending|bis|to|until)\b", words):
        return Guess("end", "high", "the header says so")
    if re.search(r"\b(start|begin|beginn|beginning|von|from)\b", words):
        return Guess("start", "high", "the header says so")
    times = stamps.drop_nulls().sort()
    interval = _interval(stamps)
    if times.is_empty() or interval is None or is_aware(values):
        return Guess("start", "low", "nothing tells whether a stamp starts or ends its interval")
    step = pl.duration(minutes=int(interval.value))
    first, last = times.head(1).to_frame("t"), times.tail(1).to_frame("t")
    midnight = pl.col("t").dt.truncate("1d")
    if (
        first.select((pl.col("t") - step) == midnight).item()
        and last.select(pl.col("t") == midnight).item()
    ):
        return Guess("end", "medium", "the file runs from the first interval's end to midnight")
    if first.select(pl.col("t") == midnight).item():
        return Guess("start", "medium", "the file begins at midnight sharp")
    return Guess("start", "low", "nothing tells whether a stamp starts or ends its interval")


def is_aware(values: pl.Series) -> bool:
    """Whether a typed column's times are instants rather than a wall clock."""
    return isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is not None


def _interval(stamps: pl.Series) -> Guess | None:
    """The usual minutes between two different stamps."""
    steps = stamps.drop_nulls().unique().sort().diff().drop_nulls().dt.total_minutes()
    if steps.is_empty():
        return None
    usual = steps.mode().min()
    share = (steps == usual).mean()
    if not isinstance(usual, int) or not isinstance(share, float) or usual <= 0:
        return None
    return Guess(
        str(usual), "high" if share > 0.9 else "medium", f"{share:.1%} of the steps between stamps"
    )
