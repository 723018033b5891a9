"""The commands about releases: parse, call, print.

Belongs here: release, verify, diff, certify, rebuild, explain and the group `releases`. Does not
belong here: logic.
"""
# long because: one short function per command and nothing else, in the order that --help shows.

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock import terminal
from penstock.command import ProductName, TenantSlug, app, command, each, of_whom, open_product
from penstock.errors import UsageError

if TYPE_CHECKING:
    from penstock.contracts.product import Product
    from penstock.releasing.sealed import Metadata
    from penstock.releasing.series import Series
    from penstock.settings import Settings

_PANEL = "Releases"

releases_app = typer.Typer(
    no_args_is_help=True,
    help="Releases kept: list, show, pin, roll back, prune.",
    rich_markup_mode="markdown",
)
app.add_typer(releases_app, name="releases", rich_help_panel=_PANEL)

Release = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, metavar="DIR", help="Folder of a release.")
]
RunId = Annotated[str, typer.Argument(metavar="RUN_ID", help="As `releases list` names it.")]
SeriesName = Annotated[
    str | None,
    typer.Option("--series", help="Folder of releases, where a product has several."),
]


@command(rich_help_panel="Rooms")
def release(
    product: ProductName,
    series: SeriesName = None,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Tables may lose rows: it is meant.")
    ] = False,
    tenant: TenantSlug = None,
) -> None:
    """Audit what is built, seal it and publish it; nothing new makes no release.

    A failed audit leaves the previous release current and says where the evidence is.
    """
    whole, settings = open_product(product)
    from penstock.releasing.release import release as publish
    from penstock.runs import recorded
    from penstock.tenancy import each_tenant

    def do(one: "Product") -> None:
        with terminal.progress("release") as progress, recorded(one, settings, "release") as run_id:
            report = publish(
                one,
                settings,
                run_id=run_id,
                series=series,
                allow_shrink=allow_shrink,
                progress=progress,
            )
        terminal.show_release(report)

    each_tenant(whole, settings, tenant, do, tell=terminal.error)


@command(rich_help_panel=_PANEL)
def verify(
    directory: Annotated[
        Path, typer.Argument(exists=True, metavar="DIR", help="Folder or bundle of a release.")
    ],
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Recompute every fingerprint from the rows, require the chain."
        ),
    ] = False,
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", exists=True, dir_okay=False, help="Ed25519 key (PEM)."),
    ] = None,
    expect_root: Annotated[
        str | None, typer.Option("--expect-root", help="The root you kept elsewhere.")
    ] = None,
) -> None:
    """Does a release prove itself? Exit 0 if it does, 1 if anything is wrong.

    Example: `penstock verify data/releases/renewable/current --strict`
    """
    from penstock.releasing.bundle import unpacked
    from penstock.releasing.verify import verify as examine

    started = time.monotonic()
    with terminal.progress("verify"), unpacked(directory) as folder:
        found = examine(folder, strict=strict, public_key=public_key, expect_root=expect_root)
    seconds = max(time.monotonic() - started, 0.001)
    terminal.show_rows(
        ("check", "", "found"),
        [
            (one.name, "ok" if one.passed else ("note" if one.warns else "FAILED"), one.message)
            for one in found.checks
        ],
        title=str(found.release),
    )
    rows = f", {found.rows:,} rows ({found.rows / seconds:,.0f} per second)" if found.rows else ""
    size = f"{found.bytes / 1e6:,.1f} MB"
    terminal.say(f"{found.files:,} files, {size}{rows} in {seconds:.2f} s")
    if found.metadata is not None:
        terminal.say(f"root {found.metadata.root}\nseal {found.seal}")
    if not found.passed:
        for failure in found.failures:
            terminal.error(failure)
        raise typer.Exit(1)
    terminal.say("verified")


@command(rich_help_panel=_PANEL)
def diff(before: Release, after: Release) -> None:
    """What changed between two releases: tables, columns, rows, months, inputs."""
    from penstock.releasing.diff import diff as compare

    found = compare(before.resolve(), after.resolve())
    for line in found.lines or ("no difference",):
        terminal.say(line)


@command(rich_help_panel=_PANEL)
def certify(one: Release, other: Release) -> None:
    """Do two releases hold the same tables, contracts and inputs? Computed from their rows.

    Exit 0 if they do, 1 if not; every difference is named with its table and month.
    """
    from penstock.releasing.diff import certify as compare

    with terminal.progress("certify"):
        problems = compare(one.resolve(), other.resolve())
    for problem in problems:
        terminal.error(problem)
    if problems:
        raise typer.Exit(1)
    terminal.say("equal: same tables, contracts and inputs")


@command(rich_help_panel=_PANEL)
def bundle(
    directory: Release,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file: release.tar.zst")],
) -> None:
    """Pack a release into one file; `penstock verify` takes such a file as well."""
    from penstock.releasing.bundle import bundle as pack

    packed = pack(directory.resolve(), out)
    terminal.say(f"{packed}: {packed.stat().st_size / 1e6:,.1f} MB")


