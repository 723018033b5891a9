"""Contracts: everything follows from one schema."""

from datetime import datetime
from typing import Literal

import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel, Field

from penstock.contracts.contract import PROVENANCE, Contract
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER

pytestmark = pytest.mark.unit


class Row(BaseModel):
    at: datetime = Field(description="When.")
    kind: Literal["a", "b"] | None = Field(None, description="Which.")
    power: float | None = Field(None, ge=0, lt=5, json_schema_extra={"unit": "kW"})


CONTRACT = Contract(table="rows", schema=Row, key=("at",), time_column="at")


def test_columns_come_from_the_schema() -> None:
    at, kind, power = CONTRACT.columns

    assert (at.type, at.nullable, at.description) == ("timestamp", False, "When.")
    assert (kind.type, kind.nullable, kind.choices) == ("string", True, ("a", "b"))
    assert (power.type, power.unit, power.minimum, power.maximum) == ("float", "kW", 0, 5)
    assert CONTRACT.required == ("at",)
    assert CONTRACT.polars_schema["at"] == pl.Datetime("us")


@pytest.mark.parametrize("contract", [ASSETS, WEATHER, GENERATION], ids=lambda c: c.table)
def test_dlt_hints_and_arrow_schema_say_the_same(contract: Contract) -> None:
    meant = {
        "timestamp": pa.timestamp("us"),
        "date": pa.date32(),
        "double": pa.float64(),
        "bigint": pa.int64(),
        "text": pa.string(),
        "bool": pa.bool_(),
    }
    fields = {field.name: field for field in contract.arrow_schema}

    assert list(fields) == list(contract.dlt_columns)
    for name, hint in contract.dlt_columns.items():
        assert fields[name].type == meant[hint["data_type"]]
        assert fields[name].nullable == hint["nullable"]
    assert [name for name, _ in PROVENANCE] == list(fields)[-len(PROVENANCE) :]


@pytest.mark.parametrize("contract", [ASSETS, WEATHER, GENERATION], ids=lambda c: c.table)
def test_every_column_that_may_enter_is_described(contract: Contract) -> None:
    assert [column.name for column in contract.columns if not column.description] == []


def test_a_fingerprint_changes_with_a_range_and_with_nothing_else() -> None:
    class Narrower(Row):
        power: float | None = Field(None, ge=0, lt=4, json_schema_extra={"unit": "kW"})

    same = Contract(table="rows", schema=Row, key=("at",), time_column="at")
    narrower = Contract(table="rows", schema=Narrower, key=("at",), time_column="at")

    assert same.fingerprint == CONTRACT.fingerprint
    assert narrower.fingerprint != CONTRACT.fingerprint
