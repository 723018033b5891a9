"""The command line: parse, call, print.

Belongs here: commands, their help, how results read on a terminal. Does not belong here: logic.
Rooms are imported inside commands, so that `--help` starts at once.
"""
# long because: one short function per command and nothing else, in the order that --help shows.

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock import directory_commands, mending_commands, release_commands, terminal
from penstock.command import ProductName, TenantSlug, app, each, of_whom, run_rooms
from penstock.command import command as _command
from penstock.command import open_product as _open
from penstock.errors import PenstockError

if TYPE_CHECKING:
    from penstock.contracts.product import Product
    from penstock.landing.land_files import LandingReport
    from penstock.loading.load import LoadReport
    from penstock.settings import Settings

# Importing these registers their commands.
__all__ = ["app", "directory_commands", "mending_commands", "release_commands"]

mapping_app = typer.Typer(
    no_args_is_help=True,
    help="What the columns of your own files mean.",
    rich_markup_mode="markdown",
)
app.add_typer(mapping_app, name="mapping", rich_help_panel="Rooms")

Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", show_default=False)
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit 1 when rows were quarantined or files rejected.")
]


@_command(rich_help_panel="Rooms")
def mock(  # noqa: PLR0917 - each is an option of the command
    product: ProductName,
    start: Day = None,
    end: Day = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the mock world (default 7).")] = None,
    portfolio: Annotated[
        Path | None, typer.Option(help="Portfolio YAML; default: the one that ships.")
    ] = None,
    clean: Annotated[
        bool | None,
        typer.Option("--clean/--planted", help="A world without planted faults, or with them."),
    ] = None,
    tenant: TenantSlug = None,
) -> None:
    """Land generated data from --start to --end (inclusive); what has landed stays.

    renewable lands days and needs both dates; sales lands one drop with orders of these days;
    marketing lands the days of every tenant's world, by default 30 days and then what is missing.

    Example: `penstock mock renewable --start 2026-01-01 --end 2026-01-31`

    Example: `penstock mock sales`
    """
    whole, settings = _open(product)
    days = f" for {start:%Y-%m-%d} to {end:%Y-%m-%d}" if start and end else ""

    def do(one: "Product") -> None:
        from penstock.runs import recorded

        with terminal.progress("mock") as progress, recorded(one, settings, "mock") as run_id:
            written = one.mock(
                one,
                settings,
                start=_date(start),
                end=_date(end),
                seed=seed,
                portfolio=portfolio,
                is_clean=clean,
                run_id=run_id,
                progress=progress,
            )
        terminal.say(f"{of_whom(one)}landed {written:,} files{days}")

    each(whole, settings, tenant, do, only_tenants=True)


@_command(rich_help_panel="Rooms")
def land(
    product: ProductName,
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files, or folders of files.")
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that says what the columns mean (renewable).")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Preview; write nothing.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Bring back values that were corrected since.")
    ] = False,
    strict: Strict = False,
    tenant: TenantSlug = None,
    source: Annotated[
        str | None, typer.Option(help="Connector that delivered the tables (marketing).")
    ] = None,
) -> None:
    """Land your own files; landing twice changes nothing.

    renewable takes CSV or Parquet through a mapping; sales takes folders with source_crm and
    source_erp; marketing takes tables of a tenant and routes each by its columns and types.

    Example: `penstock land renewable --mapping data/reference/mappings/la_haute_borne_plant.yaml
    plant_2014.csv.gz`

    Example: `penstock land sales ~/drops/monday`

    Example: `penstock land marketing --tenant tyrell_corp --source shopify orders.parquet`
    """
    whole, settings = _open(product)
    from penstock.tenancy import served_tenant

    one = served_tenant(whole, settings, tenant)
    if one.land_tables is not None:
        with terminal.progress("land") as progress:
            routed = one.land_tables(
                one, settings, inputs, source=source, again=again, progress=progress
            )
        terminal.show_folder_landing(routed)
        whose = f"{one.name}{one.whose}"
        refused = sum(file.status == "failed" for file in routed.files)
        if refused:
            terminal.warn(f"files in quarantine: {refused}; see `penstock quarantine list {whose}`")
        if refused < len(routed.files):
            terminal.say(f"next: penstock run {whose}")
        if strict and refused:
            raise typer.Exit(1)
        return
    if one.land_folders is not None:
        if mapping is not None or check:
            raise PenstockError(f"{one.name} takes folders as they are: no --mapping, no --check")
        landing = one.land_folders(one, settings, inputs)
        terminal.show_folder_landing(landing)
        failed = [file.name for file in landing.files if file.status == "failed"]
        first = f"have {', '.join(failed)} sent again and land it, then " if failed else ""
        terminal.say(f"next: {first}penstock run {one.name}")
        if strict and failed:
            raise typer.Exit(1)
        return
    if mapping is None:
        raise PenstockError(f"{one.name}: expected --mapping FILE: what do the columns mean?")
    from penstock.runs import land as land_inputs
    from penstock.runs import preview

    if check:
        terminal.show_preview(*preview(one, mapping_file=mapping, inputs=inputs))
        return

    with terminal.progress("land") as progress:
        report = land_inputs(
            one, settings, mapping_file=mapping, inputs=inputs, again=again, progress=progress
        )
    terminal.show_landing(report)
    terminal.say(f"next: penstock run {one.name}")
    _exit_if_strict(report, strict=strict)


