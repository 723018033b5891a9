"""The dbt models of a connector: thin shells, written once, the same for every tenant.

Belongs here: their text. Does not belong here: SQL that does anything (macros of
`dbt/marketing_dbt`).
"""

from collections.abc import Mapping
from pathlib import Path

from penstock.landing.files import write_text_atomically
from penstock.products.marketing.catalogue import Connector, ConnectorObject

_RECORD = {
    "tenant_slug": "The tenant the record belongs to.",
    "source_platform": "The connector that delivered it.",
    "tenant_skey": "Identity of the record: MD5 over tenant, connector and natural key.",
    "source_schema_hash": "MD5 of the columns and types with which the file landed.",
    "source_cursor": "The source's own time of the version, as text.",
    "loaded_at": "When the file was delivered, UTC.",
    "delivery_id": "The landed file.",
    "source_row": "Place of the row in that file, from 1.",
    "record_hash": "Hash of the record's values: a version differs from the one before.",
    "raw_data_payload": "The record as it landed, as JSON.",
}
_ORIGIN = (
    "tenant_skey",
    "tenant_slug",
    "source_platform",
    "loaded_at",
    "delivery_id",
    "source_row",
)

_PERFORMANCE = {
    "report_date": "Day of the report, in the account's time zone.",
    "campaign_id": "Campaign, null where the report has no such grain.",
    "ad_group_id": "Ad group or ad set, null where the report has no such grain.",
    "ad_id": "Ad, null where the report has no such grain.",
    "spend": "Cost in units of the currency.",
    "currency": "Currency of the cost, ISO 4217.",
    "impressions": "Times shown.",
    "clicks": "Clicks.",
    "conversions": "Conversions as the platform counts them.",
    "conversion_value": "Value of the conversions, in units of the currency.",
}

SHAPES: Mapping[str, Mapping[str, str]] = {
    "ad_performance": _PERFORMANCE,
    "ad_performance_detail": _PERFORMANCE,
    "campaigns": {
        "campaign_id": "Campaign id of the platform.",
        "campaign_name": "Name.",
        "status": "Status as the platform calls it.",
        "channel": "Kind of campaign as the platform calls it.",
        "started_on": "First day.",
        "ended_on": "Last day.",
    },
    "ad_groups": {
        "ad_group_id": "Ad group or ad set id of the platform.",
        "campaign_id": "Its campaign.",
        "ad_group_name": "Name.",
        "status": "Status as the platform calls it.",
    },
    "ads": {
        "ad_id": "Ad id of the platform.",
        "ad_group_id": "Its ad group.",
        "campaign_id": "Its campaign.",
        "ad_name": "Name.",
        "status": "Status as the platform calls it.",
    },
    "accounts": {
        "account_id": "Account id of the platform.",
        "account_name": "Name.",
        "currency": "Currency of the account, ISO 4217.",
        "time_zone": "Time zone of the account.",
    },
    "orders": {
        "order_id": "Order id of the shop.",
        "order_date": "When it was ordered, UTC.",
        "total_price": "Total, in units of the currency.",
        "currency": "Currency of the total, ISO 4217.",
        "financial_status": "State of the payment as the shop calls it.",
        "customer_email": "Address of the customer.",
        "customer_id": "Customer id of the shop.",
        "line_items_json": "What was ordered, JSON as the shop has it.",
    },
    "products": {
        "product_id": "Product id of the shop.",
        "product_name": "Name.",
        "vendor": "Vendor.",
        "product_type": "Kind of product.",
        "status": "Status as the shop calls it.",
    },
    "events": {
        "event_name": "Name of the event.",
        "event_at": "When it happened, UTC.",
        "user_pseudo_id": "The visitor, as a device is known.",
        "user_id": "The visitor, as the site knows them.",
        "profile_id": "The platform's id of the visitor's profile, where it keeps any.",
        "source": "What brought the visitor: its source.",
        "medium": "Its medium.",
        "campaign": "Its campaign.",
        "country": "Country of the visitor.",
        "device": "Kind of device.",
        "transaction_id": "Number of the order, on purchases.",
        "revenue": "Revenue of the purchase, in units of the currency.",
        "currency": "Currency of the revenue, ISO 4217.",
    },
    "users": {
        "profile_id": "The platform's id of the profile; events carry it.",
        "user_pseudo_id": "The visitor, where a profile is one visitor's.",
        "user_id": "The user, as the site knows them.",
        "user_name": "Name.",
        "email": "Address.",
        "country": "Country.",
        "first_seen_at": "When the user was first seen, UTC.",
        "last_seen_at": "When the user was last seen, UTC.",
    },
}
"""The canonical columns of each kind, as `canonical_columns` of the dbt project has them."""