@command(rich_help_panel=_PANEL)
def rebuild(
    directory: Release,
    allow_other_code: Annotated[
        bool, typer.Option("--allow-other-code", help="Although the commit is another.")
    ] = False,
) -> None:
    """Build a release again from its recorded files: every fingerprint has to come out the same.

    Exit 0 if all do, 1 if not. The working warehouse is not touched.
    """
    from penstock.rebuild import rebuild as build_again
    from penstock.releasing.sealed import read_metadata

    release_dir = directory.resolve()
    one, settings = open_product(read_metadata(release_dir).product)
    with terminal.progress("rebuild") as progress:
        found = build_again(
            release_dir, one, settings, allow_other_code=allow_other_code, progress=progress
        )
    for difference in found.differences:
        terminal.error(difference)
    if found.differences:
        raise typer.Exit(1)
    terminal.say(f"equal: {found.tables} tables, {found.rows:,} rows, every fingerprint")


@command(rich_help_panel=_PANEL)
def explain(
    table: Annotated[str, typer.Argument(help="A published table.")],
    key: Annotated[str, typer.Argument(help="asset_id=wind_a,performance_date=2026-03-01")],
    column: Annotated[str, typer.Argument(help="The column of the figure.")],
    product: Annotated[str, typer.Option(help="Data product.")] = "renewable",
    release_dir: Annotated[
        Path | None,
        typer.Option("--release", exists=True, file_okay=False, help="Default: the current one."),
    ] = None,
) -> None:
    """Unfold one published figure: its meaning, the rows behind it, the raw files, the seal.

    Exit 1 if anything is not as it was sealed or loaded.
    """
    from penstock.releasing.explain import ExplainError
    from penstock.releasing.explain import explain as unfold
    from penstock.releasing.read import current_release

    parts = [part.partition("=") for part in key.split(",")]
    if not all(separator for _, separator, _ in parts):
        message = f"{key}: expected the key as column=value,column=value"
        raise ExplainError(message)
    one, settings = open_product(product)
    with terminal.progress("explain"):
        found = unfold(
            one,
            settings,
            (release_dir or current_release(one, settings)).resolve(),
            table=table,
            key={name.strip(): value.strip() for name, _, value in parts},
            column=column,
        )
    terminal.say(f"{found.table}.{found.column} = {found.value} ({found.type})")
    terminal.say(f"  {found.description}")
    if found.model is not None:
        terminal.say(f"model {found.model.path}, made of {', '.join(found.model.depends_on)}")
    for line in found.formula:
        terminal.say(f"  {line}")
    for layer in found.layers:
        shown = "" if layer.count <= len(layer.rows) else f", the first {len(layer.rows)}"
        if layer.rows:
            terminal.show_rows(
                layer.columns, layer.rows, title=f"{layer.table}: {layer.count:,} rows{shown}"
            )
        else:
            terminal.say(f"{layer.table}: no rows")
        for note in layer.notes:
            terminal.say(f"  {note}")
    for line in found.seal:
        terminal.say(line)
    for failure in found.broken:
        terminal.error(failure)
    if found.broken:
        raise typer.Exit(1)


@command(group=releases_app, name="list")
def list_all(product: ProductName, series: SeriesName = None, tenant: TenantSlug = None) -> None:
    """Every release, newest first; pruned ones are remembered by the chain."""
    from penstock.releasing.retention import list_releases

    whole, settings = open_product(product)

    def do(one: "Product") -> None:
        target = _series_of(one, settings, series)
        listed = list_releases(target)
        if not listed:
            terminal.say(f"nothing is released yet: {_release(one)}")
            return
        rows = [
            (
                one.run_id,
                one.at,
                one.state if one.rows is None else one.rows,
                one.root[:16],
                " ".join(
                    [
                        *(["current"] if one.is_current else []),
                        *(["pinned"] if one.is_pinned else []),
                    ]
                ),
            )
            for one in listed
        ]
        terminal.show_rows(
            ("release", "published at", "rows", "root", ""), rows, title=str(target.folder)
        )

    if series is None:
        each(whole, settings, tenant, do, only_looks=True)
    else:
        do(_whose(whole, settings, series, tenant))


@command(group=releases_app)
def show(
    product: ProductName,
    run_id: Annotated[str | None, typer.Argument(help="Default: the current release.")] = None,
    series: SeriesName = None,
    tenant: TenantSlug = None,
) -> None:
    """What a release holds: tables, inputs, checks, who made it."""
    from penstock.releasing.retention import require_there
    from penstock.releasing.sealed import read_metadata
    from penstock.releasing.series import SeriesError

    whole, settings = open_product(product)
    one = _whose(whole, settings, series, tenant)
    target = _series_of(one, settings, series)
    entry = target.current_entry() if run_id is None else target.entry(run_id)
    if entry is None:
        message = f"nothing is released yet: {_release(one)}"
        raise SeriesError(message)
    require_there(target, entry.run_id)
    folder = target.release_dir(entry.run_id)
    _show(read_metadata(folder), folder, entry.seal)


