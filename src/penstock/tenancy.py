"""A command for every tenant of a product.

Belongs here: which declarations a command is about, and that one tenant's failure stops no other.
Does not belong here: what a tenant is (a product's), what a command does.
"""

import logging
from collections.abc import Callable

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
) -> None:
    """Call `do` with the tenant's declaration, or with every tenant's, or with the product itself.

    A tenant that fails is told of and left; the others go on.

    Raises: PenstockError naming those that failed, after all were tried; for a tenant of a product
    that has none.
    """
    if tenant is not None or product.of_tenant is None or product.tenants is None:
        do(one_tenant(product, settings, tenant))
        return
    slugs = list(product.tenants(settings))
    failed: list[str] = []
    for slug in slugs:
        try:
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
