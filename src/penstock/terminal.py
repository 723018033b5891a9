"""How results read on a terminal: tables, progress, warnings.

Belongs here: everything that prints. Does not belong here: commands (`cli.py`), deciding what
is right or wrong.
"""
# long because: one short function per result and nothing else.

import csv
import json
import logging
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from penstock.contracts.layered import FolderLanding, LayeredRun
    from penstock.landing.inputs import RefusedFile
    from penstock.landing.land_files import LandingReport
    from penstock.landing.preview import Preview
    from penstock.ledger import QuarantineCount
    from penstock.loading.load import LoadReport
    from penstock.overview import Finding, Overview
    from penstock.releasing.release import ReleaseReport
    from penstock.tidying.tidy import TidyReport
    from penstock.transforming.query import QueryResult
    from penstock.transforming.transform import TransformReport

_log = logging.getLogger(__name__)
_PIPE_WIDTH = 200
_FILES_NAMED = 10
_SUSPICIOUS_PCT = 1.0
"""Share of implausible values above which a preview doubts the unit."""
_WIDE = 6
"""A table of at most this many columns wraps its cells; a wider one turns into records."""


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # A pipe has no width: wide enough that no cell of a common table is cut.
    return Console(stderr=stderr, width=None if stream.isatty() else _PIPE_WIDTH, highlight=False)


def say(text: str) -> None:
    """One plain line on standard output."""
    _console(stderr=False).print(escape(text), soft_wrap=True)


def warn(text: str) -> None:
    """A warning on standard error."""
    _console(stderr=True).print(f"[yellow]warning[/]: {escape(text)}", soft_wrap=True)


