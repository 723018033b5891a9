"""The commands about tenants and connectors: parse, call, print.

Belongs here: the groups `tenants` and `connectors`. Does not belong here: logic.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock import terminal
from penstock.command import app, command, open_product, run_rooms

if TYPE_CHECKING:
    from penstock.contracts.directory import Directory, Listing
    from penstock.settings import Settings

tenants_app = typer.Typer(
    no_args_is_help=True, help="Who is served: tenants.yaml.", rich_markup_mode="markdown"
)
connectors_app = typer.Typer(
    no_args_is_help=True,
    help="What can land: catalogue, contracts, blueprints.",
    rich_markup_mode="markdown",
)
app.add_typer(tenants_app, name="tenants", rich_help_panel="Look")
app.add_typer(connectors_app, name="connectors", rich_help_panel="Look")

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="As `tenants list` names it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `connectors list` names it.")]
Product = Annotated[str, typer.Option(help="Data product.")]


@command(group=tenants_app, name="list")
def tenants_list(product: Product = "marketing") -> None:
    """Every tenant: slug, name, status, sources."""
    directory, settings = _directory(product)
    _show(directory.tenants(settings))


@command(group=tenants_app, name="validate")
def tenants_validate(product: Product = "marketing") -> None:
    """Is every entry what it says? Exit 1 if not, naming line, tenant and field."""
    directory, settings = _directory(product)
    listing = directory.tenants(settings)
    _show(listing)
    if listing.problems:
        raise typer.Exit(1)
    terminal.say(f"{len(listing.rows)} tenants, every entry is valid")


@command(group=tenants_app, name="onboard")
def tenants_onboard(slug: Slug, product: Product = "marketing") -> None:
    """Take a tenant up, new or suspended: run it, then write `status: active` into tenants.yaml.

    Done twice, it changes nothing; broken off, it is completed by doing it again.
    """
    whole, settings = open_product(product)
    from penstock.releasing.release import show_pages
    from penstock.tenancy import onboard

    release = onboard(whole, settings, slug, run=partial(run_rooms, settings=settings))
    for page in show_pages(release, settings):
        terminal.say(f"{slug} is active; report: {page}")


@command(group=tenants_app, name="suspend")
def tenants_suspend(slug: Slug, product: Product = "marketing") -> None:
    """Write `status: suspended` into tenants.yaml: no more runs; its releases stay readable."""
    directory, settings = _directory(product)
    was_served = directory.set_status(settings, slug, "suspended")
    terminal.say(f"{slug} is suspended" if was_served else f"{slug} was suspended already")


@command(group=tenants_app, name="offboard")
def tenants_offboard(
    slug: Slug,
    *,
    product: Product = "marketing",
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Folder of the export, new or empty; default: below data/offboarded.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only look: what is there of the tenant?")
    ] = False,
) -> None:
    """Let a tenant go: export its releases and files, remove everything of it, search what is left.

    Its entry in tenants.yaml goes last. Broken off, it is completed by doing it again.
    """
    whole, settings = open_product(product)
    from penstock.offboarding.offboard import offboard

    with terminal.progress("offboard") as progress:
        report = offboard(whole, settings, slug, to=to, dry_run=dry_run, progress=progress)
    terminal.show_rows(
        ("place", "looked at", "found"),
        [(one.place, one.looked_at, len(one.found) or "nothing") for one in report.looked],
        title=f"{slug}: {'what is there' if dry_run else 'what is left'}",
    )
    for found in report.found:
        terminal.say(found)
    if dry_run:
        return
    if report.export is not None:
        terminal.say(
            f"exported to {report.export}; to prove the copies: "
            f"(cd '{report.export}' && sha256sum --quiet -c manifest-sha256.txt)"
        )
    for kept in report.kept:
        terminal.say(f"kept, for all tenants, and may tell of {slug}: {kept}")
    terminal.say(
        f"{slug} is offboarded: nothing of it is left"
        if report.was_known
        else f"there is no tenant {slug}, and nothing of it is left"
    )


@command(group=connectors_app, name="list")
def connectors_list(product: Product = "marketing") -> None:
    """Every connector: domain, version, master model, objects."""
    directory, settings = _directory(product)
    _show(directory.connectors(settings))


@command(group=connectors_app, name="show")
def connectors_show(name: Name, product: Product = "marketing") -> None:
    """The objects of a connector: kind, key, cursor, blueprint."""
    directory, settings = _directory(product)
    _show(directory.connector(settings, name))


@command(group=connectors_app, name="fingerprint")
def connectors_fingerprint(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")],
    product: Product = "marketing",
) -> None:
    """What a file physically is, and where it would be routed. Exit 1 if nowhere."""
    directory, settings = _directory(product)
    listing = directory.fingerprint(settings, file)
    _show(listing)
    if listing.problems:
        raise typer.Exit(1)


@command(group=connectors_app, name="init")
def connectors_init(name: Name, product: Product = "marketing") -> None:
    """Write the dbt models of a connector of the catalogue that are not there yet.

    Its contract, its engine macro and its generator are yours to write (docs/marketing.md).
    """
    directory, settings = _directory(product)
    written = directory.start_connector(settings, name)
    for path in written:
        terminal.say(str(path))
    terminal.say(f"wrote {len(written)} files")


def _directory(product: str) -> "tuple[Directory, Settings]":
    one, settings = open_product(product)
    from penstock.contracts.directory import directory_of

    return directory_of(one), settings


def _show(listing: "Listing") -> None:
    terminal.show_rows(listing.columns, list(listing.rows), title=listing.title)
    for problem in listing.problems:
        terminal.error(problem)
