"""Contract evolution: what may change between a release and the next.

Belongs here: comparing the published columns of two releases, migration notes, the views that keep
an old name alive for one release. Does not belong here: rows.

Columns and tables may come. One that goes, or changes its type, needs a *migration note*, because
somebody reads it: an entry in `migrations.yml` beside the dbt project's models.

    - table: mart_fleet_summary
      column: revenue_eur              # without it the note is about the whole table
      change: renamed                  # renamed, removed or retyped
      to: revenue_eur_gross            # the new name (renamed), or the new type (retyped)
      reason: net revenue arrives beside it
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from penstock.errors import PenstockError
from penstock.releasing.canonical import read_yaml
from penstock.releasing.sealed import SealedTable

MIGRATIONS = "migrations.yml"
_CHANGES = ("renamed", "removed", "retyped")


class MigrationNoteError(PenstockError):
    """A migration note that says nothing."""


@dataclass(frozen=True)
class Note:
    """One migration note. `column` is None for a whole table."""

    table: str
    column: str | None
    change: str
    to: str | None
    reason: str


@dataclass(frozen=True)
class Change:
    """One difference of the published schema. `note` is what allows it, if it needs one."""

    table: str
    column: str | None
    text: str
    note: Note | None = None
    is_breaking: bool = True

    @property
    def is_allowed(self) -> bool:
        """Whether nobody is surprised: nothing was taken away, or a note says so."""
        return not self.is_breaking or self.note is not None


def schema_changes(
    before: Mapping[str, SealedTable], after: Mapping[str, SealedTable], notes: Sequence[Note]
) -> list[Change]:
    """Every difference between the published columns of two releases."""
    changes = [
        Change(name, None, f"{name}: new table", is_breaking=False)
        for name in sorted(after.keys() - before.keys())
    ]
    for name, old in sorted(before.items()):
        if name not in after:
            note = _note(notes, name, None)
            changes.append(Change(name, None, f"{name}: table is gone", note))
        else:
            changes += _column_changes(old, after[name], notes)
    return changes


def read_notes(project: Path) -> list[Note]:
    """The migration notes of a dbt project. Raises: MigrationNoteError naming the entry."""
    path = project / MIGRATIONS
    if not path.exists():
        return []
    try:
        entries = read_yaml(path.read_text(encoding="utf-8")) or []
        return [_parse(one) for one in entries]
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        message = (
            f"{path}: cannot be used ({error}); expected a list of entries with table, column, "
            f"change ({', '.join(_CHANGES)}), to and reason"
        )
        raise MigrationNoteError(message) from error


def transition_views(changes: Sequence[Change], after: Mapping[str, SealedTable]) -> Iterator[str]:
    """SQL of the views, in schema `transition`, that keep renamed tables and columns readable.

    A view has the table's old name and old column names. Only tables of the released DuckDB file
    can have one.
    """
    renamed = [one.note for one in changes if one.note is not None and one.note.change == "renamed"]
    by_table: dict[str, list[Note]] = {}
    for note in renamed:
        new = note.to if note.column is None else note.table
        if new in after and after[str(new)].in_warehouse:
            by_table.setdefault(str(new), []).append(note)
    for name, notes in sorted(by_table.items()):
        table = after[name]
        old = next((one.table for one in notes if one.column is None), name)
        columns = {one.to: one.column for one in notes if one.column is not None}
        listed = ", ".join(
            f'"{one.name}" as "{columns.get(one.name) or one.name}"' for one in table.columns
        )
        yield f'create view transition."{old}" as select {listed} from "{table.layer}"."{name}"'


def _column_changes(old: SealedTable, new: SealedTable, notes: Sequence[Note]) -> Iterator[Change]:
    before = {one.name: one.canonical for one in old.columns}
    after = {one.name: one.canonical for one in new.columns}
    name = old.name
    for column in sorted(after.keys() - before.keys()):
        text = f"{name}.{column}: new column ({after[column]})"
        yield Change(name, column, text, is_breaking=False)
    for column in sorted(before.keys() - after.keys()):
        yield Change(name, column, f"{name}.{column}: is gone", _note(notes, name, column))
    for column in sorted(before.keys() & after.keys()):
        if before[column] != after[column]:
            text = f"{name}.{column}: was {before[column]}, is {after[column]}"
            yield Change(name, column, text, _note(notes, name, column))
    if old.key != new.key:
        text = f"{name}: one row per ({', '.join(old.key)}) became ({', '.join(new.key)})"
        yield Change(name, None, text, _note(notes, name, None))


def _note(notes: Sequence[Note], table: str, column: str | None) -> Note | None:
    return next((one for one in notes if (one.table, one.column) == (table, column)), None)


def _parse(entry: Mapping[str, Any]) -> Note:
    note = Note(
        table=str(entry["table"]),
        column=entry.get("column"),
        change=str(entry["change"]),
        to=entry.get("to"),
        reason=str(entry["reason"]),
    )
    if note.change not in _CHANGES:
        raise ValueError(f"{note.table}: change {note.change!r}")
    if note.change == "renamed" and not note.to:
        raise ValueError(f"{note.table}: renamed to what?")
    return note
