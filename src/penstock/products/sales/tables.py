"""The tables of each layer, and what names a row in them.

Belongs here: names, keys, which columns gold needs of silver. Does not belong here: SQL.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from penstock.contracts.layered import Layer

KEYS: Mapping[Layer, Mapping[str, tuple[str, ...]]] = {
    "silver": {
        "crm_customers": ("customer_id",),
        "crm_products": ("product_id",),
        "crm_sales": ("order_number", "product_number"),
        "erp_customers": ("customer_number",),
        "erp_locations": ("customer_number",),
        "erp_categories": ("category_id",),
        "run_inputs": ("table_name",),
        "row_accounting": ("table_name", "step"),
        "row_changes": ("table_name", "source_row", "rule", "column_name"),
    },
    "gold": {
        "dim_customers": ("customer_id",),
        "dim_products": ("product_number",),
        "dim_locations": ("country",),
        "fct_sales": ("order_number", "product_number"),
        "mart_sales_monthly": ("period",),
        "mart_product_performance": ("product_number",),
        "mart_geo_performance": ("country",),
        "mart_customer_segments": ("customer_id",),
        "mart_sales_enriched": ("order_number", "product_number"),
    },
}
"""Of each table of a layer the columns that name a row. Audit tables belong to silver."""

AUDIT = frozenset({"run_inputs", "row_accounting", "row_changes"})
"""Tables of silver that lie in schema `audit`."""


def schema_of(layer: Layer, table: str) -> str:
    """The schema a table lies in."""
    return "audit" if table in AUDIT else layer


def declared_columns(dbt_project: Path, folder: str) -> dict[str, list[str]]:
    """The columns that each model of a folder of models declares, by model."""
    found: dict[str, list[str]] = {}
    for file in sorted((dbt_project / "models" / folder).glob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for model in content["models"]:
            found[model["name"]] = [column["name"] for column in model["columns"]]
    return found
