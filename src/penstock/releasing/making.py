"""How a release was made: the report of every room and of all, as HTML and JSON.

Belongs here: files, rows, durations, schema changes, quarantine, tests and lineage, put together
from what the release records of itself. Does not belong here: a product's own report; the look of a
page (`blocks.py`).

The pages are drawn from the JSON: no figure stands in one that is not in the other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from penstock.ledger import QuarantineCount
from penstock.releasing.blocks import (
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Picture,
    Prose,
    Report,
    Section,
    Table,
)
from penstock.releasing.evolution import Change
from penstock.releasing.lineage import draw
from penstock.releasing.record import Record
from penstock.releasing.sealed import Input, Metadata

ROOMS = ("land", "load", "transform", "release")
EVERY_ROOM = "all"
"""Name of the report over all rooms."""

_FOLDED_ROWS = 25
_TITLES = {
    "land": "The files that came in",
    "load": "Where every row went",
    "transform": "What was built and tested",
    "release": "What is published",
}


@dataclass(frozen=True)
class Listing:
    """Rows under a caption; cells are text or numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Room:
    """One room's account: figures by their name, and listings."""

    figures: Mapping[str, Any]
    listings: tuple[Listing, ...]


def rooms_of(metadata: Metadata, record: Record, changes: Sequence[Change]) -> dict[str, Room]:
    """The account of every room."""
    return {
        "land": _land(metadata, record.inputs),
        "load": _load(metadata, record.inputs, record.quarantined),
        "transform": _transform(record),
        "release": _release(metadata, changes),
    }


def page_of(
    names: Sequence[str], rooms: Mapping[str, Room], metadata: Metadata, record: Record
) -> Report:
    """The page of some rooms."""
    svg = draw({one.name: one.depends_on for one in record.nodes.values()})
    sections = [_section(name, rooms[name]) for name in names]
    if "transform" in names and svg:
        picture = Picture("Lineage: from the raw tables to what is published", svg)
        sections.append(Section("lineage", "Lineage", "What each table is made of", (picture,)))
    whole = len(names) == len(ROOMS)
    return Report(
        title=f"{metadata.product}: how the release was made" if whole else _TITLES[names[0]],
        lead=f"Release {metadata.run_id} of {metadata.series}, from its own record.",
        facts=(
            ("Release", metadata.run_id),
            ("Root", metadata.root[:16]),
            ("Sealed", metadata.sealed_at),
            ("Commit", str(metadata.code["commit"] or "unknown")[:12]),
        ),
        sections=tuple(sections),
    )


def _land(metadata: Metadata, inputs: Sequence[Input]) -> Room:
    per_table = Counter(one.table for one in inputs)
    size = Counter[str]()
    for one in inputs:
        size[one.table] += one.bytes
    return Room(
        figures={
            "files": metadata.inputs["files"],
            "bytes": metadata.inputs["bytes"],
            "sources": ", ".join(metadata.inputs["sources"]),
        },
        listings=(
            Listing(
                "Files by table",
                ("table", "files", "bytes"),
                tuple((name, count, size[name]) for name, count in sorted(per_table.items())),
            ),
        ),
    )


def _load(
    metadata: Metadata, inputs: Sequence[Input], quarantined: Sequence[QuarantineCount]
) -> Room:
    tables = sorted({one.table for one in inputs})
    sums = {
        name: [
            sum(getattr(one, what) for one in inputs if one.table == name)
            for what in ("rows_read", "rows_accepted", "rows_quarantined")
        ]
        for name in tables
    }
    reasons = Counter[str]()
    for one in quarantined:
        reasons[one.reason] += one.row_count
    rejected = tuple((one.file, one.message) for one in inputs if one.status == "rejected")
    return Room(
        figures={
            "rows_read": metadata.inputs["rows_read"],
            "rows_accepted": metadata.inputs["rows_accepted"],
            "rows_quarantined": metadata.inputs["rows_quarantined"],
            "files_rejected": len(rejected),
        },
        listings=(
            Listing(
                "Rows by table",
                ("table", "read", "accepted", "quarantined"),
                tuple((name, *sums[name]) for name in tables),
            ),
            Listing("Quarantine by reason", ("reason", "rows"), tuple(reasons.most_common())),
            Listing("Rejected files", ("file", "why"), rejected),
        ),
    )


def _transform(record: Record) -> Room:
    models = [one for one in record.results if one.kind == "model"]
    tests = [one for one in record.results if one.kind == "test"]
    slowest = sorted(models, key=lambda one: (-one.seconds, one.name))
    return Room(
        figures={
            "models_built": len(models),
            "tests_passed": sum(one.passed for one in tests),
            "tests_not_passed": sum(not one.passed for one in tests),
            "seconds": round(sum(one.seconds for one in record.results), 2),
        },
        listings=(
            Listing(
                "Models of the last build, the slowest first",
                ("model", "status", "seconds"),
                tuple((one.name, one.status, round(one.seconds, 2)) for one in slowest),
            ),
            Listing(
                "Tests that did not pass",
                ("test", "status", "rows"),
                tuple((t.name, t.status, t.failures or 0) for t in tests if not t.passed),
            ),
        ),
    )


def _release(metadata: Metadata, changes: Sequence[Change]) -> Room:
    return Room(
        figures={
            "tables": len(metadata.tables),
            "rows": sum(int(one["rows"]) for one in metadata.tables),
            "warnings": len(metadata.warnings),
            "parent": metadata.parent.run_id if metadata.parent else "none",
        },
        listings=(
            Listing(
                "Published tables",
                ("table", "rows", "columns", "parts", "fingerprint"),
                tuple(
                    (
                        one["name"],
                        one["rows"],
                        len(one["columns"]),
                        one["parts"],
                        one["fingerprint"],
                    )
                    for one in metadata.tables
                ),
            ),
            Listing(
                "Audit",
                ("check", "outcome", "found"),
                tuple(
                    (one["name"], "ok" if one["passed"] else "note", one["message"])
                    for one in metadata.checks
                ),
            ),
            Listing("Schema changes", ("change",), tuple((one.text,) for one in changes)),
            Listing("Warnings", ("warning",), tuple((one,) for one in metadata.warnings)),
        ),
    )


def _section(name: str, room: Room) -> Section:
    figures = tuple(
        KeyFigure(label.replace("_", " "), _text(value)) for label, value in room.figures.items()
    )
    return Section(
        name,
        name.capitalize(),
        _TITLES[name],
        (KeyFigures(_TITLES[name], figures), *_tables(room.listings)),
    )


def _tables(listings: Sequence[Listing]) -> Iterator[Table | Prose]:
    for one in listings:
        if not one.rows:
            yield Prose((f"{one.caption}: none.",))
            continue
        numeric = [
            all(isinstance(row[place], int | float) for row in one.rows)
            for place in range(len(one.columns))
        ]
        yield Table(
            one.caption,
            tuple(Column(name, kind) for name, kind in zip(one.columns, numeric, strict=True)),
            tuple(tuple(Cell(_text(value)) for value in row) for row in one.rows),
            folded=len(one.rows) > _FOLDED_ROWS,
        )


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
