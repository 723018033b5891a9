"""Which days have landed, read off the names in `data/raw/`.

Belongs here: files by their day, the range of days that can be asked for. Does not belong here:
what is in a file; whether it has been loaded.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from penstock.errors import PenstockError
from penstock.landing.files import PartitionName

FilesByDay = Mapping[date, tuple[Path, ...]]


def files_by_day(raw_dir: Path, table: str) -> FilesByDay:
    """The landed files of a table by their day, days in order."""
    found: dict[date, list[Path]] = defaultdict(list)
    folder = raw_dir / table
    for path in sorted(folder.glob("*.parquet")) if folder.exists() else ():
        name = PartitionName.parse(path.name)
        if name is not None:
            found[name.day].append(path)
    return {day: tuple(found[day]) for day in sorted(found)}


def first_partition(landed: Iterable[date], *, given: date | None, today: date) -> date:
    """First daily partition: the one given, else the first of the first landed month.

    With nothing landed, 1 January of last year.

    >>> first_partition([date(2014, 5, 17)], given=None, today=date(2026, 11, 24))
    datetime.date(2014, 5, 1)
    """
    return given or min(landed, default=date(today.year - 1, 1, 1)).replace(day=1)


def days_asked_for(first: str, last: str) -> tuple[date, date]:
    """A range of days as somebody wrote it.

    Raises: PenstockError when one is no day, or the range runs backwards.

    >>> days_asked_for("2026-01-01", "2026-01-31")
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31))
    """
    days = []
    for name, text in (("first_day", first), ("last_day", last)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError as error:
            message = f"{name}: expected a day such as 2026-01-31, got {text!r}"
            raise PenstockError(message) from error
    if days[0] > days[1]:
        message = f"first_day {first} is after last_day {last}: expected the earlier day first"
        raise PenstockError(message)
    return days[0], days[1]


def refuse_odd_days(start: date, end: date, *, today: date) -> None:
    """Raises: PenstockError when mock days end before they start, or are not over yet."""
    if end < start:
        message = f"--end {end} is before --start {start}: give the first and the last day."
        raise PenstockError(message)
    if end > today:
        message = f"--end {end} is in the future: a day can land when it is over."
        raise PenstockError(message)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