def scaffold(connector: Connector, project: Path) -> list[Path]:
    """Write the models of a connector that are not there yet; returns the new files."""
    models = project / "models"
    staging = models / "staging" / connector.name
    files: dict[Path, str] = {
        staging / f"_{connector.name}__sources.yml": _sources(connector),
    }
    for one in connector.objects:
        place = f"{connector.name}__{one.name}"
        files |= {
            staging / f"stg_{place}.sql": (
                f"{{{{ marketing.generate_staging_pusher('{connector.name}', '{one.name}') }}}}\n"
            ),
            staging / f"stg_{place}.yml": _model(
                f"stg_{place}",
                f"{one.name} of {connector.name}, every delivery of one tenant, ready to be pushed."
                " One row per delivery and row of the file.",
                _RECORD,
            ),
            models / "intermediate" / connector.name / f"int_{place}.sql": (
                f"{{{{ marketing.build_int('{connector.name}', '{one.name}') }}}}\n"
            ),
            models / "intermediate" / connector.name / f"int_{place}.yml": _model(
                f"int_{place}",
                f"{one.name} of {connector.name}, the latest version of each, typed."
                " One row per record of the tenant.",
                {**{name: _RECORD[name] for name in _ORIGIN}, **SHAPES[one.kind]},
            ),
        }
        files |= _master(connector, one, models)
    new = [path for path in files if not path.exists()]
    for path in new:
        write_text_atomically(path, files[path])
    return new


def _master(connector: Connector, one: ConnectorObject, models: Path) -> dict[Path, str]:
    name = f"platform_mm__{connector.master_model}_{one.name}"
    folder = models / "platform" / connector.master_model
    call = f"marketing.sync_to_master_hub('{connector.master_model}', '{one.name}')"
    return {
        folder / f"{name}.sql": f"{{{{ {call} }}}}\n",
        folder / f"{name}.yml": _model(
            name,
            f"{one.name} of {connector.master_model}, pooled over tenants, append-only."
            " One row per version of a tenant's record.",
            _RECORD,
        ),
    }


def _sources(connector: Connector) -> str:
    lines = [
        "version: 2",
        "",
        "sources:",
        "  - name: raw",
        "    schema: raw",
        f"    description: Tables of {connector.name} as they landed, each tenant's its own.",
        "    tables:",
    ]
    for one in connector.objects:
        lines += [
            f"      - name: {connector.name}__{one.name}",
            "        identifier: >-",
            (
                "          {{ env_var('PENSTOCK_TENANT', '') or 'demo' }}_"
                f"{connector.name}__{one.name}"
            ),
            (
                f"        description: {one.name} as {connector.name} delivers them."
                " One row per delivery and row of the file."
            ),
        ]
    return "\n".join([*lines, ""])


def _model(name: str, description: str, columns: Mapping[str, str]) -> str:
    lines = [
        "version: 2",
        "",
        "models:",
        f"  - name: {name}",
        "    description: >-",
        f"      {description}",
        "    columns:",
    ]
    for column, words in columns.items():
        lines += [f"      - name: {column}", f'        description: "{words}"']
    return "\n".join([*lines, ""])
