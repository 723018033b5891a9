"""Landing one table: routed by what it physically is, typed by its contract, written as Parquet.

Belongs here: from a physical table to a landed file. Does not belong here: the rules of routing
(`routing.py`), what becomes of a refused one (`receive.py`).
"""

import json
from dataclasses import replace

import polars as pl
import pyarrow as pa

from penstock.contracts.product import MOCK
from penstock.landing.files import PartitionName, sha256_of, write_parquet
from penstock.ledger import Delivery
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.landing_contract import EXTRA, LandingContract, source_schema_hash
from penstock.products.marketing.physical_table import PhysicalTable, typed, unfit
from penstock.products.marketing.place import Incoming, Place, RefusedTableError
from penstock.products.marketing.routing import Refusal, Route, route
from penstock.products.marketing.tenants import read_tenants

SCHEMA_FACT = "schema "
"""How a ledger's fact begins that tells how a table's schema was routed: table and hash follow."""


def land_table(place: Place, incoming: Incoming, table: PhysicalTable) -> Delivery:
    """Route a table and write it as landed Parquet.

    Raises: RefusedTableError when it fulfils no contract, or not one of the tenant's sources.
    """
    found = route(table.types, landing_contracts())
    if isinstance(found, Refusal):
        raise RefusedTableError(found.outcome, found.message)
    platform = _platform(place, found.contract, incoming.source)
    rows = _rows(table, found)
    types = {name: found.contract.columns[to] for name, to in found.columns.items()}
    types |= {name: table.types[name] or "string" for name in found.extra}
    schema_hash = source_schema_hash(types)
    name = PartitionName(
        found.contract.table(place.tenant.slug, platform), incoming.day, schema_hash
    )
    folder = place.product.raw_dir(place.settings) / name.table
    while (folder / name.file_name).exists():
        name = replace(name, revision=name.revision + 1)
    path = folder / name.file_name
    source = MOCK if place.is_mock else platform
    count = rows.height
    origin = [pa.array([incoming.name] * count, pa.string()), pa.array(range(1, count + 1))]
    arrow = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    for column, values in zip(("_source_file", "_source_row"), origin, strict=True):
        arrow = arrow.append_column(column, values)
    write_parquet(
        path,
        arrow,
        {
            "delivered_at": incoming.delivered_at.isoformat(),
            "source": source,
            "input": incoming.name,
            "source_schema_hash": schema_hash,
        },
    )
    _note_schema(place, name.table, schema_hash, found, incoming)
    stat = path.stat()
    return Delivery(
        delivery_id=f"{name.table}/{name.file_name}",
        table_name=name.table,
        status="landed",
        source=source,
        sha256=sha256_of(path),
        bytes=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        delivered_at=incoming.delivered_at,
        rows_read=count,
        run_id=place.run_id,
    )


def _rows(table: PhysicalTable, found: Route) -> pl.DataFrame:
    """The table with the contract's columns and types, unknown columns as JSON.

    Raises: RefusedTableError naming the columns whose values cannot be of the contract's type.
    """
    columns: list[pl.Series] = []
    wrong: list[str] = []
    back = {to: name for name, to in found.columns.items()}
    for name, kind in found.contract.columns.items():
        if name not in back:
            columns.append(typed(pl.Series(name, [None] * table.rows.height, dtype=pl.Null), kind))
            continue
        column = table.rows[back[name]]
        result = typed(column, kind).alias(name)
        value = unfit(column, result)
        if value is not None:
            wrong.append(f"{back[name]} has {value!r}, expected {kind}")
        columns.append(result)
    if wrong:
        message = f"nearest blueprint: {found.contract.label}; {'; '.join(wrong)}"
        raise RefusedTableError("changed_type", message)
    rows = pl.DataFrame(columns)
    if not found.extra:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(EXTRA))
    extra = table.rows.select(pl.struct(found.extra).struct.json_encode().alias(EXTRA))
    return rows.hstack(extra)


def _platform(place: Place, contract: LandingContract, source: str | None) -> str:
    """The connector whose table it is: the one that delivered, where several share a shape."""
    platforms = place.catalogue.platforms_of(contract.master_model)
    enabled = [one for one in platforms if one in place.tenant.sources]
    if source in enabled:
        return str(source)
    if len(enabled) == 1 and source in (None, *enabled):
        return enabled[0]
    if not enabled:
        message = (
            f"is {contract.label}, and {place.tenant.slug} has none of {', '.join(platforms)}: add "
            f"it to the tenant's sources in {read_tenants(place.settings).path}"
        )
        raise RefusedTableError("source_not_enabled", message)
    message = (
        f"is {contract.label}, which {', '.join(enabled)} land"
        f"{'' if source is None else f', not {source}'}: say which with --source"
    )
    raise RefusedTableError("ambiguous", message)


def schema_fact(table: str, schema_hash: str) -> str:
    """Ledger fact: how a shape of a table was routed when it was seen first, as JSON."""
    return f"{SCHEMA_FACT}{table} {schema_hash}"


def _note_schema(
    place: Place, table: str, schema_hash: str, found: Route, incoming: Incoming
) -> None:
    """Remember a schema of a table the first time it is seen: the history of its shapes."""
    fact = schema_fact(table, schema_hash)
    if place.ledger.fact(fact) is None:
        seen = {
            "outcome": found.outcome,
            "contract": found.contract.label,
            "extra": list(found.extra),
            "missing": list(found.missing),
            "first_seen": incoming.delivered_at.isoformat(),
        }
        with place.ledger.transaction():
            place.ledger.put_facts({fact: json.dumps(seen)})
