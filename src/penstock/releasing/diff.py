"""Two releases side by side: what changed, and whether they say the same.

Belongs here: comparing. Does not belong here: verifying either (`verify.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from penstock.releasing import sealed
from penstock.releasing.evolution import schema_changes
from penstock.releasing.pack import check_pack, intact
from penstock.releasing.sealed import SealedTable
from penstock.releasing.working import quoted

_TOP = 5
_MONTHS_SHOWN = 6


@dataclass(frozen=True)
class TableDifference:
    """One table in two releases.

    `columns` are those with most differing cells in rows of both, of `columns_changed` in all.
    """

    table: str
    rows_before: int
    rows_after: int
    months: tuple[str, ...]
    rows_gone: int
    rows_new: int
    columns: Mapping[str, int]
    columns_changed: int

    @property
    def text(self) -> str:
        """The difference in one line."""
        more = len(self.months) - _MONTHS_SHOWN
        months = [*self.months[:_MONTHS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        named = [f"{name} ({count:,} cells)" for name, count in self.columns.items()]
        others = self.columns_changed - len(named)
        cells = ", ".join([*named, *([f"and {others} more columns"] if others > 0 else [])])
        parts = [
            f"{self.rows_before:,} rows -> {self.rows_after:,}",
            f"{self.rows_gone:,} gone, {self.rows_new:,} new",
            *([f"changed: {cells}"] if cells else []),
        ]
        return f"{self.table} {', '.join(months)}: {'; '.join(parts)}"


@dataclass(frozen=True)
class Difference:
    """What differs between two releases; nothing if `is_empty`."""

    schema: tuple[str, ...]
    tables: tuple[TableDifference, ...]
    contracts: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not (self.schema or self.tables or self.contracts or self.inputs)

    @property
    def lines(self) -> tuple[str, ...]:
        """Every difference in words."""
        return (*self.schema, *(one.text for one in self.tables), *self.contracts, *self.inputs)


def diff(before: Path, after: Path) -> Difference:
    """What changed from one release to another.

    Raises: ReleaseFormatError, BagError when either cannot be read.
    """
    with intact(before, after):
        old = {one.name: one for one in sealed.read_tables(before)[0]}
        new = {one.name: one for one in sealed.read_tables(after)[0]}
        common = [name for name in old if name in new and old[name].root != new[name].root]
        return Difference(
            schema=tuple(one.text for one in schema_changes(old, new, ())),
            tables=tuple(
                _table(before, after, old[name], new[name])
                for name in sorted(common)
                if _months(old[name], new[name])
            ),
            contracts=tuple(_contracts(before, after)),
            inputs=tuple(_inputs(before, after)),
        )


def certify(one: Path, other: Path) -> tuple[str, ...]:
    """Why two releases do not hold the same tables, contracts and inputs; nothing if they do.

    Every fingerprint is computed from the rows first: nobody is believed.
    """
    problems = []
    for release in (one, other):
        pack = check_pack(release, sealed.read_metadata(release))
        problems += [
            f"{release.name}: {check.message}"
            for check in pack.checks
            if check.name in ("contents", "warehouse") and not check.passed
        ]
    # What does not hold what it says has nothing to be compared.
    return tuple(problems) or diff(one, other).lines


def _months(old: SealedTable, new: SealedTable) -> list[str]:
    before = {one.month: one.fingerprint for one in old.parts}
    after = {one.month: one.fingerprint for one in new.parts}
    months = before.keys() | after.keys()
    return sorted(one for one in months if before.get(one) != after.get(one))


def _table(before: Path, after: Path, old: SealedTable, new: SealedTable) -> TableDifference:
    months = _months(old, new)
    names = [one.name for one in new.columns if one.name in {column.name for column in old.columns}]
    key = [name for name in new.key if name in names]
    values = [name for name in names if name not in key]
    gone, fresh, cells = _count(
        [before / one.file for one in old.parts if one.month in months],
        [after / one.file for one in new.parts if one.month in months],
        key=key,
        values=values,
    )
    ranked = sorted(cells.items(), key=lambda one: (-one[1], one[0]))
    return TableDifference(
        table=new.name,
        rows_before=old.rows,
        rows_after=new.rows,
        months=tuple(months),
        rows_gone=gone,
        rows_new=fresh,
        columns={name: count for name, count in ranked[:_TOP] if count},
        columns_changed=sum(count > 0 for count in cells.values()),
    )


def _count(
    old: list[Path], new: list[Path], *, key: list[str], values: list[str]
) -> tuple[int, int, dict[str, int]]:
    """Rows only in `old`, rows only in `new`, differing cells per column of rows in both."""
    with duckdb.connect() as connection:
        for name, files, other in (("old", old, new), ("new", new, old)):
            listed = ", ".join(quoted(path) for path in files or other[:1])
            limit = "" if files else "limit 0"
            connection.execute(
                f"create view {name} as"
                f" select true as is_here, * from read_parquet([{listed}]) {limit}"
            )
        join = " and ".join(f'old."{one}" is not distinct from new."{one}"' for one in key)
        cells = "".join(
            f', count(*) filter (where old.is_here and new.is_here and old."{one}"'
            f' is distinct from new."{one}")'
            for one in values
        )
        row = connection.execute(
            "select count(*) filter (where new.is_here is null),"
            f" count(*) filter (where old.is_here is null){cells}"
            f" from old full join new on {join}"
        ).fetchall()[0]
    return int(row[0]), int(row[1]), dict(zip(values, map(int, row[2:]), strict=True))


def _contracts(before: Path, after: Path) -> Iterator[str]:
    old = sealed.read_metadata(before).contracts
    new = sealed.read_metadata(after).contracts
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"contract {name} {_verb(name in old, name in new)}"


def _inputs(before: Path, after: Path) -> Iterator[str]:
    old = {one.file: one.sha256 for one in sealed.read_inputs(before) if one.status == "loaded"}
    new = {one.file: one.sha256 for one in sealed.read_inputs(after) if one.status == "loaded"}
    counts: dict[str, list[str]] = {}
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            counts.setdefault(_verb(name in old, name in new), []).append(name)
    for verb, names in counts.items():
        shown = ", ".join([*names[:_TOP], *(["..."] if len(names) > _TOP else [])])
        yield f"{len(names):,} input files {verb}: {shown}"


def _verb(was_there: bool, is_there: bool) -> str:  # noqa: FBT001 - two symmetric facts
    if was_there and is_there:
        return "changed"
    return "gone" if was_there else "new"
