"""Names: every asset key, group, kind, owner and description.

Belongs here: every rule of naming and grouping. Does not belong here: what an asset does.

A key is `<product>/<layer>/<table>`; a group is a room.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from penstock.contracts.contract import Contract
from penstock.contracts.layered import Layer, as_layer
from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable

OWNERS = ["team:analytics-engineering"]
DAILY_TAG = "daily"
"""dbt tag of the models that are partitioned by day."""


def land_key(product: Product, table: str) -> dg.AssetKey:
    """The landed files of a table."""
    return dg.AssetKey([product.name, "land", table])


def raw_key(product: Product, table: str) -> dg.AssetKey:
    """The raw table that loading fills and dbt reads."""
    return dg.AssetKey([product.name, "raw", table])


def report_key(product: Product) -> dg.AssetKey:
    """The HTML report."""
    return dg.AssetKey([product.name, "report"])


def release_key(product: Product) -> dg.AssetKey:
    """The sealed release, which readers use."""
    return dg.AssetKey([product.name, "release"])


def room_key(product: Product, room: str) -> dg.AssetKey:
    """What a room leaves behind, of a product whose assets are rooms."""
    return dg.AssetKey([product.name, room])


def model_key(product: Product, model: str, layer: str = "marts") -> dg.AssetKey:
    """A dbt model."""
    return dg.AssetKey([product.name, layer, model])


def land_spec(
    product: Product, contract: Contract, days: dg.PartitionsDefinition[str] | None
) -> dg.AssetSpec:
    """The landed files of a contract."""
    return dg.AssetSpec(
        land_key(product, contract.table),
        description=f"Landed Parquet files of `{contract.table}`, one per day and delivery.",
        group_name="land",
        kinds={"polars", "parquet"},
        owners=OWNERS,
        partitions_def=days,
        skippable=True,
        metadata={"contract": contract.fingerprint[:12]},
    )


def raw_spec(
    product: Product, contract: Contract, days: dg.PartitionsDefinition[str] | None
) -> dg.AssetSpec:
    """The raw table of a contract, with its columns."""
    return dg.AssetSpec(
        raw_key(product, contract.table),
        deps=[land_key(product, contract.table)],
        description=f"Accepted rows of `{contract.table}`, appended by delivery.",
        group_name="load",
        kinds={"dlt", "duckdb"},
        owners=OWNERS,
        partitions_def=days,
        skippable=True,
        metadata={
            "dagster/column_schema": column_schema(contract),
            "dagster/table_name": f"raw.{contract.table}",
            "key": ", ".join(contract.key),
        },
    )


def report_spec(product: Product) -> dg.AssetSpec:
    """The HTML report over the marts as they are now; each release brings its own."""
    return dg.AssetSpec(
        report_key(product),
        deps=[model_key(product, one.name, one.layer) for one in product.published],
        description="The HTML report of the marts; it needs no network.",
        group_name="release",
        kinds={"html"},
        owners=OWNERS,
    )


def release_spec(product: Product) -> dg.AssetSpec:
    """The sealed release of the published tables: the end of the line."""
    return dg.AssetSpec(
        release_key(product),
        deps=[model_key(product, one.name, one.layer) for one in product.published],
        description="The published tables and their report, audited, sealed, published as one.",
        group_name="release",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
    )


def column_schema(contract: Contract) -> dg.TableSchema:
    """A contract's columns with type, unit, bounds and description."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=" ".join(filter(None, [column.description, _unit(column.unit)])),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in contract.columns
        ]
    )


def _unit(unit: str | None) -> str:
    return f"[{unit}]" if unit else ""


def layer_key(product: Product, layer: Layer, name: str) -> dg.AssetKey:
    """A file of bronze, or a table of silver or gold."""
    return dg.AssetKey([product.name, layer, name])


def bronze_spec(product: Product, contract: Contract) -> dg.AssetSpec:
    """A received file, and the raw table of its rows."""
    return dg.AssetSpec(
        layer_key(product, "bronze", contract.table),
        description=f"The file behind `{contract.table}` as it was received, and its rows as text.",
        group_name="load",
        kinds={"dlt", "duckdb"},
        owners=OWNERS,
        skippable=True,
        metadata={"dagster/column_schema": column_schema(contract)},
    )


