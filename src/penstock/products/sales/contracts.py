"""What may enter the product `sales`: six files of two source systems.

Belongs here: the landing schemas and which file is which. Does not belong here: reading files
(`receive.py`); cleaning values (dbt).

Every column is text: bronze keeps what was received to the letter, and silver says of each value
it changes what it was before.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from penstock.contracts.contract import Contract


def _text(description: str) -> Any:
    return Field(None, description=description)


class CustomerRow(BaseModel):
    """A customer as the CRM knows it; an id may come several times."""

    cst_id: str | None = _text("Customer id, a whole number; rows without one are dropped.")
    cst_key: str | None = _text("Customer number, as the ERP writes it.")
    cst_firstname: str | None = _text("First name, often with blanks around it.")
    cst_lastname: str | None = _text("Last name, often with blanks around it.")
    cst_marital_status: str | None = _text("S or M.")
    cst_gndr: str | None = _text("F or M.")
    cst_create_date: str | None = _text("Day the row was made, YYYY-MM-DD; the latest counts.")


class ProductRow(BaseModel):
    """One version of a product."""

    prd_id: str | None = _text("Id of the version, a whole number.")
    prd_key: str | None = _text("Category (first five characters), dash, product number.")
    prd_nm: str | None = _text("Name.")
    prd_cost: str | None = _text("Cost of one piece.")
    prd_line: str | None = _text("M, R, S or T, often with a trailing blank.")
    prd_start_dt: str | None = _text("First day of the version, YYYY-MM-DD.")
    prd_end_dt: str | None = _text("Last day of the version as the CRM has it; it is ignored.")


class SalesRow(BaseModel):
    """One line of an order."""

    sls_ord_num: str | None = _text("Order number.")
    sls_prd_key: str | None = _text("Product number.")
    sls_cust_id: str | None = _text("Customer id.")
    sls_order_dt: str | None = _text("Day of the order, YYYYMMDD.")
    sls_ship_dt: str | None = _text("Day of the shipment, YYYYMMDD.")
    sls_due_dt: str | None = _text("Day the payment is due, YYYYMMDD.")
    sls_sales: str | None = _text("Amount of the line.")
    sls_quantity: str | None = _text("Pieces.")
    sls_price: str | None = _text("Price of one piece.")


class ErpCustomerRow(BaseModel):
    """Birth date and gender of a customer. The ERP writes column names in capitals."""

    cid: str | None = _text("Customer number, on part of the rows after NAS.")
    bdate: str | None = _text("Birth date, YYYY-MM-DD.")
    gen: str | None = _text("Gender: F, M, Female, Male, blank.")


class LocationRow(BaseModel):
    """Country of a customer."""

    cid: str | None = _text("Customer number with a dash in it.")
    cntry: str | None = _text("Country, in several spellings.")


class CategoryRow(BaseModel):
    """A product category."""

    id: str | None = _text("Category id, as products carry it.")
    cat: str | None = _text("Category.")
    subcat: str | None = _text("Subcategory.")
    maintenance: str | None = _text("Yes or No.")


@dataclass(frozen=True)
class Input:
    """One file of a drop: the folder of its source system, its name, the raw table it fills."""

    source_system: str
    file_name: str
    contract: Contract

    @property
    def folder(self) -> str:
        """Folder of the source system inside a drop."""
        return f"source_{self.source_system}"

    @property
    def path(self) -> str:
        """Path inside a drop."""
        return f"{self.folder}/{self.file_name}"


def _input(source_system: str, file_name: str, schema: type[BaseModel]) -> Input:
    table = f"{source_system}_{file_name.removesuffix('.csv').lower()}"
    # No value identifies a row as it was received: its place in the file does.
    return Input(source_system, file_name, Contract(table, schema, key=("_source_row",)))


INPUTS = (
    _input("crm", "cust_info.csv", CustomerRow),
    _input("crm", "prd_info.csv", ProductRow),
    _input("crm", "sales_details.csv", SalesRow),
    _input("erp", "CUST_AZ12.csv", ErpCustomerRow),
    _input("erp", "LOC_A101.csv", LocationRow),
    _input("erp", "PX_CAT_G1V2.csv", CategoryRow),
)
"""The six files of a full set, in load order."""

CONTRACTS = {one.contract.table: one.contract for one in INPUTS}