@_command(group=mapping_app, name="init")
def mapping_init(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files, or folders of files.")
    ],
    product: Annotated[str, typer.Option(help="Data product.")] = "renewable",
    name: Annotated[
        str | None, typer.Option(help="Name of the mapping and its deliveries.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; default: print it.", show_default=False)
    ] = None,
) -> None:
    """Write a commented starter mapping for files nobody has described yet, guessed from them.

    Example: `penstock mapping init --out farm.yaml scada.csv`
    """
    one, _ = _open(product)
    from penstock.landing.starter.draft import start_mapping

    with terminal.progress("mapping"):
        text = start_mapping(one, inputs, name=name, out=out)
    if out is None:
        terminal.say(text)
    else:
        terminal.say(
            f"wrote {out}; fill in what it asks for, then: penstock land {one.name} --check"
        )


@_command(rich_help_panel="Rooms")
def load(product: ProductName, strict: Strict = False, tenant: TenantSlug = None) -> None:
    """Load landed files that are new: good rows to the raw tables, the rest to quarantine."""
    whole, settings = _open(product)
    from penstock.loading.load import load as load_new
    from penstock.runs import land_own, recorded

    reports: list[LoadReport] = []

    def do(one: "Product") -> None:
        with terminal.progress("load") as progress, recorded(one, settings, "load") as run_id:
            land_own(one, settings)
            reports.append(load_new(one, settings, run_id=run_id, progress=progress))
        terminal.show_load(reports[-1])

    each(whole, settings, tenant, do)
    for report in reports:
        _exit_if_strict(report, strict=strict)


@_command(rich_help_panel="Rooms")
def transform(
    product: ProductName,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build everything, not only the stale days.")
    ] = False,
    tenant: TenantSlug = None,
) -> None:
    """Build the marts: the stale days by default; tests run on what was built."""
    whole, settings = _open(product)
    if whole.run_layers is not None:
        raise PenstockError(
            f"{whole.name} is built in layers: penstock run {whole.name} --layer LAYER"
        )
    from penstock.runs import recorded
    from penstock.transforming.transform import transform as build

    def do(one: "Product") -> None:
        with (
            terminal.progress("transform") as progress,
            recorded(one, settings, "transform") as run_id,
        ):
            report = build(
                one, settings, full_refresh=full_refresh, run_id=run_id, progress=progress
            )
        terminal.show_transform(report)

    each(whole, settings, tenant, do)


@_command(rich_help_panel="Rooms")
def run(
    product: ProductName,
    *,
    start: Day = None,
    end: Day = None,
    strict: Strict = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            show_default=False,
            help="Logical date (sales): what counts as future or recent.",
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Build one layer only (sales): bronze, silver or gold.")
    ] = None,
    from_run: Annotated[
        str | None, typer.Option(help="Start from what this run left (sales): an id, or latest.")
    ] = None,
    run_id: Annotated[str | None, typer.Option(help="Name of the run (sales).")] = None,
    tenant: TenantSlug = None,
) -> None:
    """Land (mock data only), load, transform, release.

    renewable: without dates a mock run continues up to yesterday; once you have landed files of
    your own, nothing is mocked any more. sales: builds bronze, silver and gold from the files
    received; with nothing new it ends at once. marketing: every tenant after the other, then the
    platform; one's failure stops no other, and the command then ends with 1.
    """
    whole, settings = _open(product)
    if whole.run_layers is not None:
        if start or end or tenant:
            message = (
                f"{whole.name}: --start, --end, --tenant are not for its runs: all files that were "
                "received are built, as of one day (--as-of)"
            )
            raise PenstockError(message)
        _run_layers(whole, settings, as_of=as_of, layer=layer, from_run=from_run, run_id=run_id)
        return
    if as_of or layer or from_run or run_id:
        raise PenstockError(f"{whole.name}: --as-of, --layer, --from-run, --run-id are for sales")
    reports: list[LoadReport] = []
    each(
        whole,
        settings,
        tenant,
        lambda one: reports.append(run_rooms(one, settings, start=_date(start), end=_date(end))),
    )
    for report in reports:
        _exit_if_strict(report, strict=strict)


