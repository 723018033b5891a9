"""Finding data products by name, through the entry point group `penstock.products`.

Belongs here: turning a name into a product's declaration. Does not belong here: any product;
the spine imports none, an installed package declares them.
"""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points

from penstock.contracts.product import Product
from penstock.errors import PenstockError, UsageError
from penstock.settings import Settings, read_settings

_GROUP = "penstock.products"


def product_names() -> list[str]:
    """Names of the installed products."""
    return sorted(entry_points(group=_GROUP).names)


def load_product(name: str) -> Product:
    """The declaration of a product.

    Raises: UsageError listing the known names.
    """
    found = entry_points(group=_GROUP, name=name)
    if not found:
        message = f"{name!r} is no data product; known: {', '.join(product_names())}"
        raise UsageError(message)
    product: Product = next(iter(found)).load()
    return product


def run_main(main: Callable[[Product, Settings], None]) -> None:
    """Run a room alone: `python -m <module> PRODUCT`."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m <module> PRODUCT ({', '.join(product_names())})")
    try:
        main(load_product(sys.argv[1]), read_settings())
    except PenstockError as error:
        sys.exit(str(error))
