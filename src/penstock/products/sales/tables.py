"""The tables of silver and gold: what a release publishes, and what gold needs of silver.

Belongs here: names, keys, where the rows behind a figure are found. Does not belong here: SQL.
"""

from pathlib import Path
from typing import Any

import yaml

from penstock.contracts.layered import Layer
from penstock.contracts.published import PublishedTable, Trace


def _gold(name: str, *key: str, trace: Trace | None = None) -> PublishedTable:
    traces = () if trace is None else (trace,)
    return PublishedTable(name=name, key=key, layer="gold", folder="gold", traces=traces)


def _silver(
    name: str,
    *key: str,
    layer: str = "silver",
    in_warehouse: bool = True,
    trace: Trace | None = None,
) -> PublishedTable:
    return PublishedTable(
        name=name,
        key=key,
        layer=layer,
        folder="silver",
        in_warehouse=in_warehouse,
        traces=() if trace is None else (trace,),
    )


GOLD = (
    _gold("dim_customers", "customer_id"),
    _gold("dim_products", "product_number"),
    _gold("dim_locations", "country", trace=Trace("dim_customers", {"country": "country"})),
    _gold("fct_sales", "order_number", "product_number"),
    _gold(
        "mart_sales_monthly",
        "period",
        trace=Trace("fct_sales", {"ordered_on": "sales_month"}, {"ordered_on": "month"}),
    ),
    _gold(
        "mart_product_performance",
        "product_number",
        trace=Trace("fct_sales", {"product_number": "product_number"}),
    ),
    _gold(
        "mart_geo_performance",
        "country",
        trace=Trace("mart_sales_enriched", {"country": "country"}),
    ),
    _gold(
        "mart_customer_segments",
        "customer_id",
        trace=Trace("fct_sales", {"customer_id": "customer_id"}),
    ),
    _gold("mart_sales_enriched", "order_number", "product_number"),
)

SILVER = (
    _silver("crm_customers", "customer_id"),
    _silver("crm_products", "product_id"),
    _silver(
        "crm_sales",
        *("order_number", "product_number"),
        trace=Trace(
            "crm_sales_details", {"sls_ord_num": "order_number", "sls_prd_key": "product_number"}
        ),
    ),
    _silver("erp_customers", "customer_number"),
    _silver("erp_locations", "customer_number"),
    _silver("erp_categories", "category_id"),
    _silver("run_inputs", "table_name", layer="audit"),
    _silver("row_accounting", "table_name", "step", layer="audit"),
    _silver(
        "row_changes",
        *("table_name", "source_row", "rule", "column_name"),
        layer="audit",
        in_warehouse=False,
    ),
)
"""Silver, with the account of what its rules did."""


def tables_of(layer: Layer) -> tuple[PublishedTable, ...]:
    """The tables of a layer; bronze is files."""
    return {"bronze": (), "silver": SILVER, "gold": GOLD}[layer]


def declared_columns(dbt_project: Path, folder: str) -> dict[str, list[str]]:
    """The columns that each model of a folder of models declares, by model."""
    found: dict[str, list[str]] = {}
    for file in sorted((dbt_project / "models" / folder).glob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for model in content["models"]:
            found[model["name"]] = [column["name"] for column in model["columns"]]
    return found