@_command(rich_help_panel="Look")
def query(
    sql: Annotated[list[str], typer.Argument(metavar="[PRODUCT] SQL", help="A product, then SQL.")],
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", help="Ask this file instead (repeatable); its stem is its name."),
    ] = None,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",  # noqa: A002 - the option's name
    working: Annotated[
        bool, typer.Option("--working", help="Ask the working warehouse, released or not.")
    ] = False,
    tenant: TenantSlug = None,
) -> None:
    """Ask the current release, or files, read-only.

    Example: `penstock query renewable "from mart_fleet_summary limit 5"`

    Example: `penstock query --file plant.csv "select count(*) from plant"`
    """
    from penstock.releasing.read import query_release
    from penstock.transforming.query import QueryError, query_files, query_warehouse

    if format not in ("table", "csv", "json"):
        message = f"--format {format}: expected table, csv or json"
        raise QueryError(message)
    *before, text = sql
    if file:
        # `--file a.csv b.csv "..."`: further files may follow the first without repeating --file.
        result = query_files([*file, *map(Path, before)], text)
    elif len(before) == 1:
        from penstock.tenancy import one_tenant

        whole, settings = _open(before[0])
        one = one_tenant(whole, settings, tenant)
        result = (query_warehouse if working else query_release)(one, settings, text)
    else:
        message = 'expected a product and one SQL text: penstock query renewable "select 1"'
        raise QueryError(message)
    terminal.print_result(result, format=format)


@_command(rich_help_panel="Look")
def status(
    product: Annotated[str, typer.Argument(metavar="[PRODUCT]")] = "renewable",
    files: Annotated[bool, typer.Option("--files", help="List every landed file.")] = False,
    tenant: TenantSlug = None,
) -> None:
    """What has landed, loaded, been built and quarantined, and what to do next."""
    whole, settings = _open(product)
    from penstock.overview import overview

    each(
        whole,
        settings,
        tenant,
        lambda one: terminal.show_overview(overview(one, settings), files=files),
        only_looks=True,
    )


@_command(rich_help_panel="Look")
def doctor(
    product: Annotated[str, typer.Argument(metavar="[PRODUCT]")] = "renewable",
) -> None:
    """Versions, paths, locks, space: what to look at first when something is odd."""
    one, settings = _open(product)
    from penstock.overview import examine

    findings = examine(one, settings)
    terminal.show_findings(findings)
    if any(not finding.good for finding in findings):
        raise typer.Exit(1)


@_command(name="dev-sync", rich_help_panel="Develop")
def dev_sync(
    product: ProductName,
    days: Annotated[int | None, typer.Option(min=1, help="Only the last N landed days.")] = None,
) -> None:
    """Copy the raw tables into the file that the plain dbt CLI builds in (target `dev`).

    Then: `cd dbt/renewable_dbt && dbt build`
    """
    one, settings = _open(product)
    from penstock.transforming.dev_sync import dev_sync as copy_raw

    with terminal.progress("dev-sync"):
        report = copy_raw(one, settings, days=days)
    terminal.show_rows(
        ("raw table", "rows"), list(report.rows.items()), title=str(report.warehouse)
    )


@_command(rich_help_panel="Develop")
def docs(product: ProductName) -> None:
    """Write dbt's documentation of every model and column to `<data>/docs/<product>`."""
    one, settings = _open(product)
    from penstock.transforming.docs import write_docs

    with terminal.progress("docs"):
        page = write_docs(one, settings)
    terminal.say(f"open {page}")


@_command(rich_help_panel="Develop")
def manifest(product: ProductName) -> None:
    """Make dbt's manifest, which the orchestrator reads; nothing is done if it still fits."""
    one, settings = _open(product)
    from penstock.transforming.manifest import write_manifest

    with terminal.progress("manifest"):
        page = write_manifest(one, settings)
    terminal.say(f"manifest: {page}")


@_command(rich_help_panel="Look")
def report(
    product: ProductName,
    working: Annotated[
        bool, typer.Option("--working", help="Draw it from the working warehouse instead.")
    ] = False,
) -> None:
    """Lay the current release's report where people open it, as it was sealed."""
    one, settings = _open(product)
    if working:
        with terminal.progress("report"):
            pages = [one.report(one, settings)]
    else:
        from penstock.releasing.read import current_release
        from penstock.releasing.release import show_pages

        folder = current_release(one, settings)
        pages = show_pages(folder, settings)
        if not pages:
            message = f"{folder}: its reports are gone; `penstock verify {folder}` tells what else"
            raise PenstockError(message)
    for page in pages:
        terminal.say(f"report: {page}")


def _run_layers(
    one: "Product",
    settings: "Settings",
    *,
    as_of: datetime | None,
    layer: str | None,
    from_run: str | None,
    run_id: str | None,
) -> None:
    from penstock.contracts.layered import as_layer

    if one.run_layers is None:
        return
    with terminal.progress("run") as progress:
        report = one.run_layers(
            one,
            settings,
            as_of=_date(as_of),
            layer=as_layer(layer),
            from_run=from_run,
            run_id=run_id,
            progress=progress,
        )
    terminal.show_layered_run(report)


def _date(given: datetime | None) -> date | None:
    return None if given is None else given.date()


def _exit_if_strict(report: "LoadReport | LandingReport", *, strict: bool) -> None:
    if strict and (report.rows_quarantined or report.rejected):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