@command(group=releases_app)
def pin(
    product: ProductName,
    run_id: RunId,
    *,
    series: SeriesName = None,
    unpin: Annotated[bool, typer.Option("--unpin", help="Let it go again.")] = False,
    tenant: TenantSlug = None,
) -> None:
    """Keep a release whatever is pruned."""
    from penstock.releasing.retention import pin as keep

    whole, settings = open_product(product)
    with _changing(_whose(whole, settings, series, tenant), settings, series, "pin") as target:
        keep(target, run_id, unpin=unpin)
    terminal.say(f"{run_id}: {'no longer pinned' if unpin else 'pinned'}")


@command(group=releases_app)
def rollback(
    product: ProductName,
    run_id: Annotated[str | None, typer.Argument(help="Default: the one before.")] = None,
    series: SeriesName = None,
    tenant: TenantSlug = None,
) -> None:
    """Let readers use an older release; the next new build is published as ever."""
    from penstock.releasing.retention import roll_back

    whole, settings = open_product(product)
    with _changing(_whose(whole, settings, series, tenant), settings, series, "rollback") as target:
        chosen = roll_back(target, run_id)
    terminal.say(f"current: {chosen}")


@command(group=releases_app)
def prune(
    product: ProductName,
    *,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Newest releases to keep (PENSTOCK_RELEASES_KEPT).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    series: SeriesName = None,
    tenant: TenantSlug = None,
) -> None:
    """Take away old releases and what killed processes left; pinned and current ones stay.

    Of every tenant, where a product has tenants and none is named.
    """
    from penstock.releasing.retention import prune as take

    whole, settings = open_product(product)
    verb = "would remove" if dry_run else "removed"

    def do(one: "Product") -> None:
        with _changing(one, settings, series, "prune") as target:
            taken = take(target, keep=keep or settings.releases_kept, dry_run=dry_run)
        _list(f"{of_whom(one)}{verb}", "releases", taken.releases)
        _list(f"{of_whom(one)}{verb}", "unfinished folders", taken.orphans)

    if series is None:
        each(whole, settings, tenant, do, only_looks=True)
    else:
        do(_whose(whole, settings, series, tenant))


def _list(verb: str, what: str, names: Sequence[str]) -> None:
    terminal.say(f"{verb} {len(names):,} {what}{': ' if names else ''}{', '.join(names)}")


def _whose(
    whole: "Product", settings: "Settings", series: str | None, tenant: str | None
) -> "Product":
    """Whose release is meant: the tenant's where one is named; it may be named by its series.

    Raises: UsageError when both name one, or neither does where there are tenants.
    """
    from penstock.tenancy import one_tenant

    if series is not None and tenant is not None:
        message = f"--series {series} --tenant {tenant}: expected one of the two"
        raise UsageError(message)
    return whole if series is not None else one_tenant(whole, settings, tenant)


def _series_of(one: "Product", settings: "Settings", series: str | None) -> "Series":
    from penstock.releasing.series import series_of

    return series_of(settings, series or one.series)


def _release(one: "Product") -> str:
    """How somebody releases it."""
    return f"penstock release {one.name}{one.whose}"


@contextmanager
def _changing(
    one: "Product", settings: "Settings", series: str | None, command_name: str
) -> Iterator["Series"]:
    """The series, held against every other writer and mended first."""
    from penstock.locking import writer_lock
    from penstock.runs import recorded

    target = _series_of(one, settings, series)
    wait = settings.lock_wait_seconds
    with (
        recorded(one, settings, f"releases {command_name}"),
        writer_lock(one.lock(settings), holder=command_name, wait_seconds=wait),
    ):
        yield target


def _show(metadata: "Metadata", folder: Path, seal: str) -> None:
    facts = {
        "folder": folder,
        "root": metadata.root,
        "seal": seal,
        "parent": metadata.parent.run_id if metadata.parent else None,
        "sealed at": metadata.sealed_at,
        "commit": metadata.code["commit"],
        "inputs": f"{metadata.inputs['files']:,} files, {metadata.inputs['rows_read']:,} rows",
        "sources": ", ".join(metadata.inputs["sources"]),
    }
    terminal.show_rows(("", ""), list(facts.items()), title=metadata.run_id)
    terminal.show_rows(
        ("table", "rows", "parts", "fingerprint"),
        [
            (one["name"], one["rows"], one["parts"], one["fingerprint"][:16])
            for one in metadata.tables
        ],
        title="tables",
    )
    terminal.show_rows(
        ("check", "", "found"),
        [
            (one["name"], "ok" if one["passed"] else "note", one["message"])
            for one in metadata.checks
        ],
        title="audit",
    )
