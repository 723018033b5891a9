"""A command for every tenant of a product.

Belongs here: which declarations a command is about, that one tenant's failure stops no other, that
nothing new is made for a suspended one, and how one is taken up. Does not belong here: what
a tenant is (a product's), what a command does.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from penstock.contracts.directory import Directory
from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.settings import Settings

_log = logging.getLogger(__name__)


def each_tenant(
    product: Product,
    settings: Settings,
    tenant: str | None,
    do: Callable[[Product], None],
    *,
    tell: Callable[[str], None],
    only_looks: bool = False,
) -> None:
    """Call `do` with the tenant's declaration, or with every tenant's, or with the product itself.

    A tenant that fails is told of and left; the others go on. A suspended tenant may be asked for
    by name where `do` `only_looks`.

    Raises: PenstockError naming those that failed, after all were tried; as `served_tenant`.
    """
    if tenant is not None or product.of_tenant is None or product.tenants is None:
        do((one_tenant if only_looks else served_tenant)(product, settings, tenant))
        return
    slugs = list(product.tenants(settings))
    failed: list[str] = []
    for slug in slugs:
        try:
            if slug not in product.tenants(settings):
                tell(f"{slug}: was suspended meanwhile, and is left")
                continue
            do(product.of_tenant(product, settings, slug))
        except PenstockError as error:
            tell(f"{slug}: {error}")
            failed.append(slug)
        except Exception as error:  # noqa: BLE001 - it is this tenant's alone: logged, and told
            _log.exception("%s: an unexpected error", slug)
            tell(f"{slug}: an unexpected error, {type(error).__name__}: {error}")
            failed.append(slug)
    if failed:
        message = (
            f"{len(failed)} of {len(slugs)} tenants failed ({', '.join(failed)}); the others are "
            "done: mend what is named above, then run again"
        )
        raise PenstockError(message)


def one_tenant(product: Product, settings: Settings, tenant: str | None) -> Product:
    """The declaration that a command about one thing needs.

    Raises: PenstockError when a product with tenants is not told which, or one without is.
    """
    if product.of_tenant is None or product.tenants is None:
        if tenant is not None:
            message = f"{product.name} has no tenants: leave --tenant away"
            raise PenstockError(message)
        return product
    if tenant is None:
        message = (
            f"{product.name}: whose? expected --tenant SLUG, one of "
            f"{', '.join(product.tenants(settings))}"
        )
        raise PenstockError(message)
    return product.of_tenant(product, settings, tenant)


def served_tenant(product: Product, settings: Settings, tenant: str | None) -> Product:
    """The declaration that a command needs which makes something new.

    Raises: PenstockError as `one_tenant`, and for a suspended tenant.
    """
    one = one_tenant(product, settings, tenant)
    if tenant is not None and product.tenants and tenant not in product.tenants(settings):
        message = (
            f"{product.name}: tenant {tenant} is suspended: its releases stay readable, nothing "
            f"new is made of it; take it up again: penstock tenants onboard {tenant}"
        )
        raise PenstockError(message)
    return one


def onboard(
    product: Product, settings: Settings, slug: str, *, run: Callable[[Product], object]
) -> Path:
    """Take a tenant up: `run` it, then write that it is active. Returns its current release.

    Active and released, it is left as it is. The status is written last: a tenant is active once
    its first run went well, and one that was killed or failed is completed by doing it again.

    Raises: whatever the run raises; PenstockError when the tenant is unknown, its entry wrong, or
    it is being offboarded.
    """
    # Here, since most commands need neither, and DuckDB takes its time.
    from penstock.offboarding.marker import refuse_half_gone  # noqa: PLC0415
    from penstock.releasing.read import current_release  # noqa: PLC0415
    from penstock.releasing.series import series_of  # noqa: PLC0415

    one, directory = one_tenant(product, settings, slug), directory_of(product)
    refuse_half_gone(product, settings, slug)
    released = series_of(settings, one.series).current()
    if released is None or directory.status(settings, slug) != "active":
        run(one)
        directory.set_status(settings, slug, "active")
    return current_release(one, settings)


def directory_of(product: Product) -> Directory:
    """What the product tells of tenants and connectors. Raises: PenstockError if it has none."""
    if product.directory is None:
        message = f"{product.name} has neither tenants nor connectors"
        raise PenstockError(message)
    return product.directory()
