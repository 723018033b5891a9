"""The generated drop end to end: the planted dirt is found exactly; mock and real never mix."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.products.sales.mock_data.write_drop import PLANTED
from penstock.products.sales.product import PRODUCT
from penstock.products.sales.run import land_folders
from penstock.settings import Settings
from support.drops import FIXTURE, rows, run

pytestmark = pytest.mark.integration


@pytest.fixture
def mocked(data_dir: Path, prepared: Callable[[Path], Settings]) -> Settings:
    prepared(data_dir)
    done = CliRunner().invoke(app, ["run", "sales"])
    assert done.exit_code == 0, done.output
    return Settings()


def test_the_planted_dirt_is_found_exactly_and_real_files_drive_it_out(mocked: Settings) -> None:
    planted = json.loads((mocked.data_dir / "mock" / "sales" / PLANTED).read_text())
    account = rows(
        mocked,
        "select table_name || '/' || rule, rows_dropped + values_changed from row_accounting",
    )
    assert {rule: count for rule, count in account if count} == planted
    assert rows(mocked, "select count(*) from dim_customers") == [(1000,)]
    # the simulated receipt, not the clock
    assert str(rows(mocked, "select max(as_of_date) from run_inputs")[0][0]) == "2026-01-01"

    land_folders(PRODUCT, mocked, [FIXTURE])
    run(mocked)
    refused = CliRunner().invoke(app, ["mock", "sales"])

    assert rows(mocked, "select count(*) from dim_customers") == [(5,)]
    assert rows(mocked, "select count(*) from raw.crm_cust_info") == [(10,)]
    assert refused.exit_code == 1
    assert "never mix" in refused.stderr
