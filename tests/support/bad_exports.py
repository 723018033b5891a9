"""The corpus of bad input, second part: a user's own files, landed through a mapping.

Each kind is a file beside a good one, and what becomes of both; `docs/bad-input.md` lists them.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from support.mappings import mapping_document

STAMPS = ("2025-03-30 00:30:00", "2025-03-30 00:40:00", "2025-03-30 00:50:00")
GOOD_ROWS = 3


def csv(*rows: tuple[str, ...], header: tuple[str, ...] = ("turbine", "time", "power")) -> str:
    """Rows as CSV text."""
    return "".join(",".join(row) + "\n" for row in (header, *rows))


def at(*stamps: str, power: str = "600") -> str:
    """A CSV file with a row of T1 at each stamp."""
    return csv(*(("T1", stamp, power) for stamp in stamps))


GOOD = at(*STAMPS)


@dataclass(frozen=True)
class BadExport:
    """One kind: a file's bytes under a name, how the mapping reads it, and what becomes of it.

    Rows of the file = `accepted` + `refused` (by reason, at landing or at the gate). A file that
    is `left_alone` is named with `says`; `starts` are the UTC stamps of the accepted rows.
    """

    kind: str
    content: bytes
    accepted: int
    refused: Mapping[str, int] = field(default_factory=dict)
    says: str = ""
    left_alone: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = ".csv"
    starts: tuple[str, ...] = ()
    good: bytes = GOOD.encode()
    one_name: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What the page says becomes of it."""
        if self.left_alone:
            return "file left alone"
        reasons = ", ".join(f"`{reason}`" for reason in self.refused)
        return f"rows refused: {reasons}" if reasons else "stored"

    @property
    def name(self) -> str:
        """Name of the mapping, and so of the source of its deliveries."""
        return "".join(c if c.isalnum() else "_" for c in self.kind.lower())

    def write(self, folder: Path) -> list[Path]:
        """The bad file and the good one, as they are given to `land`."""
        bad = folder / self.name / f"export{self.suffix}"
        good = folder / self.name / "good" / ("export.csv" if self.one_name else "good.csv")
        good.parent.mkdir(parents=True)
        bad.write_bytes(self.content)
        good.write_bytes(self.good)
        return [bad, good]

    def mapping(self) -> dict[str, Any]:
        """The mapping's document."""
        document = mapping_document(name=self.name, **self.changes)
        document["inputs"]["scada"] |= dict(self.reading)
        return document


def _reads(zone: str, label: str = "start") -> dict[str, Any]:
    return {"time": {"column": "time", "zone": zone, "label": label}}


def _parquet(text: str) -> bytes:
    target = BytesIO()
    pl.read_csv(text.encode(), infer_schema=False).write_parquet(target)
    return target.getvalue()


def _extended() -> list[dict[str, Any]]:
    """T1 with 2 MW, from the last of March on with 4 MW."""
    (asset,) = mapping_document()["assets"]
    later = {"valid_from": "2025-03-31", "capacity_mw": 4}
    return [{**asset, "valid_to": "2025-03-31"}, {**asset, **later}]


def _semicolons(text: str) -> bytes:
    return text.replace(",", ";").encode()


