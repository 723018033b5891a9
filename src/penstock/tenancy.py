"""A command for every tenant of a product.

Belongs here: which declarations a command is about, that one tenant's failure stops no other, that
nothing new is made for a suspended one, and how one is taken up. Does not belong here: what
a tenant is (a product's), what a command does.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from penstock.contracts.directory import directory_of
from penstock.contracts.product import PLATFORM, Product
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
    only_tenants: bool = False,
) -> None:
    """Call `do` with the tenant's declaration, or with every tenant's, or with the product itself.

    A tenant that fails is told of and left; the others go on. After them comes what is kept over
    all, the platform, unless it is about `only_tenants`. A suspended tenant may be asked for by
    name where `do` `only_looks`.

    Raises: PenstockError naming those that failed, after all were tried; as `served_tenant`.
    """
    if tenant is not None or product.of_tenant is None or product.tenants is None:
        do((one_tenant if only_looks else served_tenant)(product, settings, tenant))
        return
    tenants, of_tenant, platform = product.tenants, product.of_tenant, product.platform
    slugs = list(tenants(settings))

    def serve(slug: str) -> None:
        if slug not in tenants(settings):
            tell(f"{slug}: was suspended meanwhile, and is left")
            return
        do(of_tenant(product, settings, slug))

    failed = [slug for slug in slugs if not _done(slug, serve, tell)]
    told = [f"{len(failed)} of {len(slugs)} tenants failed ({', '.join(failed)})"] if failed else []
    if platform is not None and not only_tenants:
        made = _done(PLATFORM, lambda _: do(platform(product, settings)), tell)
        told += [] if made else ["the platform failed"]
    if told:
        message = (
            f"{' and '.join(told)}; the others are done: mend what is named above, then run again"
        )
        raise PenstockError(message)


def _done(slug: str, do: Callable[[str], None], tell: Callable[[str], None]) -> bool:
    """Whether it went well; a failure is told, and stays this tenant's alone."""
    try:
        do(slug)
    except PenstockError as error:
        tell(f"{slug}: {error}")
        return False
    except Exception as error:  # noqa: BLE001 - logged, and told
        _log.exception("%s: an unexpected error", slug)
        tell(f"{slug}: an unexpected error, {type(error).__name__}: {error}")
        return False
    return True


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
    if tenant == PLATFORM and product.platform is not None:
        return product.platform(product, settings)
    return product.of_tenant(product, settings, tenant)


def served_tenant(product: Product, settings: Settings, tenant: str | None) -> Product:
    """The declaration that a command needs which makes something new.

    Raises: PenstockError as `one_tenant`, and for a tenant that is suspended or being offboarded.
    """
    one = one_tenant(product, settings, tenant)
    if tenant is None or tenant == PLATFORM or not product.tenants:
        return one
    if tenant not in product.tenants(settings):
        message = (
            f"{product.name}: tenant {tenant} is suspended: its releases stay readable, nothing "
            f"new is made of it; take it up again: penstock tenants onboard {tenant}"
        )
        raise PenstockError(message)
    # As in `onboard`.
    from penstock.offboarding.marker import refuse_half_gone  # noqa: PLC0415

    refuse_half_gone(product, settings, tenant)
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
    is_active = directory.status(settings, slug) == "active"
    if series_of(settings, one.series).current() is None or not is_active:
        run(one)
        directory.set_status(settings, slug, "active")
    return current_release(one, settings)
