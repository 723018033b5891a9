"""What the commands about tenants and connectors show.

Belongs here: catalogue, tenants, contracts and routes as rows. Does not belong here: printing.
"""

from pathlib import Path

from penstock.contracts.directory import Directory, Listing, Relations, Status
from penstock.products.marketing.catalogue import read_catalogue
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.landing_contract import source_schema_hash
from penstock.products.marketing.physical_table import read_physical
from penstock.products.marketing.routing import Refusal, route
from penstock.products.marketing.scaffold import scaffold
from penstock.products.marketing.tenant_product import relations_of
from penstock.products.marketing.tenants import (
    SLUG_PATTERN,
    TenantError,
    entry_text,
    is_slug,
    read_tenants,
    remove_entry,
    set_status,
)
from penstock.settings import REPOSITORY_ROOT, Settings


def tenants(settings: Settings) -> Listing:
    """Every tenant, and what is wrong with the entries that are none."""
    known = read_tenants(settings)
    rows = tuple(
        (slug, one.business_name, one.status, ", ".join(one.sources), one.currency, one.time_zone)
        for slug, one in known.known.items()
    )
    problems = tuple(text for one in known.problems.values() for text in one)
    columns = ("tenant", "name", "status", "sources", "currency", "time zone")
    return Listing(str(known.path), columns, rows, problems)


def connectors(settings: Settings) -> Listing:
    """Every connector of the catalogue."""
    rows = tuple(
        (
            one.name,
            one.domain,
            one.api_version,
            one.master_model,
            ", ".join(part.name for part in one.objects),
        )
        for one in read_catalogue(settings).connectors.values()
    )
    return Listing(
        "connectors", ("connector", "domain", "version", "master model", "objects"), rows
    )


def connector(settings: Settings, name: str) -> Listing:
    """The objects of a connector with their blueprints. Raises: ConfigurationError."""
    one = read_catalogue(settings).connector(name)
    objects = {part.name: part for part in one.objects}
    rows = tuple(
        (
            contract.object_name,
            contract.revision,
            objects[contract.object_name].kind,
            ", ".join(contract.key),
            contract.cursor or "",
            len(contract.columns),
            contract.hash,
        )
        for contract in landing_contracts()
        if contract.master_model == one.master_model and contract.object_name in objects
    )
    columns = ("object", "revision", "kind", "key", "cursor", "columns", "blueprint")
    return Listing(f"{one.name} {one.api_version} -> {one.master_model}", columns, rows)


def fingerprint(settings: Settings, file: Path) -> Listing:
    """The physical columns of a file, its schema hash, and where it would be routed.

    Raises: UnreadableTableError.
    """
    del settings
    table = read_physical(file)
    found = route(table.types, landing_contracts())
    types = {name: kind or "" for name, kind in table.types.items()}
    if isinstance(found, Refusal):
        nearest = found.nearest
        problems: tuple[str, ...] = (f"quarantine ({found.outcome}): {found.message}",)
        verdict = "quarantine"
        expected = {} if nearest is None else dict(nearest.columns)
    else:
        problems = ()
        verdict = f"{found.outcome}: {found.contract.label}"
        expected = {name: found.contract.columns[to] for name, to in found.columns.items()}
        types = {name: kind or expected.get(name, "string") for name, kind in types.items()}
    rows = tuple((name, kind or "not said", expected.get(name, "")) for name, kind in types.items())
    title = f"{file.name}: {source_schema_hash(types)}, {verdict}"
    return Listing(title, ("column", "type", "blueprint's type"), rows, problems)


def start_connector(settings: Settings, name: str) -> list[Path]:
    """Write the models of a connector that are not there yet. Raises: ConfigurationError."""
    one = read_catalogue(settings).connector(name)
    return scaffold(one, REPOSITORY_ROOT / "dbt" / "marketing_dbt")


def status(settings: Settings, slug: str) -> Status:
    """A tenant's status. Raises: TenantError when it is unknown, or its entry wrong."""
    return read_tenants(settings).tenant(slug).status


def relations(settings: Settings, slug: str) -> Relations:
    """A tenant's relations, over the whole catalogue, whatever its entry says.

    Raises: TenantError when it is no slug, or shares a relation with another tenant.
    """
    if not is_slug(slug):
        message = (
            f"{slug!r} is no tenant's slug; expected {SLUG_PATTERN}, as `penstock tenants list` "
            "shows them"
        )
        raise TenantError(message)
    catalogue, known = read_catalogue(settings), read_tenants(settings)
    mine = relations_of(slug, catalogue)
    for other in (*known.known, *known.problems):
        if other == slug or not is_slug(other):
            continue
        shared = mine.raw_tables & relations_of(other, catalogue).raw_tables
        if shared:
            message = (
                f"{slug}: {min(shared)} is a table of {other} as well: their rows cannot be told "
                f"apart; give {other} another slug: land its files anew under that, then take "
                "its old entry out"
            )
            raise TenantError(message)
    return mine


DIRECTORY = Directory(
    tenants=tenants,
    connectors=connectors,
    connector=connector,
    fingerprint=fingerprint,
    start_connector=start_connector,
    status=status,
    set_status=set_status,
    entry=entry_text,
    remove_entry=remove_entry,
    relations=relations,
)
