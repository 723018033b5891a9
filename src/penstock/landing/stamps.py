"""Clocks: a user's stamps, as a mapping declares them, as instants in UTC.

Belongs here: parsing of stamps, wall clock to UTC, zones that exist. Does not belong here: units
(`convert.py`); labels at the end of an interval (whoever knows the interval's length).
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_FIXED_OFFSET = re.compile(r"^(?P<sign>[+-])(?P<hours>0\d|1[0-4]):(?P<minutes>[0-5]\d)$")
_CARRIES_OFFSET = re.compile(r"%[:#]?z|%\+")
"""Parts of a format by which each stamp says its own offset."""
_STAMP = (
    r"^(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<clock>\d{2}:\d{2})(?<seconds>:\d{2}(?:\.\d+)?)?"
    r"(?: ?(?:(?<zulu>[Zz])|(?<sign>[+-])(?<hours>\d{2}):?(?<minutes>\d{2})?))?)?$"
)
_DAY_FIRST = r"^(\d{2})\.(\d{2})\.(\d{4})"
_WITH_OFFSET = ("2025-01-31T13:50:00+01:00", "2025-01-31 13:50:00+0100", "2025-01-31T12:50:00.5Z")
_WALL_CLOCK = ("2025-01-31 13:50", "2025-01-31T13:50:00.5", "31.01.2025 13:50", "2025-01-31")


def _known_zone(zone: str) -> str:
    if zone in ("offset", "UTC") or _FIXED_OFFSET.match(zone):
        return zone
    try:
        # Asked of Polars, which converts the stamps: it has a list of zones of its own.
        pl.Series([datetime(2025, 1, 1)]).dt.replace_time_zone(zone or "?")  # noqa: DTZ001
    except pl.exceptions.PolarsError:
        message = (
            f"no such zone {zone!r}; write offset, UTC, an IANA name such as Europe/Paris, "
            "or a fixed offset such as +01:00"
        )
        raise ValueError(message) from None
    return zone


class TimeColumn(BaseModel):
    """The column with the time, its clock and what its label means.

    `zone`: `offset` (each stamp says its own offset), `UTC`, an IANA name, or a fixed offset such
    as `+01:00`. `label`: the stamp is the `start` or the `end` of its interval. `offset: ignored`
    takes a stamp's date and clock as written and leaves out the offset it carries, for sources
    whose label does not tell the truth; `zone` then says which clock they really follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    zone: Annotated[str, AfterValidator(_known_zone)] = "offset"
    offset: Literal["used", "ignored"] = "used"
    label: Literal["start", "end"] = "start"
    format: str | None = Field(None, description="chrono format when the common ones do not fit")

    @model_validator(mode="after")
    def _format_has_the_offset(self) -> Self:
        if self.zone == "offset" and self.format and not _CARRIES_OFFSET.search(self.format):
            message = (
                f"`format` {self.format!r} reads no offset (%z); add it where the stamps have one, "
                "or say which clock they follow in `zone`"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _an_ignored_offset_needs_a_clock(self) -> Self:
        if self.offset == "used":
            return self
        if self.zone == "offset":
            message = (
                "`offset: ignored` leaves the stamps without a clock: say in `zone` which one they "
                "follow (UTC, an IANA name such as America/Denver, a fixed offset)"
            )
            raise ValueError(message)
        if self.format and _CARRIES_OFFSET.search(self.format):
            message = (
                f"`format` {self.format!r} reads the offset that `offset: ignored` leaves out: "
                "remove `format` (the common ways to write a stamp need none), or write the offset "
                "into it as it stands in the file"
            )
            raise ValueError(message)
        return self


def instants(time: TimeColumn, dtype: pl.DataType) -> pl.Expr:
    """Each row's stamp as naive UTC; null where it cannot be read.

    A stamp that carries its own offset is an instant whatever the zone, unless the mapping ignores
    it. A wall clock's ambiguous hour takes its first occurrence; an hour that the clock skipped is
    no time and gives null.
    """
    column = pl.col(time.column)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        if time.offset == "ignored":
            as_written = column.dt.replace_time_zone(None).dt.cast_time_unit("us")
            return _wall_to_utc(as_written, time.zone)
        return column.dt.convert_time_zone("UTC").dt.replace_time_zone(None).dt.cast_time_unit("us")
    if isinstance(dtype, pl.Datetime | pl.Date):
        return _wall_to_utc(column.cast(pl.Datetime("us")), time.zone)
    text = column.cast(pl.String).str.strip_chars()
    if time.format is None:
        return _common(text, time)
    if _CARRIES_OFFSET.search(time.format):
        aware = text.str.to_datetime(time.format, time_zone="UTC", time_unit="us", strict=False)
        return aware.dt.replace_time_zone(None)
    return _wall_to_utc(text.str.to_datetime(time.format, time_unit="us", strict=False), time.zone)


def expected_stamps(time: TimeColumn) -> str:
    """What a readable stamp looks like under the mapping, for a message."""
    if time.format is not None:
        example = datetime(2025, 1, 31, 13, 50, tzinfo=UTC).strftime(time.format)
        return f"a time under format {time.format!r} and zone {time.zone} (such as {example!r})"
    tried = _WITH_OFFSET if time.zone == "offset" else (*_WALL_CLOCK, *_WITH_OFFSET)
    return f"a time that exists under zone {time.zone}, such as {' or '.join(tried)}"


def _common(text: pl.Expr, time: TimeColumn) -> pl.Expr:
    """The common ways to write a stamp, ISO 8601 or day first with dots."""
    parts = text.str.replace(_DAY_FIRST, "$3-$2-$1").str.extract_groups(_STAMP)

    def part(name: str) -> pl.Expr:
        return parts.struct.field(name)

    clock, seconds = part("clock").fill_null("00:00"), part("seconds").fill_null(":00")
    wall = pl.concat_str(part("day"), pl.lit("T"), clock, seconds).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False
    )
    if time.offset == "ignored":
        return _wall_to_utc(wall, time.zone)
    minutes = part("hours").cast(pl.Int64) * 60 + part("minutes").fill_null("0").cast(pl.Int64)
    signed = pl.when(part("sign") == "-").then(-minutes).otherwise(minutes)
    own_offset = pl.when(part("zulu").is_not_null()).then(0).otherwise(signed)
    instant = wall - pl.duration(minutes=own_offset)
    if time.zone == "offset":
        return instant
    return pl.when(own_offset.is_not_null()).then(instant).otherwise(_wall_to_utc(wall, time.zone))


def _wall_to_utc(wall: pl.Expr, zone: str) -> pl.Expr:
    fixed = _FIXED_OFFSET.match(zone)
    if fixed:
        minutes = int(fixed["hours"]) * 60 + int(fixed["minutes"])
        signed = minutes if fixed["sign"] == "+" else -minutes
        return wall - pl.duration(minutes=signed)
    return (
        wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
