"""The audit: may this build leave the house?

Belongs here: judging a build and its tables before they are sealed. Does not belong here: building,
sealing, the strict look at what was sealed (`pack.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from penstock.releasing.evolution import Change
from penstock.releasing.record import Model, Record
from penstock.releasing.sealed import Check, Input, SealedTable, fails, notes, passes
from penstock.transforming.results import FAILED

_SHOWN = 5


def audit_build(record: Record) -> list[Check]:
    """What the rooms before account for: days built, dbt's tests, every row of every file."""
    return [_built(record), _tests(record), _rows_accounted(record.inputs), _files_read(record)]


def audit_tables(
    tables: Sequence[SealedTable],
    models: Mapping[str, Model],
    *,
    before: Mapping[str, SealedTable],
    changes: Sequence[Change],
    may_shrink: Collection[str],
    sources: tuple[Sequence[str], Sequence[str]],
    floor_pct: float,
    allow_shrink: bool,
) -> list[Check]:
    """What is to be published, by itself and against the previous release.

    `sources` are those of the release before and of this one; `floor_pct` is the share of its
    former rows that a table keeps at least, if it is not one of those that `may_shrink`.
    """
    return [
        _documented(tables, models),
        _evolution(changes),
        _row_counts(
            [one for one in tables if one.name not in may_shrink],
            before,
            sources=sources,
            floor_pct=floor_pct,
            allow_shrink=allow_shrink,
        ),
    ]


def _built(record: Record) -> Check:
    problem = ""
    if record.stale is not None:
        problem = f"days from {record.stale} are loaded but not built"
    elif record.built_with != record.models:
        problem = "the models have changed since they were built"
    if problem:
        return fails("built", f"{problem}: run `penstock transform` first")
    return passes("built", "every loaded day is built with the models as they are")


def _tests(record: Record) -> Check:
    tests = [one for one in record.results if one.kind == "test"]
    failed = [one.name for one in record.results if one.status in FAILED]
    warned = [one.name for one in tests if one.status == "warn"]
    if failed:
        return fails("dbt tests", f"failed: {_few(failed)}")
    if warned:
        return notes("dbt tests", f"warned: {_few(warned)}")
    return passes("dbt tests", f"{len(tests):,} tests of the last build passed")


def _rows_accounted(inputs: Sequence[Input]) -> Check:
    lost = [one.file for one in inputs if one.rows_read != one.rows_accepted + one.rows_quarantined]
    if lost:
        return fails("rows accounted for", f"rows are missing from: {_few(lost)}")
    read = sum(one.rows_read for one in inputs)
    accepted = sum(one.rows_accepted for one in inputs)
    message = f"{read:,} rows read = {accepted:,} accepted + {read - accepted:,} quarantined"
    return passes("rows accounted for", message)


def _files_read(record: Record) -> Check:
    rejected = [one.file for one in record.inputs if one.status == "rejected"]
    refused = sum(one.row_count for one in record.quarantined)
    if rejected:
        return notes("files read", f"rejected: {_few(rejected)}")
    if refused:
        message = f"{refused:,} rows are in quarantine (`penstock quarantine list`)"
        return notes("files read", message)
    return passes("files read", f"{len(record.inputs):,} files, none rejected")


def _documented(tables: Sequence[SealedTable], models: Mapping[str, Model]) -> Check:
    problems: list[str] = []
    for table in tables:
        model = models.get(table.name)
        if model is None:
            problems.append(f"{table.name} has no model")
            continue
        if not model.description:
            problems.append(f"{table.name} is not described")
        columns = {one.name for one in table.columns}
        problems += [
            f"{table.name}.{name} is not described"
            for name in sorted(columns)
            if not model.columns.get(name)
        ]
        problems += [
            f"{table.name}.{name} is described, but not there"
            for name in sorted(model.columns.keys() - columns)
        ]
    if problems:
        return fails("documented", f"{_few(problems)}: describe them beside the model")
    return passes("documented", "every column of every table is described")


def _evolution(changes: Sequence[Change]) -> Check:
    refused = [one.text for one in changes if not one.is_allowed]
    if refused:
        message = (
            f"{_few(refused)}: somebody may read it; publish it as before, or write a note in "
            "migrations.yml beside the models (docs/releases.md)"
        )
        return fails("schema", message)
    if changes:
        return notes("schema", _few([one.text for one in changes]))
    return passes("schema", "the published columns are those of the release before")


def _row_counts(
    tables: Sequence[SealedTable],
    before: Mapping[str, SealedTable],
    *,
    sources: tuple[Sequence[str], Sequence[str]],
    floor_pct: float,
    allow_shrink: bool,
) -> Check:
    if not before:
        return passes("row counts", "the first release has none to be compared with")
    if not set(sources[0]) & set(sources[1]):
        message = "the data come from other sources than before: row counts are not compared"
        return notes("row counts", message)
    shrunk = [
        f"{one.name} has {one.rows:,} rows, had {before[one.name].rows:,}"
        for one in tables
        if one.name in before and one.rows < before[one.name].rows * floor_pct / 100
    ]
    if not shrunk:
        return passes("row counts", f"every table keeps {floor_pct:g} % of its rows or more")
    if allow_shrink:
        return notes("row counts", f"{_few(shrunk)} (allowed by hand)")
    message = (
        f"{_few(shrunk)}; expected {floor_pct:g} % at least: if it is meant, "
        "`penstock release PRODUCT --allow-shrink`"
    )
    return fails("row counts", message)


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _SHOWN
    return ", ".join([*listed[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])])
