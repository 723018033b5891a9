"""A connector more: four files of its own, and no line in any other of the code.

In a copy of the repository, as somebody would add it: its entry in the catalogue, contract, engine
and generator by hand, the shells of its models by command.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from penstock.settings import REPOSITORY_ROOT
from support.tenants import tenant_entry
from support.trees import tree_changes, tree_snapshot

pytestmark = pytest.mark.integration

TENANT = "acme"
ENTRY = {
    "name": "corner_shop",
    "domain": "ecommerce",
    "api_version": "v1",
    "master_model": "corner_shop_api_v1",
    "objects": [{"name": "receipts", "kind": "orders", "key": ["receipt"], "cursor": "changed_at"}],
}
CONTRACT = '''"""A shop that no other connector looks like."""

import datetime as dt

from pydantic import BaseModel

from penstock.products.marketing.landing_contract import LandingContract


class Receipt(BaseModel):
    """An order."""

    receipt: int | None = None
    paid: str | None = None
    money: str | None = None
    bought_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None


CONTRACTS = (
    LandingContract(
        "corner_shop_api_v1", "receipts", Receipt, ("receipt",), "changed_at", since="v1"
    ),
)
'''
ENGINE = """
{% macro connector_corner_shop() -%}
    {{ return({
        'domain': 'ecommerce',
        'master_model': 'corner_shop_api_v1',
        'objects': {'receipts': 'orders'},
    }) }}
{%- endmacro %}

{% macro engine_corner_shop_api_v1__receipts() -%}
    {{ return({
        'fields': ['receipt', 'paid', 'money', 'bought_at'],
        'columns': {
            'order_id': marketing.as_text('receipt'),
            'order_date': marketing.as_time('bought_at'),
            'total_price': marketing.as_money('paid'),
            'currency': marketing.as_text('money'),
        },
    }) }}
{%- endmacro %}
"""
GENERATOR = '''"""Receipts of the world's orders."""

from datetime import date

import polars as pl

from penstock.products.marketing.mock_data.connectors import Tables
from penstock.products.marketing.mock_data.texts import decimal_text
from penstock.products.marketing.mock_data.world import World, day_of


def tables(world: World, platform: str, day: date) -> Tables:
    """The tables of a day by object."""
    return {
        "receipts": day_of(world, day).orders_of(world, platform).select(
            pl.col("order_id").alias("receipt"),
            decimal_text("cents", "paid"),
            pl.lit(world.currency).alias("money"),
            pl.col("ordered_at").alias("bought_at"),
            pl.col("ordered_at").alias("changed_at"),
        )
    }
'''


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy without what is made of it; `penstock` in it runs from it."""
    root = tmp_path_factory.mktemp("repository")
    made = shutil.ignore_patterns("__pycache__", "dbt_packages", "target", "logs", "*.egg-info")
    for folder in ("src", "dbt", "data/reference"):
        shutil.copytree(REPOSITORY_ROOT / folder, root / folder, ignore=made)
    shutil.copy(REPOSITORY_ROOT / "pyproject.toml", root)
    return root


def _penstock(root: Path, *arguments: str) -> str:
    environment = {name: text for name, text in os.environ.items() if "PENSTOCK" not in name}
    environment |= {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "penstock.cli", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_fourteenth_connector_touches_no_other_file(repository: Path) -> None:
    reference = repository / "data" / "reference" / "marketing"
    catalogue = reference / "supported_connectors.yaml"
    with catalogue.open("a", encoding="utf-8") as file:
        file.write(textwrap.indent(yaml.safe_dump([ENTRY], sort_keys=False), "  "))
    levers = {"seed": 5, "campaigns": 2, "daily_orders": 12, "conversion_rate": 0.1}
    tenant = tenant_entry(TENANT, 5, ["corner_shop", "shopify"], generator=levers)
    text = yaml.safe_dump({"tenants": [tenant]}, sort_keys=False)
    (reference / "tenants.yaml").write_text(text, encoding="utf-8")
    before = tree_snapshot(repository)
    marketing = repository / "src" / "penstock" / "products" / "marketing"
    (marketing / "contracts" / "corner_shop.py").write_text(CONTRACT, encoding="utf-8")
    generators = marketing / "mock_data" / "connectors"
    (generators / "corner_shop.py").write_text(GENERATOR, encoding="utf-8")
    engines = repository / "dbt" / "marketing_dbt" / "macros" / "connectors"
    (engines / "corner_shop.sql").write_text(ENGINE, encoding="utf-8")

    _penstock(repository, "connectors", "init", "corner_shop")
    _penstock(repository, "run", "marketing", "--start", "2026-03-01", "--end", "2026-03-01")

    changes = tree_changes(before, tree_snapshot(repository))
    assert [one for one in changes if not one.startswith("made ")] == []
    asked = (
        "select count(distinct source_platform) as shops,"
        " count(distinct order_id) = count(*) as is_shared_out"
        f" from fct_{TENANT}__orders where total_price > 0"
    )
    shown = _penstock(repository, "query", "marketing", "--tenant", TENANT, asked)
    assert re.search(r"│\s+2\s+│\s+yes\s+│", shown), shown
