"""What the platform lands of itself: one snapshot per table, whole, whenever it has changed.

Belongs here: columns and keys of these tables. Does not belong here: where their rows come from
(`facts.py`).
"""

from pydantic import BaseModel, Field

from penstock.contracts.contract import Contract


class TenantEntry(BaseModel):
    """An entry of tenants.yaml; one that is wrong has nothing but its slug."""

    tenant_slug: str = Field(description="The tenant.")
    business_name: str | None = Field(None, description="Its name.")
    status: str | None = Field(None, description="active, onboarding or suspended.")
    configuration: str | None = Field(
        None, description="The whole entry with its defaults, as JSON; null where it is wrong."
    )


class TenantCommit(BaseModel):
    """What a tenant's ledger and the warehouse last agreed on."""

    tenant_slug: str = Field(description="The tenant.")
    commit_token: str | None = Field(
        None, description="Changes with everything that is loaded or built for the tenant."
    )


class Blueprint(BaseModel):
    """A landing contract, and the object of a master model that it is of."""

    master_model_id: str = Field(description="Master model.")
    object_name: str = Field(description="Object.")
    contract_revision: int = Field(description="Counts the contracts of the object.")
    domain: str | None = Field(None, description="paid_ads, ecommerce or analytics.")
    object_kind: str | None = Field(None, description="The canonical shape it is brought into.")
    source_platforms: str | None = Field(None, description="Connectors that land it.")
    api_version: str | None = Field(None, description="The connector's version.")
    natural_key: str | None = Field(None, description="Columns that name a record.")
    cursor_column: str | None = Field(None, description="Column that orders its versions.")
    source_schema_hash: str | None = Field(None, description="MD5 of its columns and types.")
    columns_json: str | None = Field(None, description="Its columns and types, as JSON.")


class SchemaRoute(BaseModel):
    """How a landed table with certain columns was routed when it was seen first."""

    raw_table: str = Field(description="The tenant's raw table.")
    source_schema_hash: str = Field(description="MD5 of the columns and types as they landed.")
    tenant_slug: str | None = Field(None, description="The tenant.")
    source_platform: str | None = Field(None, description="The connector.")
    object_name: str | None = Field(None, description="The object.")
    outcome: str | None = Field(None, description="exact, superset, subset or variant.")
    contract: str | None = Field(None, description="The contract it was routed to.")
    extra_columns: str | None = Field(None, description="Columns the contract lacks, as JSON.")
    missing_columns: str | None = Field(None, description="Columns it lacks itself, as JSON.")


class SemanticTable(BaseModel):
    """What the semantic manifest of a tenant's current release says of one table."""

    tenant_slug: str = Field(description="The tenant.")
    semantic_table: str = Field(description="The table as the manifest calls it.")
    relation_name: str | None = Field(None, description="Its table in the release.")
    definition: str | None = Field(None, description="Its part of the manifest, as JSON.")


PLATFORM_CONTRACTS = {
    one.table: one
    for one in (
        Contract("platform__tenants", TenantEntry, ("tenant_slug",)),
        Contract("platform__tenant_commits", TenantCommit, ("tenant_slug",)),
        Contract(
            "platform__blueprints",
            Blueprint,
            ("master_model_id", "object_name", "contract_revision"),
        ),
        Contract("platform__schema_routes", SchemaRoute, ("raw_table", "source_schema_hash")),
        Contract("platform__semantic_tables", SemanticTable, ("tenant_slug", "semantic_table")),
    )
}
"""The contracts by raw table."""
