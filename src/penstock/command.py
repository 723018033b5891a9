"""What every command shares: the application, errors as messages, opening a product.

Belongs here: registering commands, calling one for each tenant, running the rooms. Does not
belong here: commands (`cli.py`, `*_commands.py`).
"""

import logging
import sqlite3
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock import terminal
from penstock.errors import PenstockError, UsageError
from penstock.garbage import collect_seldom

if TYPE_CHECKING:
    from datetime import date

    from penstock.contracts.product import Product
    from penstock.loading.load import LoadReport
    from penstock.settings import Settings

app = typer.Typer(
    name="penstock",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""An analytics warehouse that fits on one machine and whose numbers can be proven.

Data go one way through the rooms: **land** -> **load** -> **transform** -> **release**; **run**
does all of them. State lives under the data directory only (PENSTOCK_DATA_DIR, default `data`).

Start with `penstock run renewable`, then `penstock status`.""",
)

ProductName = Annotated[
    str, typer.Argument(metavar="PRODUCT", help="Data product: renewable, sales or marketing.")
]

TenantSlug = Annotated[
    str | None,
    typer.Option(
        "--tenant",
        metavar="SLUG",
        help="One tenant only, or platform: what is kept over all (marketing).",
        show_default=False,
    ),
]


def command(**options: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command whose errors a user can mend are printed as messages.

    Exit code 1; 2 if the command was typed wrong.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> None:
            _warn_on_terminal()
            collect_seldom()
            try:
                function(*args, **kwargs)
            except PenstockError as error:
                terminal.error(str(error))
                raise typer.Exit(2 if isinstance(error, UsageError) else 1) from error
            except BrokenPipeError:
                raise  # a reader that has seen enough (`| head`) is no error of a place
            except (OSError, sqlite3.Error) as error:
                terminal.error(_place_problem(error))
                raise typer.Exit(1) from error

        target: typer.Typer = options.pop("group", app)
        target.command(**options)(guarded)
        return guarded

    return register


def open_product(product: str) -> "tuple[Product, Settings]":
    """A product's declaration and the settings of this process."""
    from penstock.contracts.registry import load_product
    from penstock.settings import read_settings

    return load_product(product), read_settings()


def each(
    whole: "Product",
    settings: "Settings",
    tenant: str | None,
    do: "Callable[[Product], None]",
    *,
    only_looks: bool = False,
    only_tenants: bool = False,
) -> None:
    """`each_tenant` (penstock.tenancy), failures told on the terminal."""
    from penstock.tenancy import each_tenant

    each_tenant(
        whole,
        settings,
        tenant,
        do,
        tell=terminal.error,
        only_looks=only_looks,
        only_tenants=only_tenants,
    )


def run_rooms(
    one: "Product",
    settings: "Settings",
    *,
    start: "date | None" = None,
    end: "date | None" = None,
) -> "LoadReport":
    """Run the rooms of a product, or of a tenant, and show what they did."""
    from penstock.releasing.read import query_release
    from penstock.runs import run

    with terminal.progress("run") as progress:
        report = run(one, settings, start=start, end=end, progress=progress)
    if report.mocked_files is None and (start or end) and one.land_own is None:
        terminal.warn(
            "real data have landed here: nothing was mocked, --start and --end had no effect"
        )
    if report.dropped is not None and report.dropped.files:
        terminal.show_folder_landing(report.dropped)
    if report.mocked_files:
        terminal.say(f"{of_whom(one)}landed {report.mocked_files:,} mock files")
    terminal.show_load(report.load)
    terminal.show_transform(report.transform)
    summary = query_release(one, settings, one.summary)
    title = one.tenant or f"{one.name}: the last 30 days"
    terminal.show_rows(summary.columns, summary.rows, title=title)
    terminal.show_release(report.release)
    return report.load


def of_whom(one: "Product") -> str:
    """How a line begins that is one tenant's."""
    return f"{one.tenant}: " if one.tenant else ""


def _warn_on_terminal() -> None:
    """Warnings go to standard error; what is less than a warning only to the run's log."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])


def _place_problem(error: OSError | sqlite3.Error) -> str:
    """What a file or directory that cannot be used means to its user."""
    from penstock.settings import read_settings

    if isinstance(error, OSError):
        place = error.filename or "a file or directory"
        reason = error.strerror or str(error)
    else:
        place, reason = read_settings().warehouse_dir, f"the ledger there: {error}"
    return (
        f"{place}: cannot be used ({reason}); expected files you may read and directories you may "
        "write, with space left: mend it, or set PENSTOCK_DATA_DIR to another place; "
        "`penstock doctor` examines them"
    )
