"""The commands about what was refused, wrong or has grown old: parse, call, print.

Belongs here: the group `quarantine`, retract and tidy. Does not belong here: logic.
"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock import terminal
from penstock.command import ProductName, TenantSlug, app, command, each, open_product

if TYPE_CHECKING:
    from penstock.contracts.product import Product

quarantine_app = typer.Typer(
    no_args_is_help=True,
    help="Rows and files that were refused, and why.",
    rich_markup_mode="markdown",
)
app.add_typer(quarantine_app, name="quarantine", rich_help_panel="Look")


_PRODUCT = "renewable"
"""The product that is meant where none is named."""


@command(group=quarantine_app, name="list")
def quarantine_list(
    product: Annotated[str, typer.Argument(metavar="[PRODUCT]")] = _PRODUCT,
    tenant: TenantSlug = None,
) -> None:
    """Refused rows by file and reason."""
    whole, settings = open_product(product)
    from penstock.ledger import Ledger

    def do(one: "Product") -> None:
        with Ledger(one.ledger(settings)) as ledger:
            counts = ledger.quarantine()
        terminal.show_quarantine(counts, options=_options(one))

    each(whole, settings, tenant, do, only_looks=True)


@command(group=quarantine_app, name="show")
def quarantine_show(
    origin: Annotated[str, typer.Argument(help="As `penstock quarantine list` names it.")],
    product: Annotated[str, typer.Option(help="Data product.")] = _PRODUCT,
    limit: Annotated[int, typer.Option(help="Rows to show at most.")] = 50,
    tenant: TenantSlug = None,
) -> None:
    """The refused rows of one origin: position in your file, reason, expectation, values.

    Of a file that was refused whole: who delivered it and when, why, and where it is kept.
    """
    whole, settings = open_product(product)
    from penstock.overview import quarantined_rows
    from penstock.tenancy import one_tenant

    one = one_tenant(whole, settings, tenant)
    shown = quarantined_rows(one, settings, origin)
    terminal.show_rows(tuple(shown.columns), shown.head(limit).rows(), title=origin)
    if shown.height > limit:
        terminal.say(f"{shown.height - limit:,} more: --limit {shown.height}")
    rest = f"{shlex.quote(origin)}{_options(one)}"
    terminal.say(
        f"mended? penstock quarantine replay {rest}; given up? penstock quarantine discard "
        f"{rest}; each reason and its remedy: "
        f"docs/{'bad-input' if one.refused_files is None else one.name}.md"
    )


@command(group=quarantine_app, name="replay")
def quarantine_replay(
    origins: Annotated[
        list[str] | None, typer.Argument(metavar="[ORIGIN...]", help="Default: everything.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="The mended mapping: for rows that it refused before.")
    ] = None,
    product: Annotated[str, typer.Option(help="Data product.")] = _PRODUCT,
    tenant: TenantSlug = None,
) -> None:
    """Judge refused rows again, after their asset, contract, mapping or file's date was mended.

    Rows keep their file and position; none is loaded twice. Files that were refused whole are
    routed again. Then: `penstock run`.
    """
    whole, settings = open_product(product)
    from penstock.replays import replay
    from penstock.tenancy import served_tenant

    one = served_tenant(whole, settings, tenant)
    with terminal.progress("replay") as progress:
        report = replay(one, settings, origins or [], mapping_file=mapping, progress=progress)
    if report.files is not None and report.files.files:
        terminal.show_folder_landing(report.files)
    terminal.show_load(report.load)
    terminal.say(
        f"{report.open_before:,} rows were open, {report.open_after:,} are; "
        f"next: penstock run {one.name}{one.whose}"
    )


@command(group=quarantine_app, name="discard")
def quarantine_discard(
    origins: Annotated[list[str], typer.Argument(metavar="ORIGIN...")],
    reason: Annotated[str | None, typer.Option(help="Only rows refused for this reason.")] = None,
    product: Annotated[str, typer.Option(help="Data product.")] = _PRODUCT,
    tenant: TenantSlug = None,
) -> None:
    """Give up refused rows and files: they are kept and listed, but no longer open."""
    whole, settings = open_product(product)
    from penstock.loading.replay import discard
    from penstock.tenancy import one_tenant

    one = one_tenant(whole, settings, tenant)
    counts = discard(one, settings, origins, reason=reason)
    terminal.show_quarantine(counts, options=_options(one))


@command(rich_help_panel="Mend")
def retract(
    file: Annotated[Path, typer.Argument(help="A landed file: <table>/<name>, name, or path.")],
    product: Annotated[str, typer.Option(help="Data product.")] = _PRODUCT,
    tenant: TenantSlug = None,
) -> None:
    """Take a landed file back: its rows leave the warehouse, the file moves to quarantine.

    The next `penstock run` builds the days again from what is left.
    """
    whole, settings = open_product(product)
    from penstock.loading.retract import find_delivery
    from penstock.loading.retract import retract as take_back
    from penstock.runs import recorded
    from penstock.tenancy import one_tenant

    one = one_tenant(whole, settings, tenant)
    delivery_id = find_delivery(one, settings, file)
    with recorded(one, settings, f"retract {delivery_id}"):
        take_back(one, settings, lambda delivery: delivery.delivery_id == delivery_id)
    terminal.say(f"retracted {delivery_id}; next: penstock run {one.name}{one.whose}")


@command(rich_help_panel="Mend")
def tidy(
    product: ProductName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
) -> None:
    """Remove what has outlived its age (PENSTOCK_KEEP_...) and compact the warehouse.

    Landed files, loaded and quarantined rows are never removed.
    """
    one, settings = open_product(product)
    from penstock.runs import recorded
    from penstock.tidying.tidy import tidy as remove_old

    if dry_run:
        terminal.show_tidy(remove_old(one, settings, dry_run=True))
        return
    with terminal.progress("tidy") as progress, recorded(one, settings, "tidy"):
        report = remove_old(one, settings, progress=progress)
    terminal.show_tidy(report)


def _options(one: "Product") -> str:
    """The options that say whose something is, as somebody would type them."""
    named = "" if one.name == _PRODUCT else f" --product {one.name}"
    return f"{named}{one.whose}"