def layer_table_spec(
    product: Product, layer: Layer, table: PublishedTable, made_of: Sequence[str]
) -> dg.AssetSpec:
    """A published table of silver or gold; `made_of` are files and tables, by name."""
    layers = {one.name: _layer_of(one) for one in product.published}
    below = [layer_key(product, layers.get(one, "bronze"), one) for one in made_of]
    return dg.AssetSpec(
        layer_key(product, layer, table.name),
        deps=below,
        description=f"Table `{table.name}` of {layer}, one row per {', '.join(table.key)}.",
        group_name="transform",
        kinds={"dbt", "duckdb"},
        owners=OWNERS,
        skippable=True,
        metadata={"key": ", ".join(table.key)},
    )


def _layer_of(table: PublishedTable) -> Layer:
    """The layer in whose step a table is built: its folder in a release."""
    return as_layer(table.folder) or "gold"


def node_key(product: Product, node: Mapping[str, Any]) -> dg.AssetKey:
    """A model of dbt's manifest by its layer, a source by its raw table."""
    if node["resource_type"] == "source":
        return raw_key(product, node["name"])
    return model_key(product, node["name"], layer=node["fqn"][1])


def model_spec(
    product: Product,
    node: Mapping[str, Any],
    made_of: Sequence[dg.AssetKey],
    days: dg.PartitionsDefinition[str],
) -> dg.AssetSpec:
    """A model of dbt's manifest, with its columns; `days` if it is tagged `daily`."""
    return dg.AssetSpec(
        node_key(product, node),
        deps=made_of,
        description=str(node["description"]),
        group_name="transform",
        kinds={"dbt", "duckdb"},
        owners=OWNERS,
        code_version=node["checksum"]["checksum"],
        partitions_def=days if DAILY_TAG in node["tags"] else None,
        skippable=True,
        tags=dict.fromkeys(node["tags"], ""),
        metadata={
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(
                        one["name"], one["data_type"] or "?", description=one["description"]
                    )
                    for one in node["columns"].values()
                ]
            ),
            "dagster/table_name": f"{node['schema']}.{node['alias']}",
        },
    )


_DESCRIPTIONS = {
    "land": "A tenant's files of one day, each routed by its columns and types to the contract it "
    "fulfils, and written as Parquet. What lies in the tenant's drop folder is taken first; a "
    "tenant that has no files of its own gets the day of its mock world. A file that fits no "
    "contract is kept in quarantine and tried again by every run.",
    "load": "The tenant's raw tables: every landed file that waits, whatever its day, appended by "
    "delivery. Rows without the first part of their key are kept in quarantine.",
    "transform": "The tenant's star schema (ad performance, orders, events, sessions, campaigns, "
    "users), built by dbt out of the records that are new. Nobody else's tables are touched.",
    "release": "The tenant's sealed release: star schema, report, semantic manifest, audited and "
    "published as one, in a series of its own. Where no row differs there is none.",
}
"""What each room of a tenant leaves behind, for operators."""

_KINDS = {
    "land": {"polars", "parquet"},
    "load": {"dlt", "duckdb"},
    "transform": {"dbt", "duckdb"},
    "release": {"duckdb", "parquet"},
}

TENANT_ROOMS = tuple(_DESCRIPTIONS)
"""The rooms of a product with tenants, in their order."""


def tenant_room_spec(
    product: Product, room: str, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetSpec:
    """What a room leaves behind of each tenant and day."""
    at = TENANT_ROOMS.index(room)
    return dg.AssetSpec(
        room_key(product, room),
        deps=[room_key(product, one) for one in TENANT_ROOMS[max(at - 1, 0) : at]],
        description=_DESCRIPTIONS[room],
        group_name=room,
        kinds=_KINDS[room],
        owners=OWNERS,
        partitions_def=partitions,
    )


def platform_spec(product: Product) -> dg.AssetSpec:
    """What is kept over all tenants: it follows their releases."""
    return dg.AssetSpec(
        room_key(product, "platform"),
        deps=[room_key(product, TENANT_ROOMS[-1])],
        description="What is kept over all tenants: the registers of their keys and of the master "
        "models, brought up to date with what the tenants' runs have built, audited and released "
        "in a series of its own. A tenant without a release since stays as it was.",
        group_name="release",
        kinds=_KINDS["release"],
        owners=OWNERS,
    )