def error(text: str) -> None:
    """An error on standard error."""
    _console(stderr=True).print(f"[bold red]error[/]: {escape(text)}", soft_wrap=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """A line that says what is being done, on terminals only; yields the function to call.

    The run's log keeps what it said.
    """
    console = _console(stderr=True)
    with console.status(f"{title} ...") as status:

        def tell(text: str) -> None:
            _log.info("%s: %s", title, text)
            status.update(f"{title}: {escape(text)}")

        yield tell


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> None:
    """Rows as a table, numbers to the right; one record below the other when it gets too wide."""
    console = _console(stderr=False)
    raw = [list(row) for row in rows]
    listed = [[_cell(value) for value in row] for row in raw]
    widths = [max(map(len, (name, *cells))) for name, *cells in zip(columns, *listed, strict=True)]
    # Not the table's own title: that would be broken to the width of a narrow table.
    console.print(escape(title), style="italic", soft_wrap=True)
    if sum(widths) + 3 * len(widths) > console.width and len(widths) > _WIDE:
        _show_records(console, columns, listed)
        return
    table = Table(header_style="bold")
    for name, *values in zip(columns, *raw, strict=True):
        numeric = any(isinstance(value, int | float | Decimal) for value in values)
        table.add_column(escape(name), justify="right" if numeric else "left", overflow="fold")
    for cells in listed:
        table.add_row(*map(escape, cells))
    console.print(table)


def _show_records(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    width = max(map(len, columns))
    for number, cells in enumerate(rows, start=1):
        console.rule(f"row {number}", align="left")
        for name, cell in zip(columns, cells, strict=True):
            console.print(f"[bold]{escape(name):<{width}}[/]  {escape(cell)}", soft_wrap=True)


def print_result(result: "QueryResult", *, format: str) -> None:  # noqa: A002 - named like the option
    """A query's result as a table, CSV or JSON (one array of objects)."""
    if format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(result.columns)
        writer.writerows(result.rows)
    elif format == "json":
        objects = [
            {name: _json_value(value) for name, value in zip(result.columns, row, strict=True)}
            for row in result.rows
        ]
        sys.stdout.write(json.dumps(objects, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        show_rows(result.columns, result.rows, title=f"{len(result.rows):,} rows")


def show_folder_landing(landing: "FolderLanding") -> None:
    """The account of a drop, file by file."""
    rows = [(one.name, one.status, one.rows) for one in landing.files]
    show_rows(("file", "status", "rows"), rows, title="received")
    for one in landing.files:
        if one.problem:
            warn(one.problem if one.name in one.problem else f"{one.name}: {one.problem}")
    for path in landing.unknown:
        warn(f"{path}: is no file of this product; left where it is")


def show_layered_run(run: "LayeredRun") -> None:
    """What a run in layers built, or why it did not."""
    if run.run_id is None:
        say(run.note)
        return
    if run.rows:
        show_rows(("table", "rows"), list(run.rows.items()), title=f"built as of {run.as_of}")
    say(f"run {run.run_id}: {', '.join(run.layers)}; its record: {run.folder}")
    if run.release is not None:
        say(f"{'release' if run.is_new_release else 'released already as'}: {run.release}")
    for page in run.pages:
        say(f"report: {page}")


def show_landing(report: "LandingReport") -> None:
    """The account of a landing: every row of every file."""
    show_rows(
        (
            "file",
            "table",
            "rows read",
            "delivered",
            "quarantined",
            "files written",
            "days known",
            "superseded",
        ),
        [tuple(vars(account).values()) for account in report.accounts],
        title="landed",
    )
    for refused in report.rejected:
        warn(refused.message)
    for doubt in report.doubts:
        warn(doubt)
    if report.rows_quarantined:
        warn(f"{report.rows_quarantined:,} rows quarantined: see `penstock quarantine list`")


def show_preview(previews: Sequence["Preview"], refused: Sequence["RefusedFile"] = ()) -> None:
    """What a landing would do: rows before and after, ranges, rows and files to be refused."""
    for one in previews:
        show_rows(one.before.columns, one.before.rows(), title=f"{one.file}: as it is")
        show_rows(one.after.columns, one.after.rows(), title=f"{one.file}: as {one.table}")
        show_rows(one.checks.columns, one.checks.rows(), title=f"{one.table}: ranges")
        for check in one.checks.rows(named=True):
            if check["outside_pct"] > _SUSPICIOUS_PCT:
                warn(
                    f"{one.table}.{check['column']}: {check['outside_pct']} % of the values lie "
                    f"outside {check['range']}: is the unit in the mapping right?"
                )
        for doubt in one.doubts:
            warn(doubt)
        show_rows(one.coverage.columns, one.coverage.rows(), title=f"{one.table}: slots in time")
        say(
            f"{one.rows_read:,} rows read = {one.rows_delivered:,} to deliver "
            f"+ {one.rows_quarantined:,} to quarantine; {one.span}"
        )
        if not one.refused.is_empty():
            show_rows(one.refused.columns, one.refused.rows(), title="would be quarantined")
    for file in refused:
        warn(file.message)
    say("nothing was written")


def show_load(report: "LoadReport") -> None:
    """The account of a load."""
    if not report.deliveries:
        say("load: nothing new")
        return
    say(
        f"load: {len(report.deliveries):,} files, {report.rows_read:,} rows read = "
        f"{report.rows_accepted:,} accepted + {report.rows_quarantined:,} quarantined"
    )
    for one in report.rejected[:_FILES_NAMED]:
        warn(one.message)
    if len(report.rejected) > _FILES_NAMED:
        warn(f"{len(report.rejected) - _FILES_NAMED:,} more files rejected: `penstock status`")
    if report.rows_quarantined:
        warn(f"{report.rows_quarantined:,} rows quarantined: see `penstock quarantine list`")


def show_quarantine(counts: Sequence["QuarantineCount"], *, options: str = "") -> None:
    """Refused rows by origin and reason; `options` are those that name whose they are."""
    if not counts:
        say("nothing is quarantined")
        return
    rows = [(one.origin, one.reason, one.open_rows, one.discarded) for one in counts]
    show_rows(("origin", "reason", "open", "discarded"), rows, title="quarantine")
    say(f"rows of one: penstock quarantine show ORIGIN{options}")


def show_transform(report: "TransformReport") -> None:
    """What was built and tested."""
    if not report.built:
        say(f"transform: {report.reason}")
        return
    models = [one for one in report.results if one.kind == "model"]
    tests = [one for one in report.results if one.kind == "test"]
    span = f"from {report.rebuilt_from}" if report.rebuilt_from else "all days"
    say(f"transform: {report.reason}; built {len(models)} models {span}, {len(tests)} tests passed")
    for one in report.results:
        if one.status == "warn":
            warn(f"{one.kind} {one.name}: {one.message}")


def show_release(report: "ReleaseReport") -> None:
    """What came of a release: where it is, or that there was nothing new."""
    if not report.is_new:
        say(f"release: nothing new since {report.metadata.run_id}")
        if report.readers_use != report.metadata.run_id:
            say(f"readers use {report.readers_use}, until something new is released")
        return
    for one in report.metadata.warnings:
        warn(one)
    rows = sum(one["rows"] for one in report.metadata.tables)
    say(
        f"release: {report.metadata.run_id}, {len(report.metadata.tables)} tables, {rows:,} rows; "
        f"{report.written_parts} parts written, {report.reused_parts} unchanged"
    )
    say(f"root {report.metadata.root}")
    say(f"folder: {report.release}")
    for page in report.pages:
        say(f"report: {page}")


def show_overview(overview: "Overview", *, files: bool) -> None:
    """The state of one product and what to do next."""
    show_rows(
        ("table", "files", "loaded", "pending", "rejected", "rows", "quarantined", "from", "to"),
        [tuple(vars(one).values()) for one in overview.tables],
        title=f"{overview.product} in {overview.data_dir}",
    )
    say(f"source: {overview.source}")
    say(f"built: {overview.built}")
    say(
        f"quarantine: {overview.quarantined_open:,} rows open, "
        f"{overview.quarantined_discarded:,} discarded"
    )
    if overview.runs:
        show_rows(
            ("run", "command", "started", "outcome", "message"),
            [(r.run_id, r.command, r.started_at, r.outcome, r.message[:80]) for r in overview.runs],
            title="last runs",
        )
    if files:
        show_rows(
            ("file", "status", "delivered at", "read", "accepted", "quarantined"),
            [
                (
                    d.delivery_id,
                    d.status,
                    d.delivered_at,
                    d.rows_read,
                    d.rows_accepted,
                    d.rows_quarantined,
                )
                for d in overview.deliveries
            ],
            title="landed files",
        )
    for one in overview.rejected:
        warn(one.message)
    for step in overview.next_steps:
        say(f"next: {step}")


def show_tidy(report: "TidyReport") -> None:
    """What was removed, or would be, and what compacting saved."""
    rows = [(one.what, one.count, f"{one.bytes / 1e6:,.1f}") for one in report.removals]
    show_rows(
        ("what", "removed", "MB"), rows, title="tidy (dry run)" if report.is_dry_run else "tidy"
    )
    if report.is_dry_run:
        say("nothing was changed; the warehouse would be compacted")
    else:
        before, after = report.warehouse_before / 1e6, report.warehouse_after / 1e6
        say(f"warehouse: {before:,.1f} MB before, {after:,.1f} MB after")


def show_findings(findings: Sequence["Finding"]) -> None:
    """What `doctor` found; what is not good says what to do."""
    rows = [("ok" if one.good else "MEND", one.name, one.value) for one in findings]
    show_rows(("", "what", "found"), rows, title="doctor")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    return str(value)


def _json_value(value: Any) -> Any:
    """The value as JSON can hold it; JSON has no infinity and no NaN, they become null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _json_value(one) for key, one in value.items()}
        case list() | tuple():
            return [_json_value(one) for one in value]
        case _:
            return str(value)
