"""The landing contracts: what each connector's objects look like when they land.

One module per master model; a new one is found by being there. A contract is frozen once it is
published: `tests/fixtures/marketing/contracts.json` is its snapshot. A connector that changes a
column gets a new contract with a higher `revision`, beside the old one.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module

from penstock.products.marketing.landing_contract import LandingContract


@lru_cache(maxsize=1)
def landing_contracts() -> tuple[LandingContract, ...]:
    """Every contract, by master model, object and revision."""
    found: list[LandingContract] = []
    for module in pkgutil.iter_modules(__path__):
        found += import_module(f"{__name__}.{module.name}").CONTRACTS
    return tuple(sorted(found, key=lambda one: (one.master_model, one.object_name, one.revision)))