DAY = "2025-03-30"
BAD_EXPORTS: tuple[BadExport, ...] = (
    BadExport(
        "Local time with its offset",
        at(f"{DAY}T01:50:00+01:00", f"{DAY}T03:00:00+02:00").encode(),
        2,
        starts=("00:50", "01:00"),
        reading=_reads("offset"),
        good=at(*(f"{one}Z" for one in STAMPS)).encode(),
    ),
    BadExport(
        "Local time without offset, zone declared",
        at(f"{DAY} 01:50:00", f"{DAY} 03:00:00").encode(),
        2,
        starts=("00:50", "01:00"),
        reading=_reads("Europe/Paris"),
    ),
    BadExport(
        "Local time without offset, none declared",
        at(f"{DAY}T01:50:00+01:00", f"{DAY} 03:00:00").encode(),
        1,
        {"unreadable_time": 1},
        says="a time that exists under zone offset, such as",
        reading=_reads("offset"),
        good=at(*(f"{one}Z" for one in STAMPS)).encode(),
    ),
    BadExport(
        "Hour that the clock skips",
        at(f"{DAY} 01:50:00", f"{DAY} 02:30:00").encode(),
        1,
        {"unreadable_time": 1},
        says="a time that exists under zone Europe/Paris",
        reading=_reads("Europe/Paris"),
    ),
    BadExport(
        "Hour that the clock repeats",
        csv(("T1", "2025-10-26 02:30:00", "600"), ("T1", "2025-10-26 02:30:00", "700")).encode(),
        1,
        {"duplicate_kept_last": 1},
        says="one row per key",
        starts=("00:30",),
        reading=_reads("Europe/Paris"),
    ),
    BadExport(
        "Labels at the end of the interval",
        at(f"{DAY} 00:10:00").encode(),
        1,
        starts=("00:00",),
        reading=_reads("UTC", "end"),
    ),
    BadExport(
        "Stamp that is none",
        at(STAMPS[0], "soon").encode(),
        1,
        {"unreadable_time": 1},
        says="got 'soon'",
    ),
    BadExport(
        "Ancient stamp",
        at(STAMPS[0], "1970-01-01 00:10:00").encode(),
        1,
        {"before_operation": 1},
        says="got '1970-01-01 00:10:00'",
    ),
    BadExport(
        "Future stamp",
        at(STAMPS[0], "2099-01-01 00:10:00").encode(),
        1,
        {"after_delivery": 1},
        says="a time before its delivery",
    ),
    BadExport(
        "Stamp between the slots",
        at(STAMPS[0], f"{DAY} 00:45:00").encode(),
        1,
        {"off_the_grid": 1},
        says="a multiple of the asset's interval_minutes",
    ),
    BadExport(
        "Asset that the mapping does not know",
        csv(("T1", STAMPS[0], "600"), ("T9", STAMPS[0], "600")).encode(),
        1,
        {"unknown_asset": 1},
        says="add it to `values` and `assets`",
    ),
    BadExport(
        "Text where a number belongs",
        csv(("T1", STAMPS[0], "600"), ("T1", STAMPS[1], "a lot")).encode(),
        1,
        {"not_a_number": 1},
        says="a number (kW) or nothing; got 'a lot'",
    ),
    BadExport(
        "Decimal commas, not declared",
        csv(("T1", STAMPS[0], "600"), ("T1", STAMPS[1], '"600,5"')).encode(),
        1,
        {"not_a_number": 1},
        says="got '600,5'",
    ),
    BadExport(
        "Semicolons, not declared", _semicolons(GOOD), 0, left_alone=True, says="recognised_by"
    ),
    BadExport(
        "Semicolons and decimal commas, declared",
        b"turbine;time;power\nT1;2025-03-30 00:30:00;600,5\n",
        1,
        reading={"separator": ";", "decimal_comma": True},
        good=_semicolons(GOOD),
    ),
    BadExport(
        "Decimal points under decimal commas",
        b"turbine;time;power\nT1;2025-03-30 00:30:00;600,5\nT1;2025-03-30 00:40:00;600.5\n",
        1,
        {"not_a_number": 1},
        says="with a decimal comma and no mark for thousands, or nothing; got '600.5'",
        reading={"separator": ";", "decimal_comma": True},
        good=_semicolons(GOOD),
    ),
    BadExport("Byte order mark", b"\xef\xbb\xbf" + at(f"{DAY} 07:00:00").encode(), 1),
    BadExport("UTF-16", GOOD.encode("utf-16"), 0, left_alone=True, says="expected UTF-8"),
    BadExport(
        "Two columns of one name",
        csv(
            ("T1", f"{DAY} 07:00:00", "1", "600"), header=("turbine", "time", "power", "power")
        ).encode(),
        0,
        left_alone=True,
        says="has column 'power' twice",
    ),
    BadExport(
        "Non-UTF-8 text",
        GOOD.encode().replace(b"T1", b"T\xe9", 1),
        0,
        left_alone=True,
        says="expected",
    ),
    BadExport(
        "Non-UTF-8 text, declared",
        csv(("T1", STAMPS[0], "600"), ("Tx", STAMPS[1], "600")).encode().replace(b"x", b"\xe9"),
        1,
        {"unknown_asset": 1},
        says="got 'T",
        reading={"encoding": "utf8-lossy"},
    ),
    BadExport("Two files with one name", at(f"{DAY} 05:00:00").encode(), 1, one_name=True),
    BadExport(
        "Line cut off",
        (at(f"{DAY} 07:00:00") + f"T1,{DAY} 07:1").encode(),
        1,
        {"unreadable_time": 1},
        says=f"got '{DAY} 07:1'",
    ),
    BadExport(
        "Capacity that changes",
        at(STAMPS[0], "2025-03-31 00:30:00").encode(),
        2,
        changes={"assets": _extended()},
    ),
    BadExport("No byte at all", b"", 0, left_alone=True, says="expected"),
    BadExport("Header and no row", csv().encode(), 0),
    BadExport("Another file's header", b"a,b\n1,2\n", 0, left_alone=True, says="no column turbine"),
    BadExport(
        "Line with too many cells",
        (GOOD + "T1,2025-03-30 01:00:00,600,7,8\n").encode(),
        0,
        left_alone=True,
        says="expected",
    ),
    BadExport(
        "Line with too few cells",
        (GOOD + "T1,2025-03-30 01:00:00\n").encode(),
        GOOD_ROWS + 1,
    ),
    BadExport(
        "Compressed file cut off",
        gzip.compress(at(*STAMPS * 200).encode())[:-40],
        0,
        left_alone=True,
        says="expected",
        suffix=".csv.gz",
    ),
    BadExport(
        "CSV export named .parquet",
        GOOD.encode(),
        0,
        left_alone=True,
        says="expected",
        suffix=".parquet",
    ),
    BadExport("Parquet named .csv", _parquet(GOOD), 0, left_alone=True, says="recognised_by"),
)
